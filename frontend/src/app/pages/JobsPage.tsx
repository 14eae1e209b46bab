// All of my jobs, live.
import { useQuery } from '@tanstack/react-query';
import { JobFilters, useJobFilter } from '../../features/jobs/list/JobFilters';
import { JobTable } from '../../features/jobs/list/JobTable';
import { OlderJobs } from '../../features/jobs/list/OlderJobs';
import { useLiveJobs } from '../../features/jobs/list/useLiveJobs';
import { pipelinesQuery } from '../../features/pipelines/api';
import { ConnectionBadge } from '../../shared/live/ConnectionBadge';
import { ButtonLink } from '../../shared/ui/Button';
import { Loading } from '../../shared/ui/Loading';
import { Page } from '../../shared/ui/Page';
import styles from './JobsPage.module.css';

export function JobsPage() {
  const filter = useJobFilter();
  const { query, connection, jobs } = useLiveJobs(filter);
  const pipelines = useQuery(pipelinesQuery);
  const isFiltered = Boolean(filter.status ?? filter.kind);
  return (
    <Page title="Jobs" aside={<ConnectionBadge connection={connection} />}>
      <JobFilters kinds={pipelines.data ?? []} />
      {jobs.length > 0 && <JobTable jobs={jobs} />}
      {jobs.length === 0 &&
        (query.data ? <NoJobs isFiltered={isFiltered} /> : <Loading query={query} what="Your jobs" />)}
      <OlderJobs pages={query} />
    </Page>
  );
}

function NoJobs({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <div className={styles.empty}>
        <h2>No job matches</h2>
        <p>None of your jobs has this status and pipeline at the moment.</p>
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
