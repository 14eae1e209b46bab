// For operators: what failed, and the jobs of all users.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { JobFilters, useJobFilter } from '../../features/jobs/list/JobFilters';
import { JobTable } from '../../features/jobs/list/JobTable';
import { OlderJobs } from '../../features/jobs/list/OlderJobs';
import { everybodysJobsQuery, failuresQuery } from '../../features/operations/api';
import { FailureGroups } from '../../features/operations/FailureGroups';
import { pipelinesQuery } from '../../features/pipelines/api';
import { Loading } from '../../shared/ui/Loading';
import { Page } from '../../shared/ui/Page';

export function OperationsPage() {
  const filter = useJobFilter();
  const pipelines = useQuery(pipelinesQuery);
  const failures = useQuery(failuresQuery);
  const query = useInfiniteQuery(everybodysJobsQuery(filter));
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
      <JobFilters kinds={pipelines.data ?? []} />
      {query.data ? <JobTable jobs={jobs} showsOwner /> : <Loading query={query} what="All jobs" />}
      <OlderJobs pages={query} />
    </Page>
  );
}
