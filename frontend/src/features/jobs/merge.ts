// How news about jobs is put together: versions only grow, whatever arrives last, by whatever way.
import { replaceEqualDeep } from '@tanstack/react-query';
import type { JobSummary } from '../../shared/api/types';

export type Versions = Record<string, number>;

const ENDED = ['completed', 'failed', 'cancelled', 'expired'];

export const hasEnded = (job: { status: string }) => ENDED.includes(job.status);

/**
 * Return the newer of what is held and what came in. Parts that did not change keep their identity, so that only what
 * did is drawn again. Progress never runs backwards within a run. A retry queues the job anew and so starts another
 * run, whether or not anybody here heard of the end of the one before.
 */
export function newestJob<T extends JobSummary>(held: T | undefined, incoming: T): T {
  if (!held) return incoming;
  if (incoming.version <= held.version) return held;
  const isNewRun = held.queued_at !== incoming.queued_at;
  const progress = isNewRun ? incoming.progress : Math.max(held.progress, incoming.progress);
  return replaceEqualDeep(held, { ...incoming, progress });
}

/** What the live list knows: the jobs it was told of, those deleted, and the versions it has or has asked for. */
export type LiveJobs = { jobs: Record<string, JobSummary>; deleted: Record<string, true>; known: Versions };

export const noLiveJobs: LiveJobs = { jobs: {}, deleted: {}, known: {} };

export function withJobs(live: LiveJobs, incoming: JobSummary[]): LiveJobs {
  const jobs = { ...live.jobs };
  const known = { ...live.known };
  for (const job of incoming) {
    const newest = newestJob(jobs[job.id], job);
    jobs[job.id] = newest;
    known[job.id] = Math.max(known[job.id] ?? 0, newest.version);
  }
  return { ...live, jobs, known };
}

export function withoutJob(live: LiveJobs, id: string): LiveJobs {
  const jobs = { ...live.jobs };
  delete jobs[id];
  return { ...live, jobs, deleted: { ...live.deleted, [id]: true } };
}

/** Whether a heartbeat names a version that is newer than the one known. */
export function isBehind(known: Versions, heartbeat: Versions): boolean {
  return Object.entries(heartbeat).some(([id, version]) => version > (known[id] ?? 0));
}

/** Remember a heartbeat's versions, so that a job which no snapshot holds is asked for once and not for ever. */
export function withAsked(live: LiveJobs, heartbeat: Versions): LiveJobs {
  const known = { ...live.known };
  for (const [id, version] of Object.entries(heartbeat)) known[id] = Math.max(known[id] ?? 0, version);
  return { ...live, known };
}

export type Filter = { status?: string; kind?: string };

/** Put fetched pages and live news together: newest of each job, without deleted ones, newest first. */
export function listJobs(fetched: JobSummary[], live: LiveJobs, filter: Filter): JobSummary[] {
  const newest = new Map<string, JobSummary>();
  for (const job of [...fetched, ...Object.values(live.jobs)]) {
    newest.set(job.id, newestJob(newest.get(job.id), job));
  }
  return [...newest.values()]
    .filter((job) => !live.deleted[job.id])
    .filter((job) => !filter.status || job.status === filter.status)
    .filter((job) => !filter.kind || job.kind === filter.kind)
    .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at) || (a.id < b.id ? 1 : -1));
}
