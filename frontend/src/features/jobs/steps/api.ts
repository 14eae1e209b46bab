// One step over HTTP: its log, what it was given and made, and its attempts.
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, bodyOf, readText } from '../../../shared/api/client';
import type { Step } from '../../../shared/api/types';
import { withJitter } from '../../../shared/live/interval';
import { jobQuery, nextCursor } from '../api';
import { type HeldJob, newestJob } from '../merge';
import type { StepFilter } from './filter';

const pathOf = (job_id: string, step_id: number) => ({ path: { job_id, step_id } });
const WHILE_IT_RUNS = 1_000; // ms

/** Steps beyond those that came with the job. A job that came whole once more starts them anew. */
export function stepPagesQuery({ id, wholeAt }: HeldJob, wanted: StepFilter & { stage?: string }) {
  return infiniteQueryOptions({
    queryKey: ['jobs', id, 'steps', wanted, wholeAt],
    queryFn: ({ pageParam: cursor, signal }) =>
      bodyOf(
        api.GET('/api/jobs/{job_id}/steps/', {
          params: { path: { job_id: id }, query: { ...wanted, cursor } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    staleTime: Infinity,
  });
}

/** A step that didn't come with its job: no socket tells of it. */
export function stepQuery(job_id: string, step_id: number) {
  return queryOptions({
    queryKey: ['jobs', job_id, 'step', step_id],
    queryFn: ({ signal }) =>
      bodyOf(api.GET('/api/jobs/{job_id}/steps/{step_id}/', { params: pathOf(job_id, step_id), signal })),
    refetchInterval: ({ state }) =>
      state.data && ['queued', 'processing'].includes(state.data.status) ? WHILE_IT_RUNS : false,
  });
}

/** What a step has logged: read every second while it runs, and once more when it has ended. */
export function stepLogQuery(job_id: string, { id, status, attempt }: Step) {
  return queryOptions({
    queryKey: ['jobs', job_id, 'log', id, attempt, status],
    queryFn: ({ signal }) =>
      bodyOf(api.GET('/api/jobs/{job_id}/steps/{step_id}/log/', { params: pathOf(job_id, id), signal })),
    refetchInterval: status === 'processing' ? WHILE_IT_RUNS : false,
    placeholderData: keepPreviousData,
  });
}

/** Its attempts but the newest, and that too if it failed: a page of 200. */
export function attemptsQuery(job_id: string, { id: step, status, attempt }: Step) {
  return queryOptions({
    queryKey: ['jobs', job_id, 'attempts', step, attempt, status],
    queryFn: ({ signal }) =>
      bodyOf(
        api.GET('/api/jobs/{job_id}/attempts/', { params: { path: { job_id }, query: { step } }, signal }),
      ),
    placeholderData: keepPreviousData,
  });
}

/** The same of all steps of a job. */
export function allAttemptsQuery(job_id: string, hasEnded: boolean) {
  return infiniteQueryOptions({
    queryKey: ['jobs', job_id, 'attempts', 'all', hasEnded],
    queryFn: ({ pageParam: cursor, signal }) =>
      bodyOf(
        api.GET('/api/jobs/{job_id}/attempts/', { params: { path: { job_id }, query: { cursor } }, signal }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: nextCursor,
    refetchInterval: hasEnded ? false : withJitter(3_000), // ms
    placeholderData: keepPreviousData,
  });
}

/** JSON as the server wrote it, digit by digit. */
export function stepValueQuery(job_id: string, { id, attempt }: Step, which: 'input' | 'result') {
  const url = `/api/jobs/${job_id}/steps/${id}/${which}/`;
  return queryOptions({
    queryKey: ['jobs', job_id, which, id, attempt],
    queryFn: ({ signal }) => readText(url, signal),
    staleTime: Infinity,
  });
}

export function useRunStepAgain(job_id: string, step_id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      bodyOf(api.POST('/api/jobs/{job_id}/steps/{step_id}/again/', { params: pathOf(job_id, step_id) })),
    onSuccess: (job) =>
      client.setQueryData<HeldJob>(jobQuery(job_id).queryKey, (held) => newestJob(held, job)),
  });
}
