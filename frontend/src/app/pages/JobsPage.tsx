// All of my jobs, live.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Filter, isFiltered, useJobFilter } from '../../features/jobs/list/filter';
import { JobFilters } from '../../features/jobs/list/JobFilters';
import { JobSelection } from '../../features/jobs/list/JobSelection';
import { JobTable } from '../../features/jobs/list/JobTable';
import { OlderJobs } from '../../features/jobs/list/OlderJobs';
import { Pace } from '../../features/jobs/list/Pace';
import { useLiveJobs } from '../../features/jobs/list/useLiveJobs';
import { sourceName } from '../../features/jobs/words';
import { pipelinesQuery } from '../../features/pipelines/api';
import type { JobSummary } from '../../shared/api/types';
import { ConnectionBadge } from '../../shared/live/ConnectionBadge';
import { ButtonLink } from '../../shared/ui/Button';
import { Loading } from '../../shared/ui/Loading';
import { Page } from '../../shared/ui/Page';
import styles from './JobsPage.module.css';

export function JobsPage() {
  const filter = useJobFilter();
  const { query, connection, jobs } = useLiveJobs(filter);
  const pipelines = useQuery(pipelinesQuery);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  return (
    <Page title={titleOf(filter, jobs)} aside={<ConnectionBadge connection={connection} />}>
      <JobFilters filter={filter} kinds={pipelines.data ?? []} />
      {filter.kind && <Pace kind={filter.kind} />}
      {jobs.length > 0 && (
        <>
          <JobSelection shown={jobs.map(({ id }) => id)} chosen={chosen} onChoose={setChosen} />
          <JobTable jobs={jobs} chosen={chosen} onChoose={setChosen} />
        </>
      )}
      {jobs.length === 0 &&
        (query.data ? (
          <NoJobs isFiltered={isFiltered(filter)} />
        ) : (
          <Loading query={query} what="Your jobs" />
        ))}
      <OlderJobs pages={query} />
    </Page>
  );
}

function titleOf({ same_as }: Filter, [newest]: JobSummary[]): string {
  return same_as && newest ? `Runs of ${sourceName(newest)}` : 'Jobs';
}

function NoJobs({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <div className={styles.empty}>
        <h2>No job matches</h2>
        <p>None of your jobs is what you look for at the moment.</p>
        <ButtonLink to="/jobs">Show all jobs</ButtonLink>
      </div>
    );
  }
  return (
    <div className={styles.empty}>
      <h2>No jobs yet</h2>
      <p>
        A job is one run of a pipeline. Its steps wait in queues, run in parallel on their workers, and appear
        here while they do.
      </p>
      <ButtonLink to="/" look="primary">
        Start a job
      </ButtonLink>
    </div>
  );
}
