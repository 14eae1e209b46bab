// Jobs over HTTP. Live news comes in useLiveJob and useLiveJobs.
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  keepPreviousData,
} from '@tanstack/react-query';
import { useRef } from 'react';
import { api, bodyOf, cursorIn, readJson, readText } from '../../shared/api/client';
import type { Artifact, Job } from '../../shared/api/types';
import { withJitter } from '../../shared/live/interval';
import { asQuery, type Filter } from './list/filter';
import { type HeldJob, newestJob } from './merge';

const WHERE_NO_SOCKET_TELLS = withJitter(5_000); // ms
const RECOUNT_EVERY = 1_000; // ms

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

/** `everybody`: for operators, the jobs of all users, of which no socket tells. */
export function jobListQuery(filter: Filter, everybody = false) {
  const query = { ...asQuery(filter), ...(everybody && { everybody }) };
  return infiniteQueryOptions({
    queryKey: ['jobs', 'list', query],
    queryFn: ({ pageParam: cursor, signal }) =>
      bodyOf(api.GET('/api/jobs/', { params: { query: { ...query, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false, // the socket tells what changed
    refetchInterval: everybody && WHERE_NO_SOCKET_TELLS,
  });
}

/** How many jobs that fit have which status. */
export function jobCountsQuery(filter: Filter, everybody = false) {
  const query = { ...asQuery(filter), ...(everybody && { everybody }), status: undefined, sort: undefined };
  return queryOptions({
    queryKey: ['jobs', 'counts', query],
    queryFn: ({ signal }) => bodyOf(api.GET('/api/jobs/counts/', { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    refetchInterval: everybody && WHERE_NO_SOCKET_TELLS,
  });
}

/** Return what asks for the numbers again, at most once a second: for whoever hears that they have changed. */
export function useRecount() {
  const client = useQueryClient();
  const timer = useRef<number>(undefined);
  const askedAt = useRef(0);
  return () => {
    const wait = Math.max(0, askedAt.current + RECOUNT_EVERY - Date.now());
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      askedAt.current = Date.now();
      void client.invalidateQueries({ queryKey: ['jobs', 'counts'] });
    }, wait);
  };
}

/** How long the last completed jobs of a pipeline took, the newest first. */
export function durationsQuery(kind: string) {
  return queryOptions({
    queryKey: ['jobs', 'durations', kind],
    queryFn: ({ signal }) => bodyOf(api.GET('/api/jobs/durations/', { params: { query: { kind } }, signal })),
    staleTime: 30_000, // ms
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

/** Where a file is saved from: by name, a browser saves only what comes from the page's own server. */
export const downloadUrl = (file: Artifact) => `${file.url}?download`;

export type Change = 'cancel' | 'retry' | 'delete';

/** Change many jobs, 200 in one request. Returns how many that could be done for, and why not for the others. */
export function useChangeJobs() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ change, ids }: { change: Change; ids: string[] }) => {
      let changed = 0;
      const refused = new Map<string, number>();
      for (let first = 0; first < ids.length; first += 200) {
        const body = { ids: ids.slice(first, first + 200) };
        const answer = await bodyOf(api.POST(`/api/jobs/many/${change}/`, { body }));
        changed += answer.changed;
        for (const { reason, count } of answer.refused)
          refused.set(reason, (refused.get(reason) ?? 0) + count);
      }
      return { changed, refused };
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['jobs'] }),
  });
}

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
