// Jobs as rows, newest first; as cards where there is no room for columns.
import { type Dispatch, memo, type SetStateAction, useCallback } from 'react';
import { Link } from 'react-router';
import type { JobSummary } from '../../../shared/api/types';
import { age, dateTime, percent } from '../../../shared/format/format';
import { Progress } from '../../../shared/ui/Progress';
import { StatusBadge } from '../../../shared/ui/StatusBadge';
import { useNow } from '../../../shared/format/useNow';
import styles from './JobTable.module.css';
import { JobTime } from '../JobTime';
import { sourceName } from '../words';

type Props = {
  jobs: JobSummary[];
  /** Whose each job is, where they are not all one's own. */
  showsOwner?: boolean;
  chosen: ReadonlySet<string>;
  onChoose: Dispatch<SetStateAction<ReadonlySet<string>>>;
};

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

export function JobTable({ jobs, showsOwner = false, chosen, onChoose }: Props) {
  const choose = useCallback((id: string) => onChoose((before) => toggled(before, id)), [onChoose]);
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col" className={styles.choice}>
            <span className="visually-hidden">Selected</span>
          </th>
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
          <JobRow
            key={job.id}
            job={job}
            showsOwner={showsOwner}
            isChosen={chosen.has(job.id)}
            onChoose={choose}
          />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = {
  job: JobSummary;
  showsOwner: boolean;
  isChosen: boolean;
  onChoose: (id: string) => void;
};

const JobRow = memo(function JobRow({ job, showsOwner, isChosen, onChoose }: RowProps) {
  return (
    <tr className={styles.row} data-chosen={isChosen}>
      <td className={styles.choice}>
        <input
          type="checkbox"
          aria-label={`Select ${sourceName(job)} #${job.run}`}
          checked={isChosen}
          onChange={() => onChoose(job.id)}
        />
      </td>
      <th scope="row" className={styles.source}>
        <Link to={`/jobs/${job.id}`}>{sourceName(job)}</Link> <span className={styles.run}>#{job.run}</span>
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
