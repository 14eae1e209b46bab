// Who is signed in. In development the first GET signs the browser in as the demo user.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { sendJson } from '../../shared/api/client';
import { fetchSession, rememberToken } from '../../shared/api/csrf';
import type { Session } from '../../shared/api/types';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => fetchSession(signal),
  staleTime: Infinity,
});

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (credentials: { username: string; password: string }) =>
      sendJson<Session>('POST', '/api/session/', credentials),
    onSuccess: (session) => {
      rememberToken(session.csrf_token);
      client.setQueryData(sessionQuery.queryKey, session);
    },
  });
}

/** Sign out, and forget everything that the user could see. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson<Session>('DELETE', '/api/session/'),
    onSuccess: (session) => {
      rememberToken(session.csrf_token);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
      client.setQueryData(sessionQuery.queryKey, session);
    },
  });
}

/** The session after the server said that nobody is signed in any more. */
export const signedOut = (session: Session | undefined) => session && { ...session, user: null };
