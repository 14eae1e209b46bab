// What failed, of all users, in groups.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf } from '../../shared/api/client';
import type { Failures } from '../../shared/api/types';
import { withJitter } from '../../shared/live/interval';

export const failuresQuery = queryOptions({
  queryKey: ['operations', 'failures'],
  queryFn: ({ signal }) => bodyOf(api.GET('/api/failures/', { signal })),
  refetchInterval: withJitter(5_000), // ms: no socket tells of the jobs of others
});

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
    onSettled: () =>
      Promise.all(['operations', 'jobs'].map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}
