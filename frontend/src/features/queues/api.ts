// The queues and their workers, asked for every few seconds while somebody looks.
import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../../shared/api/client';
import { withJitter } from '../../shared/live/interval';

export const queuesQuery = queryOptions({
  queryKey: ['queues'],
  queryFn: ({ signal }) => bodyOf(api.GET('/api/queues/', { signal })),
  refetchInterval: withJitter(3_000), // ms; not while the page is hidden
});
