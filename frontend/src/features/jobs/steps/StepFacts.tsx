// What there is to know of a step that has its lane for itself, once a worker has taken it.
import type { Step } from '../../../shared/api/types';
import { duration, timeOfDay, wholeSeconds } from '../../../shared/format/format';
import { useNow } from '../../../shared/format/useNow';
import styles from './StepFacts.module.css';

export function StepFacts({ step }: { step: Step }) {
  const isRunning = step.status === 'processing';
  const now = useNow(isRunning ? 1000 : null);
  const began = step.started_at === null ? null : Date.parse(step.started_at);
  const ended = step.finished_at === null ? null : Date.parse(step.finished_at);
  return (
    <dl className={styles.facts}>
      <Fact name="Worker" value={step.worker || '–'} />
      <Fact name="Attempt" value={String(step.attempt)} />
      <Fact name="Started" value={step.started_at === null ? '–' : timeOfDay(step.started_at)} />
      {isRunning ? (
        <Fact name="Running for" value={began === null ? '–' : wholeSeconds(now - began)} />
      ) : (
        <Fact name="Took" value={began === null || ended === null ? '–' : duration(ended - began)} />
      )}
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd title={value}>{value}</dd>
    </div>
  );
}
