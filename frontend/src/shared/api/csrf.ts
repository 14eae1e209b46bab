// The session's CSRF token. It changes when anybody signs in or out in this browser, another tab included.
import { ApiError, parseError, unreachable } from './errors';
import type { Session } from './types';

let token = '';

export async function fetchSession(signal?: AbortSignal): Promise<Session> {
  const response = await fetch('/api/session/', { signal }).catch(failUnlessAborted);
  const body = await response.text();
  if (!response.ok) throw parseError(response.status, body);
  const session = JSON.parse(body) as Session;
  token = session.csrf_token;
  return session;
}

export function rememberToken(next: string) {
  token = next;
}

/** Send with the token; when it is refused, which a stale token is with 403, fetch a new one and send once more. */
export async function withCsrf<T>(send: (headers: Record<string, string>) => Promise<T>): Promise<T> {
  try {
    return await send({ 'X-CSRFToken': token });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    await fetchSession();
    return send({ 'X-CSRFToken': token });
  }
}

/** For fetch's rejections: a request that was given up stays an AbortError; the rest means that nobody answered. */
export function failUnlessAborted(error: unknown): never {
  throw error instanceof DOMException && error.name === 'AbortError' ? error : unreachable();
}
