// A sample file that one click runs.
import type { Sample } from '../../shared/pipelineParts';
import { Button } from '../../shared/ui/Button';
import styles from './SampleCard.module.css';

type Props = { sample: Sample; isBusy: boolean; onRun: () => void };

export function SampleCard({ sample, isBusy, onRun }: Props) {
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
      </div>
      <Button look="primary" onClick={onRun} disabled={isBusy}>
        Run on the sample
      </Button>
    </section>
  );
}
