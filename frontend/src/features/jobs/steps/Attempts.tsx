// The attempts at a step, the first one first: who had it, how long, and how it ended.
import { useQuery } from '@tanstack/react-query';
import type { Step } from '../../../shared/api/types';
import { dateTime, duration } from '../../../shared/format/format';
import { CopyButton } from '../../../shared/ui/CopyButton';
import { Loading } from '../../../shared/ui/Loading';
import { StatusBadge } from '../../../shared/ui/StatusBadge';
import { attemptsQuery } from './api';
import styles from './Attempts.module.css';
import { type AnyAttempt, everyAttempt } from './everyAttempt';

export function Attempts({ job, step }: { job: string; step: Step }) {
  const query = useQuery(attemptsQuery(job, step));
  if (step.attempt === 0) return null;
  return (
    <section aria-labelledby="attempts">
      <h3 id="attempts">Attempts</h3>
      {query.data ? (
        <ol className={styles.attempts}>
          {everyAttempt(step, query.data.results).map((attempt) => (
            <li key={attempt.attempt}>
              <OneAttempt attempt={attempt} />
            </li>
          ))}
        </ol>
      ) : (
        <Loading query={query} what="The attempts" />
      )}
    </section>
  );
}

function OneAttempt({ attempt }: { attempt: AnyAttempt }) {
  const { status, worker, started_at, finished_at, error, traceback } = attempt;
  const took = started_at && finished_at ? duration(Date.parse(finished_at) - Date.parse(started_at)) : '';
  return (
    <>
      <p className={styles.line}>
        <strong>{attempt.attempt}</strong>
        <StatusBadge status={status} />
        <span className={styles.worker}>{worker}</span>
        <span>
          {started_at && <time dateTime={started_at}>{dateTime(started_at)}</time>}
          {took && `, ${took}`}
        </span>
      </p>
      {error && (
        <p className={styles.error}>
          <code>{error.code}</code> {error.message}
        </p>
      )}
      {traceback && (
        <details>
          <summary>Traceback</summary>
          <pre tabIndex={0}>{traceback}</pre>
          <CopyButton what="the traceback" text={() => traceback} />
        </details>
      )}
    </>
  );
}
