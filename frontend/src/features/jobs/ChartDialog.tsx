// One chart, large.
import type { KeyboardEvent } from 'react';
import type { Artifact } from '../../shared/api/types';
import { bytes } from '../../shared/format/format';
import { Button, DownloadLink } from '../../shared/ui/Button';
import { Dialog } from '../../shared/ui/Dialog';
import styles from './ChartDialog.module.css';

type Props = { chart: Artifact; onStep: (by: number) => void; onClose: () => void };

export function ChartDialog({ chart, onStep, onClose }: Props) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') onStep(-1);
    if (event.key === 'ArrowRight') onStep(1);
  };
  const actions = (
    <>
      <Button onClick={() => onStep(-1)}>Previous</Button>
      <Button onClick={() => onStep(1)}>Next</Button>
      <DownloadLink href={chart.url} name={chart.name} label={`Download (${bytes(chart.size)})`} />
    </>
  );
  return (
    <Dialog title={chart.name} onClose={onClose} actions={actions} wide>
      <div onKeyDown={onKeyDown}>
        <img className={styles.chart} src={chart.url} alt={`Chart ${chart.name}`} />
      </div>
    </Dialog>
  );
}
