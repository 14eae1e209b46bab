// My jobs as a list: what was fetched page by page, and what the socket told since.
import type { JobStatus, JobSummary, Versions } from '../../../shared/api/types';
import { newestSummary } from '../merge';

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

export type Filter = { status?: JobStatus; kind?: string };

/** Put fetched pages and live news together: newest of each job, without deleted ones, newest first. */
export function listJobs(fetched: JobSummary[], live: LiveJobs, filter: Filter): JobSummary[] {
  const newest = new Map<string, JobSummary>();
  for (const job of [...fetched, ...Object.values(live.jobs)]) {
    newest.set(job.id, newestSummary(newest.get(job.id), job));
  }
  return [...newest.values()]
    .filter((job) => !live.deleted[job.id])
    .filter((job) => !filter.status || job.status === filter.status)
    .filter((job) => !filter.kind || job.kind === filter.kind)
    .sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at) || (a.id < b.id ? 1 : -1));
}
