// Who is signed in. In development the first GET signs the browser in as the demo user.
import { queryOptions } from '@tanstack/react-query';
import { fetchSession } from './csrf';
import type { Session } from './types';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => fetchSession(signal),
  staleTime: Infinity,
});

/** The session after the server said that nobody is signed in any more. */
export const signedOut = (session: Session | undefined) => session && { ...session, user: null };
