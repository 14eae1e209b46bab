// One job, live: where it stands, why it isn't further, and what it made.
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Suspense } from 'react';
import { Outlet, useNavigate, useParams } from 'react-router';
import { Artifacts } from '../../features/jobs/results/Artifacts';
import { JobActions } from '../../features/jobs/JobActions';
import { JobDetails } from '../../features/jobs/JobDetails';
import { JobHead } from '../../features/jobs/JobHead';
import { Result, Unfinished } from '../../features/jobs/results/Result';
import { resultQuery } from '../../features/jobs/api';
import { hasEnded, type HeldJob } from '../../features/jobs/merge';
import type { StepContext } from '../../features/jobs/steps/StepDrawer';
import { JobSteps } from '../../features/jobs/steps/JobSteps';
import { useLiveJob } from '../../features/jobs/useLiveJob';
import { WhenDone } from '../../features/jobs/WhenDone';
import { sourceName } from '../../features/jobs/words';
import { QueueNote } from '../../features/queues/QueueNote';
import { ApiError } from '../../shared/api/errors';
import { sessionQuery } from '../../shared/api/session';
import type { Job, Stage } from '../../shared/api/types';
import { percent } from '../../shared/format/format';
import type { Connection } from '../../shared/live/socket';
import { ConnectionBadge } from '../../shared/live/ConnectionBadge';
import { Loading } from '../../shared/ui/Loading';
import { Page } from '../../shared/ui/Page';
import { partsOf } from '../pipelineParts';
import styles from './JobPage.module.css';
import { MissingPage } from './MissingPage';
import { type QueuesOfJob, useQueues } from './useQueues';

export function JobPage() {
  const { id = '' } = useParams();
  return <OneJob key={id} id={id} />;
}

function OneJob({ id }: { id: string }) {
  const { query, connection, isDeleted } = useLiveJob(id);
  const isUnknown =
    connection.state === 'ended' || (query.error instanceof ApiError && query.error.status === 404);
  if (isDeleted) {
    return (
      <MissingPage title="This job was deleted">
        It and its files are gone. Your other jobs are still there.
      </MissingPage>
    );
  }
  if (isUnknown) {
    return (
      <MissingPage title="There is no such job">
        It may have been deleted, or it belongs to somebody else. Check the address, or look for it among your
        jobs.
      </MissingPage>
    );
  }
  if (!query.data) {
    return (
      <Page title="Job">
        <Loading query={query} what="The job" />
      </Page>
    );
  }
  return <KnownJob job={query.data} connection={connection} />;
}

function KnownJob({ job, connection }: { job: HeldJob; connection: Connection }) {
  const navigate = useNavigate();
  const queues = useQueues(job);
  const session = useQuery(sessionQuery);
  const user = session.data?.user;
  const isMine = user?.username === job.owner;
  const mayChange = isMine || user?.is_staff === true;
  const aside = (
    <>
      <ConnectionBadge connection={connection} />
      <WhenDone job={job} />
      <JobActions
        job={job}
        isMine={isMine}
        mayChange={mayChange}
        onAgain={(again) => void navigate(`/jobs/${again.id}`)}
        onDeleted={() => void navigate('/jobs')}
      />
    </>
  );
  const { Summary, Detail, areOnWhite = false } = partsOf(job.kind);
  const largeResult = useQuery(resultQuery(job));
  const result = job.result ?? largeResult.data;
  const hasWords = hasEnded(job) || job.steps.some((step) => step.draft);
  const isWithoutFiles = job.artifacts_total === 0 && hasWords;
  return (
    <Page title={sourceName(job)} tab={tabTitle(job)} aside={aside}>
      <JobDetails job={job} isMine={isMine} mayChange={mayChange} />
      <JobHead job={job} queues={queues} now={queues.now} />
      <Steps job={job} queues={queues} />
      <div className={styles.columns} data-wide={isWithoutFiles ? 'result' : 'files'}>
        <Artifacts job={job} areOnWhite={areOnWhite} />
        <section className={styles.side} aria-labelledby="side">
          <h2 id="side">{Summary ? 'Summary' : 'Result'}</h2>
          {Summary && result ? <Summary result={result} /> : null}
          {Summary && !result ? <NoSummary job={job} largeResult={largeResult} /> : null}
          {!Summary && <Result job={job} />}
        </section>
      </div>
      {Boolean(result) && Detail && <Detail result={result} />}
      <Suspense>
        <Outlet context={{ job, mayChange } satisfies StepContext} />
      </Suspense>
    </Page>
  );
}

function NoSummary({ job, largeResult }: { job: Job; largeResult: UseQueryResult }) {
  if (job.result_url) return <Loading query={largeResult} what="The result" />;
  return <Unfinished job={job} />;
}

function Steps({ job, queues }: { job: HeldJob; queues: QueuesOfJob }) {
  const renderQueue = (stage: Stage) => {
    const queue = queues.find(stage.queue);
    const entry = queues.waiting.find(({ queue: name }) => name === stage.queue);
    return queue && <QueueNote queue={queue} entry={entry} />;
  };
  return <JobSteps job={job} waiting={queues.waiting} now={queues.now} renderQueue={renderQueue} />;
}

/** A job can be followed from another tab. */
function tabTitle(job: Job): string {
  return `${hasEnded(job) ? job.status : percent(job.progress)} · ${sourceName(job)}`;
}
