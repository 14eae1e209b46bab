// Jobs over HTTP. Live news comes in useLiveJob and useLiveJobs.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf, cursorIn, readJson, readText } from '../../shared/api/client';
import type { Artifact, Job } from '../../shared/api/types';
import { withJitter } from '../../shared/live/interval';
import type { Filter } from './list/jobList';
import { type HeldJob, newestJob } from './merge';

const pathOf = (job_id: string) => ({ path: { job_id } });

/** The held job and the fetched one are merged by version, so a slow answer never replaces newer news of the socket. */
export function jobQuery(id: string) {
  const queryKey = ['jobs', id];
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      const job = await bodyOf(api.GET('/api/jobs/{job_id}/', { params: pathOf(id), signal }));
      return newestJob(client.getQueryData<HeldJob>(queryKey), job);
    },
    structuralSharing: false, // merging has kept what did not change, at the cost of the change and not of the job
    staleTime: Infinity,
  });
}

export const nextCursor = (page: { next: string | null }) => cursorIn(page.next);

export function jobListQuery(filter: Filter) {
  return infiniteQueryOptions({
    queryKey: ['jobs', 'list', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      bodyOf(api.GET('/api/jobs/', { params: { query: { ...filter, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    refetchOnWindowFocus: false, // the socket tells what changed
  });
}

/** The artifacts beyond those that came with the job. */
export function artifactPagesQuery({ id, wholeAt }: HeldJob) {
  return infiniteQueryOptions({
    queryKey: ['jobs', id, 'artifacts', wholeAt],
    queryFn: ({ pageParam: cursor, signal }) =>
      bodyOf(
        api.GET('/api/jobs/{job_id}/artifacts/', { params: { ...pathOf(id), query: { cursor } }, signal }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    staleTime: Infinity,
  });
}

/** A file as text. An artifact never changes: what is written again is another. */
export function fileTextQuery({ url }: Artifact) {
  return queryOptions({
    queryKey: ['files', url],
    queryFn: ({ signal }) => readText(url, signal),
    staleTime: Infinity,
  });
}

/** A result that is too large to come with its job. */
export function resultQuery({ id, result, result_url, finished_at }: Job) {
  return queryOptions({
    queryKey: ['jobs', id, 'result', finished_at],
    queryFn: ({ signal }) => readJson(result_url ?? '', signal),
    enabled: result === null && Boolean(result_url),
    staleTime: Infinity,
  });
}

/** A result as text, digit by digit as it is stored. */
export function resultTextQuery({ id, result, finished_at }: Job) {
  return queryOptions({
    queryKey: ['jobs', id, 'result', 'text', finished_at],
    queryFn: ({ signal }) =>
      bodyOf(api.GET('/api/jobs/{job_id}/result/', { params: pathOf(id), signal, parseAs: 'text' })),
    enabled: result !== null && typeof result !== 'string',
    staleTime: Infinity,
  });
}

/** Where steps of a job wait, and what is ahead of them: no socket tells, so it is asked for while they do. */
export function waitingQuery({ id, stage }: Job) {
  return queryOptions({
    queryKey: ['jobs', id, 'waiting', stage], // each stage has a queue of its own: asked at once when one starts
    queryFn: ({ signal }) => bodyOf(api.GET('/api/jobs/{job_id}/waiting/', { params: pathOf(id), signal })),
    refetchInterval: withJitter(3_000), // ms; not while the page is hidden
  });
}

/** The address of all files of a job, as one zip. */
export const archiveUrl = (id: string) => `/api/jobs/${id}/artifacts.zip`;

export type JobChange = 'cancel' | 'retry';

/** Ask for a change. The answer is merged like the socket's news; after a refusal the job is fetched as it really is. */
export function useChangeJob(id: string) {
  const client = useQueryClient();
  const { queryKey } = jobQuery(id);
  return useMutation({
    mutationFn: (change: JobChange) =>
      bodyOf(api.POST(`/api/jobs/{job_id}/${change}/`, { params: pathOf(id) })),
    onSuccess: (job) => client.setQueryData<HeldJob>(queryKey, (held) => newestJob(held, job)),
    onError: () => void client.invalidateQueries({ queryKey, exact: true }), // not waited for: there may be no network
  });
}

/** Ask for the same once more: a new job, of which nothing is known here yet. */
export function useRunAgain(id: string, onSubmitted: (job: Job) => void) {
  return useMutation({
    mutationFn: () => bodyOf(api.POST('/api/jobs/{job_id}/again/', { params: pathOf(id) })),
    onSuccess: onSubmitted,
  });
}

/** `onDeleted` is called even when the socket's news of the deletion came first and the asking component is gone. */
export function useDeleteJob(id: string, onDeleted: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => bodyOf(api.DELETE('/api/jobs/{job_id}/', { params: pathOf(id) })),
    onSuccess: () => {
      onDeleted();
      client.removeQueries({ queryKey: ['jobs', id] });
    },
  });
}
