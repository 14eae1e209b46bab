// Where a job stands as a whole: status, bar, message, why it isn't further, and what went wrong.
import type { Job } from '../../shared/api/types';
import { percent } from '../../shared/format/format';
import { Notice } from '../../shared/ui/Notice';
import { Progress } from '../../shared/ui/Progress';
import { StatusBadge } from '../../shared/ui/StatusBadge';
import styles from './JobHead.module.css';
import { JobTime } from './JobTime';
import { describeSituation, type Queues } from './situation';
import { TimeLeft } from './TimeLeft';
import { announcement } from './words';

export function JobHead({ job, queues, now }: { job: Job; queues: Queues; now: number }) {
  return (
    <section className={styles.head} aria-label="Progress">
      <div className={styles.line}>
        <StatusBadge status={job.status} />
        <span className={styles.message} title={job.message}>
          {job.message}
        </span>
        <span className={styles.percent}>{percent(job.progress)}</span>
        <JobTime job={job} />
      </div>
      <Progress label="Job" value={job.progress} status={job.status} size="thick" />
      <div className={styles.line}>
        <p className={styles.why}>{describeSituation(job, queues, now)}</p>
        <TimeLeft job={job} />
      </div>
      <p className="visually-hidden" aria-live="polite">
        {announcement(job)}
      </p>
      {job.error && (
        <Notice tone="error" title={job.error.code}>
          {job.error.message}
        </Notice>
      )}
    </section>
  );
}
