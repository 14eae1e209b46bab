// Jobs over HTTP. Live news comes in useLiveJob and useLiveJobs.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { getJson, sendJson } from '../../shared/api/client';
import type { Job, JobPage } from '../../shared/api/types';
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
  });
}

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
