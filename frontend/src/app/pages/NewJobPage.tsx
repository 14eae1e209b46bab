// Where a job is asked for.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearchParams } from 'react-router';
import { jobListQuery, jobQuery } from '../../features/jobs/api';
import { RunningJobs } from '../../features/jobs/list/RunningJobs';
import { NewestPictures } from '../../features/jobs/results/NewestPictures';
import { pipelinesQuery } from '../../features/pipelines/api';
import { NewJobForm } from '../../features/pipelines/NewJobForm';
import { optionsOfLink } from '../../features/pipelines/optionsSchema';
import { PipelinePicker } from '../../features/pipelines/PipelinePicker';
import { queuesQuery } from '../../features/queues/api';
import { QueueLines } from '../../features/queues/QueueLines';
import type { Pipeline } from '../../shared/api/types';
import { withJitter } from '../../shared/live/interval';
import { Loading } from '../../shared/ui/Loading';
import { Notice } from '../../shared/ui/Notice';
import { Page } from '../../shared/ui/Page';
import { partsOf } from '../pipelineParts';
import styles from './NewJobPage.module.css';

const RUNNING = { status: 'processing' } as const;
const WHILE_SOMEBODY_LOOKS = withJitter(3_000); // ms

/** In development a pipeline that is being written appears by itself. */
const WHILE_ONE_IS_WRITTEN = import.meta.env.DEV && 3_000; // ms

export function NewJobPage() {
  const pipelines = useQuery({ ...pipelinesQuery, refetchInterval: WHILE_ONE_IS_WRITTEN });
  return (
    <Page
      title="New job"
      lead="Background work on real queues: its parts run in parallel, each on its queue’s workers, and you watch them here as they do."
    >
      <div className={styles.page}>
        {pipelines.data ? (
          <Choice pipelines={pipelines.data} />
        ) : (
          <Loading query={pipelines} what="The pipelines" />
        )}
      </div>
    </Page>
  );
}

function Choice({ pipelines }: { pipelines: Pipeline[] }) {
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const from = search.get('from') ?? '';
  const before = useQuery({ ...jobQuery(from), enabled: from !== '' });
  const chosen = pipelines.find(({ kind }) => kind === search.get('kind')) ?? firstToOffer(pipelines);
  if (!chosen) {
    return (
      <Notice title="There are no pipelines">Add one as a file or a folder in backend/pipelines.</Notice>
    );
  }
  if (from && !before.data) return <Loading query={before} what="The job to run again" />;
  const again = before.data?.kind === chosen.kind ? before.data : undefined;
  const { sample, areOnWhite = false } = partsOf(chosen.kind);
  return (
    <div className={styles.columns}>
      <NewJobForm
        key={chosen.kind}
        pipeline={chosen}
        sample={sample}
        made={
          sample && (
            <NewestPictures
              kind={chosen.kind}
              source={sample.name}
              areOnWhite={areOnWhite}
              fallback={sample.preview}
            />
          )
        }
        given={{ ...again?.options, ...optionsOfLink(search) }}
        urgency={again?.priority}
        onSubmitted={(job) => void navigate(`/jobs/${job.id}`)}
      />
      <div className={styles.side}>
        <PipelinePicker
          pipelines={pipelines}
          chosen={chosen.kind}
          onChoose={(kind) => setSearch({ kind }, { replace: true })}
        />
        <AtAGlance />
      </div>
    </div>
  );
}

/** The queues, and what of mine runs in them now. */
function AtAGlance() {
  const queues = useQuery(queuesQuery);
  const running = useInfiniteQuery({ ...jobListQuery(RUNNING), refetchInterval: WHILE_SOMEBODY_LOOKS });
  return (
    <section className={styles.glance} aria-labelledby="now">
      <h2 id="now">Now</h2>
      {queues.data && <QueueLines queues={queues.data} />}
      <RunningJobs jobs={running.data?.pages[0]?.results ?? []} />
    </section>
  );
}

/** The first pipeline that can be tried at once, else the first that works. */
function firstToOffer(pipelines: Pipeline[]): Pipeline | undefined {
  const available = pipelines.filter((pipeline) => pipeline.available);
  return available.find(({ kind }) => partsOf(kind).sample) ?? available[0] ?? pipelines[0];
}
