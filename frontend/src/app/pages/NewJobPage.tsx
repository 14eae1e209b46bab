// Where a job is asked for.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearchParams } from 'react-router';
import { jobQuery } from '../../features/jobs/api';
import { pipelinesQuery } from '../../features/pipelines/api';
import { NewJobForm } from '../../features/pipelines/NewJobForm';
import { PipelinePicker } from '../../features/pipelines/PipelinePicker';
import type { Pipeline } from '../../shared/api/types';
import { Loading } from '../../shared/ui/Loading';
import { Notice } from '../../shared/ui/Notice';
import { Page } from '../../shared/ui/Page';
import { partsOf } from '../pipelineParts';
import styles from './NewJobPage.module.css';

/** In development a pipeline that is being written appears by itself. */
const WHILE_ONE_IS_WRITTEN = import.meta.env.DEV && 3_000; // ms

export function NewJobPage() {
  const pipelines = useQuery({ ...pipelinesQuery, refetchInterval: WHILE_ONE_IS_WRITTEN });
  return (
    <Page
      title="New job"
      lead="Choose what to run, and on what. Its parts run in parallel, each on its own queue."
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
  return (
    <div className={styles.columns}>
      <NewJobForm
        key={chosen.kind}
        pipeline={chosen}
        sample={partsOf(chosen.kind).sample}
        before={before.data?.kind === chosen.kind ? before.data : undefined}
        onSubmitted={(job) => void navigate(`/jobs/${job.id}`)}
      />
      <PipelinePicker
        pipelines={pipelines}
        chosen={chosen.kind}
        onChoose={(kind) => setSearch({ kind }, { replace: true })}
      />
    </div>
  );
}

/** The first pipeline that can be tried at once, else the first that works. */
function firstToOffer(pipelines: Pipeline[]): Pipeline | undefined {
  const available = pipelines.filter((pipeline) => pipeline.available);
  return available.find(({ kind }) => partsOf(kind).sample) ?? available[0] ?? pipelines[0];
}
