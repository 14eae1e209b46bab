// Jobs over HTTP. Live news comes in useLiveJob and useLiveJobs.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, sendJson } from '../../shared/api/client';
import type { Job, JobPage, Waiting } from '../../shared/api/types';
import { paced } from '../../shared/live/pace';
import { type Filter, newestJob } from './merge';

/** The held job and the fetched one are merged by version, so a slow answer never replaces newer news of the socket. */
export function jobQuery(id: string) {
  return queryOptions({
    queryKey: ['jobs', id],
    queryFn: ({ signal }) => getJson<Job>(`/api/jobs/${id}/`, signal),
    structuralSharing: (held, incoming) => newestJob(held as Job | undefined, incoming as Job),
    staleTime: Infinity,
  });
}

export function jobListQuery(filter: Filter) {
  const search = new URLSearchParams(Object.entries(filter).filter(([, value]) => value)).toString();
  return infiniteQueryOptions({
    queryKey: ['jobs', 'list', search],
    queryFn: ({ pageParam, signal }) => getJson<JobPage>(pageParam ?? `/api/jobs/?${search}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next && withoutOrigin(page.next),
    refetchOnWindowFocus: false, // the socket tells what changed
  });
}

/** Where steps of a job wait, and what is ahead of them: no socket tells, so it is asked for while they do. */
export function waitingQuery({ id, stage }: Job) {
  return queryOptions({
    queryKey: ['jobs', id, 'waiting', stage], // each stage has a queue of its own: asked at once when one starts
    queryFn: ({ signal }) => getJson<Waiting[]>(`/api/jobs/${id}/waiting/`, signal),
    refetchInterval: paced(3_000), // ms; not while the page is hidden
  });
}

/** The address of all files of a job, as one zip. */
export const archiveUrl = (id: string) => `/api/jobs/${id}/artifacts/`;

export type JobChange = 'cancel' | 'retry';

/** Ask for a change. The answer is merged like the socket's news; after a refusal the job is fetched as it really is. */
export function useChangeJob(id: string) {
  const client = useQueryClient();
  const { queryKey } = jobQuery(id);
  return useMutation({
    mutationFn: (change: JobChange) => sendJson<Job>('POST', `/api/jobs/${id}/${change}/`),
    onSuccess: (job) => client.setQueryData<Job>(queryKey, (held) => newestJob(held, job)),
    onError: () => client.invalidateQueries({ queryKey }),
  });
}

/** Ask for the same once more: a new job, of which nothing is known here yet. */
export function useRunAgain(id: string, onSubmitted: (job: Job) => void) {
  return useMutation({
    mutationFn: () => sendJson<Job>('POST', `/api/jobs/${id}/again/`),
    onSuccess: onSubmitted,
  });
}

/** `onDeleted` is called even when the socket's news of the deletion came first and the asking component is gone. */
export function useDeleteJob(id: string, onDeleted: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson<unknown>('DELETE', `/api/jobs/${id}/`),
    onSuccess: () => {
      onDeleted();
      client.removeQueries({ queryKey: ['jobs', id] });
    },
  });
}

/** The server may see itself under another name than the browser does. */
function withoutOrigin(address: string): string {
  const url = new URL(address, location.href);
  return url.pathname + url.search;
}
