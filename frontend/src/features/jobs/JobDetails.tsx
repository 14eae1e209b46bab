// What was asked for: known from the beginning, so it never moves what stands below.
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Job } from '../../shared/api/types';
import { bytes, dateTime, measure } from '../../shared/format/format';
import { CopyButton } from '../../shared/ui/CopyButton';
import styles from './JobDetails.module.css';

/** `mayChange`: who may, sees the other runs, too. */
type Props = { job: Job; isMine: boolean; mayChange: boolean };

export function JobDetails({ job, isMine, mayChange }: Props) {
  const runs = <Link to={`/jobs?same_as=${job.id}`}>#{job.run} of this source</Link>;
  const details: [string, ReactNode][] = [
    ...(isMine ? [] : [['User', job.owner] satisfies [string, string]]),
    ['Pipeline', job.kind],
    ['Run', job.source && mayChange ? runs : `#${job.run}`],
    ...(job.source?.size ? [['Size', bytes(job.source.size)] satisfies [string, string]] : []),
    ['Priority', job.priority],
    ...Object.entries(job.options)
      .filter(([, value]) => value !== '')
      .map(([name, value]): [string, ReactNode] => [name, measure(value)]),
    ['Asked for', dateTime(job.created_at)],
    ['Id', <JobId key="id" id={job.id} />],
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

function JobId({ id }: { id: string }) {
  const link = () => `${location.origin}/jobs/${id}`;
  return (
    <>
      {id} <CopyButton label="Copy link" what="the link to this job" text={link} />
    </>
  );
}
