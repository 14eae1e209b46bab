// One step: its bar, which attempt it is and who has it, how many are ahead of it, or why it failed.
import { memo } from 'react';
import type { Step } from '../../../shared/api/types';
import { duration, percent } from '../../../shared/format/format';
import { useNow } from '../../../shared/format/useNow';
import { Progress } from '../../../shared/ui/Progress';
import { StatusMark } from '../../../shared/ui/StatusBadge';
import { StepLink } from './StepLink';
import styles from './StepRow.module.css';
import { nextTry, workerHost } from '../words';

type Props = {
  job: string;
  step: Step;
  /** How many steps come before this one in its queue, as far as that is known. */
  ahead?: number;
  /** The error that stands above already, as the job's. */
  told?: string;
};

/** Drawn again only when this step changed: others of its lane do, several times a second. */
export const StepRow = memo(function StepRow({ job, step, ahead, told }: Props) {
  const retryAt = step.status === 'queued' ? step.retry_at : null;
  return (
    <div className={styles.step}>
      <StatusMark status={step.status} />
      <StepLink job={job} step={step.id} className={styles.label} title={step.label}>
        {step.label}
        <span className="visually-hidden">, {step.status}</span>
      </StepLink>
      <span className={styles.note}>
        {(step.attempt > 1 || retryAt) && <strong>attempt {step.attempt}</strong>}{' '}
        {retryAt ? 'failed' : stepNote(step, ahead)}
      </span>
      {retryAt ? (
        <NextTry at={retryAt} reason={step.error?.message ?? ''} />
      ) : (
        <StepState step={step} told={told} />
      )}
    </div>
  );
});

function StepState({ step, told }: { step: Step; told?: string }) {
  const progress = step.status === 'completed' ? 100 : step.progress;
  const worker = step.status === 'queued' ? '' : step.worker;
  return (
    <>
      <div className={styles.bar}>
        <Progress label={step.label} value={progress} status={step.status} />
        {worker && (
          <span className={styles.worker} title={worker}>
            <span className="visually-hidden">on </span>
            {workerHost(step)}
          </span>
        )}
      </div>
      {step.error && (
        <p className={styles.error}>
          <code>{step.error.code}</code> {step.error.message === told ? '' : step.error.message}
        </p>
      )}
    </>
  );
}

/** It stands where the bar does at other times, so that the steps below stay where they are. */
function NextTry({ at, reason }: { at: string; reason: string }) {
  return (
    <p className={styles.next} title={reason}>
      <strong>{nextTry(at, useNow())}.</strong> {reason}
    </p>
  );
}

function stepNote({ status, progress, started_at, finished_at }: Step, ahead?: number): string {
  if (status === 'processing') return percent(progress);
  if (status === 'queued' && ahead !== undefined) return ahead === 0 ? 'next' : `${ahead} ahead`;
  if (started_at && finished_at) return duration(Date.parse(finished_at) - Date.parse(started_at));
  return status;
}
