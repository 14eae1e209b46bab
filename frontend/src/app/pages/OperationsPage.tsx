// For operators: what failed, and the jobs of all users.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { jobListQuery } from '../../features/jobs/api';
import { useJobFilter } from '../../features/jobs/list/filter';
import { JobFilters } from '../../features/jobs/list/JobFilters';
import { JobSelection } from '../../features/jobs/list/JobSelection';
import { JobTable } from '../../features/jobs/list/JobTable';
import { OlderJobs } from '../../features/jobs/list/OlderJobs';
import { failuresQuery } from '../../features/operations/api';
import { FailureGroups } from '../../features/operations/FailureGroups';
import { pipelinesQuery } from '../../features/pipelines/api';
import { Loading } from '../../shared/ui/Loading';
import { Page } from '../../shared/ui/Page';

export function OperationsPage() {
  const filter = useJobFilter();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const pipelines = useQuery(pipelinesQuery);
  const failures = useQuery(failuresQuery);
  const query = useInfiniteQuery(jobListQuery(filter, true));
  const jobs = query.data?.pages.flatMap((page) => page.results) ?? [];
  const admin = (
    <a href="/admin/" target="_blank" rel="noreferrer">
      Users, steps and workers in the admin
    </a>
  );
  return (
    <Page title="Operations" aside={admin} lead="The jobs of all users: you are an operator.">
      {failures.data ? (
        <FailureGroups groups={failures.data} />
      ) : (
        <Loading query={failures} what="What failed" />
      )}
      <h2>All jobs</h2>
      <JobFilters filter={filter} kinds={pipelines.data ?? []} everybody />
      {query.data ? (
        <>
          <JobSelection
            shown={jobs.map(({ id }) => id)}
            chosen={chosen}
            onChoose={setChosen}
            mayDelete={false}
          />
          <JobTable jobs={jobs} showsOwner chosen={chosen} onChoose={setChosen} />
        </>
      ) : (
        <Loading query={query} what="All jobs" />
      )}
      <OlderJobs pages={query} />
    </Page>
  );
}
