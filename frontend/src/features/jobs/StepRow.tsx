// One step: its bar, which attempt it is, and why it failed.
import { memo } from 'react';
import type { Step } from '../../shared/api/types';
import { duration, percent } from '../../shared/format/format';
import { Progress } from '../../shared/ui/Progress';
import { StatusMark } from '../../shared/ui/StatusBadge';
import styles from './StepRow.module.css';

/** Drawn again only when this step changed: a job may have hundreds of them. */
export const StepRow = memo(function StepRow({ step }: { step: Step }) {
  const progress = step.status === 'completed' ? 100 : step.progress;
  return (
    <li className={styles.step}>
      <StatusMark status={step.status} />
      <span className={styles.label} title={step.label}>
        {step.label}
        <span className="visually-hidden">, {step.status}</span>
      </span>
      <span className={styles.note}>
        {step.attempt > 1 && <strong>attempt {step.attempt}</strong>} {stepNote(step)}
      </span>
      <div className={styles.bar}>
        <Progress label={step.label} value={progress} status={step.status} />
      </div>
      {step.error && (
        <p className={styles.error}>
          <code>{step.error.code}</code> {step.error.message}
        </p>
      )}
    </li>
  );
});

function stepNote({ status, progress, started_at, finished_at }: Step): string {
  if (status === 'processing') return percent(progress);
  if (started_at && finished_at) return duration(Date.parse(finished_at) - Date.parse(started_at));
  return status;
}
