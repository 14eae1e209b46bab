// What was asked for: known from the beginning, so it never moves what stands below.
import type { Job } from '../../shared/api/types';
import { bytes, dateTime, measure } from '../../shared/format/format';
import styles from './JobDetails.module.css';

export function JobDetails({ job, isMine }: { job: Job; isMine: boolean }) {
  const details: [string, string][] = [
    ...(isMine ? [] : [['User', job.owner] satisfies [string, string]]),
    ['Pipeline', job.kind],
    ['Size', job.source?.size ? bytes(job.source.size) : '–'],
    ['Priority', job.priority],
    ...Object.entries(job.options).map(([name, value]): [string, string] => [name, measure(value)]),
    ['Asked for', dateTime(job.created_at)],
    ['Id', job.id],
  ];
  return (
    <dl className={styles.details}>
      {details.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
