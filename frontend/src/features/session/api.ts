// Signing in and out.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf } from '../../shared/api/client';
import { rememberToken } from '../../shared/api/csrf';
import { sessionQuery } from '../../shared/api/session';

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; password: string }) => bodyOf(api.POST('/api/session/', { body })),
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
    mutationFn: () => bodyOf(api.DELETE('/api/session/')),
    onSuccess: (session) => {
      rememberToken(session.csrf_token);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
      client.setQueryData(sessionQuery.queryKey, session);
    },
  });
}
