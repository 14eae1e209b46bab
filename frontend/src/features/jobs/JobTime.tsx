// How long a job has run, or ran.
import type { JobSummary } from '../../shared/api/types';
import { duration, wholeSeconds } from '../../shared/format/format';
import { useNow } from '../../shared/format/useNow';
import styles from './JobTime.module.css';

export function JobTime({ job }: { job: JobSummary }) {
  const isRunning = job.started_at !== null && job.finished_at === null;
  const now = useNow(isRunning ? 1000 : null);
  if (job.started_at === null) return <span className={styles.time}>–</span>;
  const end = job.finished_at ? Date.parse(job.finished_at) : now;
  const elapsed = end - Date.parse(job.started_at);
  return (
    <span className={styles.time}>
      <span className="visually-hidden">{isRunning ? 'Running for ' : 'Took '}</span>
      {isRunning ? wholeSeconds(elapsed) : duration(elapsed)}
    </span>
  );
}
