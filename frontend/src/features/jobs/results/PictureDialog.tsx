// One picture, large.
import type { KeyboardEvent } from 'react';
import type { Artifact } from '../../../shared/api/types';
import { bytes } from '../../../shared/format/format';
import { Button, DownloadLink } from '../../../shared/ui/Button';
import { Dialog } from '../../../shared/ui/Dialog';
import { downloadUrl } from '../api';
import styles from './PictureDialog.module.css';

type Props = { picture: Artifact; isOnWhite: boolean; onStep: (by: number) => void; onClose: () => void };

export function PictureDialog({ picture, isOnWhite, onStep, onClose }: Props) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') onStep(-1);
    if (event.key === 'ArrowRight') onStep(1);
  };
  const actions = (
    <>
      <Button onClick={() => onStep(-1)}>Previous</Button>
      <Button onClick={() => onStep(1)}>Next</Button>
      <DownloadLink
        href={downloadUrl(picture)}
        name={picture.name}
        label={`Download (${bytes(picture.size)})`}
      />
    </>
  );
  return (
    <Dialog title={picture.title} onClose={onClose} onKeyDown={onKeyDown} actions={actions} place="wide">
      <img className={styles.picture} data-on-white={isOnWhite} src={picture.url} alt={picture.title} />
    </Dialog>
  );
}
