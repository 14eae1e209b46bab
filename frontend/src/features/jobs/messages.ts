// What the job sockets say.
import type { Job, JobSummary } from '../../shared/api/types';
import type { Versions } from './merge';

type Heartbeat = { type: 'heartbeat'; versions: Versions };
type Deleted = { type: 'job.deleted'; id: string };

export type JobMessage =
  | { type: 'job.snapshot'; job: Job }
  | { type: 'job.updated'; job: Job }
  | Deleted
  | Heartbeat
  | { type: 'error' };

export type JobsMessage =
  | { type: 'jobs.snapshot'; jobs: JobSummary[] }
  | { type: 'job.updated'; job: JobSummary }
  | Deleted
  | Heartbeat
  | { type: 'error' };

export const RESYNC = { type: 'resync' };
