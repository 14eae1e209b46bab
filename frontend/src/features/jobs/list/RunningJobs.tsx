// The jobs that run now, a line for each.
import { Link } from 'react-router';
import type { JobSummary } from '../../../shared/api/types';
import { percent } from '../../../shared/format/format';
import { Progress } from '../../../shared/ui/Progress';
import { sourceName } from '../words';
import styles from './RunningJobs.module.css';

const MOST = 5;

export function RunningJobs({ jobs }: { jobs: JobSummary[] }) {
  if (jobs.length === 0) return <p className={styles.none}>None of your jobs runs.</p>;
  return (
    <ul className={styles.jobs} aria-label="Jobs that run">
      {jobs.slice(0, MOST).map((job) => (
        <li key={job.id}>
          <Link to={`/jobs/${job.id}`}>{sourceName(job)}</Link>
          <Progress label={`Progress of ${sourceName(job)}`} value={job.progress} status={job.status} />
          <span>{percent(job.progress)}</span>
        </li>
      ))}
      {jobs.length > MOST && (
        <li>
          <Link to="/jobs?status=processing">all that run</Link>
        </li>
      )}
    </ul>
  );
}
