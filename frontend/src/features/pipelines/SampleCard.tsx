// A sample file that one click runs.
import type { ReactNode } from 'react';
import type { Sample } from '../../shared/pipelineParts';
import { Button } from '../../shared/ui/Button';
import styles from './SampleCard.module.css';

/** `children`: what comes of it. */
type Props = { sample: Sample; isBusy: boolean; onRun: () => void; children: ReactNode };

export function SampleCard({ sample, isBusy, onRun, children }: Props) {
  return (
    <section className={styles.card} aria-labelledby="sample">
      <div>
        <h2 id="sample">{sample.title}</h2>
        <p>{sample.description}</p>
        <p className={styles.source}>
          Source: <a href={sample.sourceUrl}>{sample.source}</a>.{' '}
          <a href={sample.path} download={sample.name}>
            Download {sample.name}
          </a>
        </p>
        <Button look="primary" onClick={onRun} disabled={isBusy}>
          Run on the sample
        </Button>
      </div>
      {children}
    </section>
  );
}
