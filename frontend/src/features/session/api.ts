// Signing up, in and out, and new passwords.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf } from '../../shared/api/client';
import { rememberToken } from '../../shared/api/csrf';
import { sessionQuery } from '../../shared/api/session';
import type { Session } from '../../shared/api/types';

type Credentials = { username: string; password: string };

export function useSignIn() {
  const begin = useBeginSession();
  return useMutation({
    mutationFn: (body: Credentials) => bodyOf(api.POST('/api/session/', { body })),
    onSuccess: begin,
  });
}

export function useSignUp() {
  const begin = useBeginSession();
  return useMutation({
    mutationFn: (body: Credentials & { email: string }) => bodyOf(api.POST('/api/users/', { body })),
    onSuccess: begin,
  });
}

function useBeginSession() {
  const client = useQueryClient();
  return (session: Session) => {
    rememberToken(session.csrf_token);
    client.setQueryData(sessionQuery.queryKey, session);
  };
}

/** Django gives the session a new CSRF token along with the password: `withCsrf` fetches it when it is asked for. */
export function useChangePassword() {
  return useMutation({
    mutationFn: (body: { old_password: string; new_password: string }) =>
      bodyOf(api.PUT('/api/password/', { body })),
  });
}

/** Have a link mailed that sets a new password. */
export function useForgotPassword() {
  return useMutation({
    mutationFn: (body: { email: string }) => bodyOf(api.POST('/api/password/reset/', { body })),
  });
}

/** Set a new password by the link, which holds a user and a token. */
export function useResetPassword(link: { user: string; token: string }) {
  return useMutation({
    mutationFn: (body: { new_password: string }) =>
      bodyOf(api.POST('/api/password/reset/confirm/', { body: { ...link, ...body } })),
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
