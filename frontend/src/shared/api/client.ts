// Requests with JSON in and out. Every failure but an abort is an ApiError.
import { failUnlessAborted, withCsrf } from './csrf';
import { parseError } from './errors';

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return read<T>(await fetch(path, { signal }).catch(failUnlessAborted));
}

export function sendJson<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  return withCsrf(async (csrf) => {
    const headers = body === undefined ? csrf : { ...csrf, 'Content-Type': 'application/json' };
    const response = await fetch(path, { method, headers, body: JSON.stringify(body) }).catch(
      failUnlessAborted,
    );
    return read<T>(response);
  });
}

async function read<T>(response: Response): Promise<T> {
  const body = await response.text();
  if (!response.ok) throw parseError(response.status, body);
  return (body ? JSON.parse(body) : undefined) as T;
}
