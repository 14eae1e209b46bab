// The API, typed by its schema. Every failure but an abort is an ApiError.
import createClient from 'openapi-fetch';
import { failUnlessAborted, withCsrf } from './csrf';
import { parseError } from './errors';
import type { paths } from './schema';

export const api = createClient<paths>({ baseUrl: location.origin, fetch: request });

function request(input: Request): Promise<Response> {
  if (input.method === 'GET') return send(input);
  return withCsrf((csrf) => {
    const again = input.clone(); // a body can be sent once only
    for (const [name, value] of Object.entries(csrf)) again.headers.set(name, value);
    return send(again);
  });
}

async function send(input: Request): Promise<Response> {
  const response = await fetch(input).catch(failUnlessAborted);
  if (!response.ok) throw parseError(response.status, await response.text());
  return response;
}

/** Return the body of an answer of `api`: a refusal was thrown before. */
export async function bodyOf<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** Read JSON from an address that the API gave. */
export async function readJson(address: string, signal: AbortSignal): Promise<unknown> {
  return (await send(new Request(new URL(address, location.href), { signal }))).json();
}

export async function readText(address: string, signal: AbortSignal): Promise<string> {
  return (await send(new Request(new URL(address, location.href), { signal }))).text();
}

/** The cursor in the address of another page of a list; null when there is none. */
export const cursorIn = (address: string | null): string | null =>
  address && new URL(address, location.href).searchParams.get('cursor');
