// What operators see of all users: their jobs, and what failed, in groups.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf, cursorIn } from '../../shared/api/client';
import type { Failures, JobStatus } from '../../shared/api/types';
import { withJitter } from '../../shared/live/interval';

const refetchInterval = withJitter(5_000); // ms: no socket tells of the jobs of others

export const failuresQuery = queryOptions({
  queryKey: ['operations', 'failures'],
  queryFn: ({ signal }) => bodyOf(api.GET('/api/failures/', { signal })),
  refetchInterval,
});

export function everybodysJobsQuery(filter: { status?: JobStatus; kind?: string }) {
  return infiniteQueryOptions({
    queryKey: ['operations', 'jobs', filter],
    queryFn: ({ pageParam: cursor, signal }) =>
      bodyOf(api.GET('/api/jobs/', { params: { query: { ...filter, everybody: true, cursor } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => cursorIn(page.next),
    refetchInterval,
  });
}

/** Retry all jobs of a group, however many they are: the server takes a part of them at once. */
export function useRetryFailures() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ error_code, kind, newest_at }: Failures) => {
      let retried = 0;
      for (;;) {
        const body = { error_code, kind, newest_at };
        const answer = await bodyOf(api.POST('/api/failures/retry/', { body }));
        retried += answer.retried;
        if (answer.left === 0 || answer.retried === 0) return retried;
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['operations'] }),
  });
}
