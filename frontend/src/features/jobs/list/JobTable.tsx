// Jobs as rows, newest first; as cards where there is no room for columns.
import { memo } from 'react';
import { Link } from 'react-router';
import type { JobSummary } from '../../../shared/api/types';
import { age, dateTime, percent } from '../../../shared/format/format';
import { Progress } from '../../../shared/ui/Progress';
import { StatusBadge } from '../../../shared/ui/StatusBadge';
import { useNow } from '../../../shared/format/useNow';
import styles from './JobTable.module.css';
import { JobTime } from '../JobTime';
import { sourceName } from '../words';

/** `showsOwner`: whose each job is, where they are not all one's own. */
export function JobTable({ jobs, showsOwner = false }: { jobs: JobSummary[]; showsOwner?: boolean }) {
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Source</th>
          <th scope="col">Pipeline</th>
          {showsOwner && <th scope="col">User</th>}
          <th scope="col">Status</th>
          <th scope="col" className={styles.wide}>
            Progress
          </th>
          <th scope="col">Time</th>
          <th scope="col">Asked for</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} showsOwner={showsOwner} />
        ))}
      </tbody>
    </table>
  );
}

const JobRow = memo(function JobRow({ job, showsOwner }: { job: JobSummary; showsOwner: boolean }) {
  return (
    <tr className={styles.row}>
      <th scope="row" className={styles.source}>
        <Link to={`/jobs/${job.id}`}>{sourceName(job)}</Link>
      </th>
      <td>{job.kind}</td>
      {showsOwner && <td className={styles.owner}>{job.owner}</td>}
      <td>
        <StatusBadge status={job.status} />
      </td>
      <td className={styles.progress}>
        <Progress label={`Progress of ${sourceName(job)}`} value={job.progress} status={job.status} />
        <span title={job.error?.message ?? job.message}>
          {job.error?.message ?? (job.message || percent(job.progress))}
        </span>
      </td>
      <td>
        <JobTime job={job} />
      </td>
      <td>
        <Age iso={job.created_at} />
      </td>
    </tr>
  );
});

function Age({ iso }: { iso: string }) {
  return (
    <time className={styles.age} dateTime={iso} title={dateTime(iso)}>
      {age(iso, useNow(30_000))}
    </time>
  );
}
