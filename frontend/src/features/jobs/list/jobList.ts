// My jobs as a list: what was fetched page by page, and what the socket told since.
import type { JobSummary, Versions } from '../../../shared/api/types';
import { newestSummary } from '../merge';
import { COMPARE, type Filter, fits } from './filter';

/** What the live list knows: the jobs it was told of, those deleted, and the versions it has or has asked for. */
export type LiveJobs = {
  jobs: Record<string, JobSummary>;
  deleted: Record<string, true>;
  known: Record<string, number>;
};

export const noLiveJobs: LiveJobs = { jobs: {}, deleted: {}, known: {} };

export function withJobs(live: LiveJobs, incoming: JobSummary[]): LiveJobs {
  const jobs = { ...live.jobs };
  const known = { ...live.known };
  for (const job of incoming) {
    const newest = newestSummary(jobs[job.id], job);
    jobs[job.id] = newest;
    known[job.id] = Math.max(known[job.id] ?? 0, newest.version);
  }
  return { ...live, jobs, known };
}

/** Whether one of these jobs is new, or has another status than before. */
export const haveMoved = (live: LiveJobs, incoming: JobSummary[]): boolean =>
  incoming.some(({ id, status }) => live.jobs[id]?.status !== status);

export function withoutJobs(live: LiveJobs, ids: string[]): LiveJobs {
  const jobs = { ...live.jobs };
  for (const id of ids) delete jobs[id];
  return { ...live, jobs, deleted: { ...live.deleted, ...Object.fromEntries(ids.map((id) => [id, true])) } };
}

/** Remember a heartbeat's versions, so that a job which no snapshot holds is asked for once and not for ever. */
export function withAsked(live: LiveJobs, heartbeat: Versions): LiveJobs {
  const known = { ...live.known };
  for (const [id, version] of Object.entries(heartbeat)) known[id] = Math.max(known[id] ?? 0, version ?? 0);
  return { ...live, known };
}

/** Put fetched pages and live news together: newest version of each job, without deleted ones, in the order asked for. */
export function listJobs(fetched: JobSummary[], live: LiveJobs, filter: Filter): JobSummary[] {
  const newest = new Map<string, JobSummary>();
  const told = Object.values(live.jobs);
  const isFetched = new Set(fetched.map(({ id }) => id));
  for (const job of [...fetched, ...told.filter(({ id }) => !filter.same_as || isFetched.has(id))]) {
    newest.set(job.id, newestSummary(newest.get(job.id), job));
  }
  return [...newest.values()]
    .filter((job) => !live.deleted[job.id])
    .filter(fits(filter))
    .sort(COMPARE[filter.sort ?? 'newest']);
}
