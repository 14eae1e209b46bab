// The words of the API, as the rest of the frontend uses them. They come from /api/schema/ by `npm run types`.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Session = Schemas['Session'];
export type Pipeline = Schemas['PipelineDescription'];
export type Queue = Schemas['QueueState'];
export type Failures = Schemas['Failures'];
export type Waiting = Schemas['Waiting'];

export type Job = Schemas['JobState'];
export type UploadState = Schemas['UploadState'];
export type JobSummary = Schemas['JobSummary'];
export type Stage = Schemas['StageState'];
export type Step = Schemas['StepState'];
export type Attempt = Schemas['AttemptState'];
export type Failure = Schemas['Failure'];
export type LogLine = Schemas['LogLine'];
export type Artifact = Schemas['ArtifactState'];

export type JobStatus = Schemas['JobStatus'];
export type StepStatus = Schemas['StepStatus'];
export type Priority = Schemas['Priority'];
/** What a job, a stage or a step can be. */
export type Status = JobStatus | Schemas['StageStatus'];

type News<Message, AJob> = Omit<Message, 'job'> & { job: AJob };
type ForAll = Schemas['JobDeleted'] | Schemas['Heartbeat'] | Schemas['Refusal'];

/** What the socket of one job says, and what that of the list does. */
export type JobMessage = Schemas['JobSnapshot'] | News<Schemas['JobUpdated'], Job> | ForAll;
export type JobsMessage = Schemas['JobsSnapshot'] | News<Schemas['JobUpdated'], JobSummary> | ForAll;
export type Versions = Schemas['Heartbeat']['versions'];
