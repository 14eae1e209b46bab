// The words of the API, as the rest of the frontend uses them. They come from /api/schema/ by `npm run types`.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Session = Schemas['Session'];
export type Pipeline = Schemas['PipelineDescription'];
export type Queue = Schemas['QueueState'];
export type Job = Schemas['JobState'];
export type JobPage = Schemas['JobPage'];
export type Stage = Schemas['StageState'];
export type Step = Schemas['StepState'];
export type Artifact = Schemas['ArtifactState'];
export type Waiting = Schemas['Waiting'];

/** A job as the socket of the list sends it. */
export type JobSummary = Omit<Job, 'steps'>;
