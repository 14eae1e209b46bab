// The queues and their workers, asked for every few seconds while somebody looks.
import { queryOptions } from '@tanstack/react-query';
import { getJson } from '../../shared/api/client';
import type { Queue } from '../../shared/api/types';
import { paced } from '../../shared/live/pace';

export const queuesQuery = queryOptions({
  queryKey: ['queues'],
  queryFn: ({ signal }) => getJson<Queue[]>('/api/queues/', signal),
  refetchInterval: paced(3_000), // ms; not while the page is hidden
});
