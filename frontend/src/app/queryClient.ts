// How requests are cached and tried again.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from '../shared/api/errors';
import { retryDelay } from '../shared/live/backoff';
import { sessionQuery, signedOut } from '../shared/api/session';

/**
 * Reads are tried again for as long as the server is away, because a restart in the middle is nothing special; what it
 * refuses is not. `networkMode: always`, because a stack on this machine answers without a network too.
 */
export function createQueryClient(): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof ApiError && error.status === 401) {
      client.setQueryData(sessionQuery.queryKey, signedOut);
    }
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        networkMode: 'always',
        retry: (_, error) => error instanceof ApiError && error.isTransient,
        retryDelay: (attempt) => retryDelay(attempt),
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}
