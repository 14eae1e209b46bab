// A large file goes in chunks: a cut of the network or a reload of the page costs one of them. The browser remembers
// which job a file is for, so that whoever chooses it again goes on where it broke off.
import { api, bodyOf } from '../../shared/api/client';
import { withCsrf } from '../../shared/api/csrf';
import { ApiError } from '../../shared/api/errors';
import type { Job, UploadState } from '../../shared/api/types';
import type { Submission } from './api';
import { send, type Sending } from './sending';

const WAITS = [1, 2, 5, 10, 20, 30, 60]; // seconds before a chunk is sent once more

type Watching = {
  /** Hears what share of the file has arrived, 0 to 1. */
  onUpload: (share: number) => void;
  signal: AbortSignal;
};

/** Send a job's file, from where an earlier attempt broke off, and return the job once it is in line. */
export async function submitInChunks(submission: Submission, file: File, watching: Watching): Promise<Job> {
  const mark = markOf(submission, file);
  const id = (await unfinished(mark)) ?? (await create(submission, file));
  localStorage.setItem(mark, id);
  try {
    await sendRest(id, file, watching);
    const job = await bodyOf(api.POST('/api/jobs/{job_id}/start/', { params: { path: { job_id: id } } }));
    localStorage.removeItem(mark);
    return job;
  } catch (error) {
    if (watching.signal.aborted) {
      localStorage.removeItem(mark);
      const keepalive = true; // also where this page is left at once
      await api.POST('/api/jobs/{job_id}/cancel/', { params: { path: { job_id: id } }, keepalive });
    }
    throw error;
  }
}

/** The same file for the same pipeline and options: a job's own, as far as this browser can tell. */
function markOf({ kind, options, priority }: Submission, { name, size, lastModified }: File): string {
  return `upload ${JSON.stringify([kind, options, priority, name, size, lastModified])}`;
}

async function unfinished(mark: string): Promise<string | null> {
  const id = localStorage.getItem(mark);
  if (!id) return null;
  try {
    await stateOf(id);
    return id;
  } catch (error) {
    if (!(error instanceof ApiError) || error.isTransient) throw error;
    localStorage.removeItem(mark); // it expired, or was cancelled
    return null;
  }
}

async function create({ kind, options, priority, key }: Submission, { name, size }: File): Promise<string> {
  const answer = api.POST('/api/jobs/', {
    params: { header: { 'Idempotency-Key': key } },
    body: { kind, options, priority, upload: { name, size } },
  });
  return (await bodyOf(answer)).id;
}

const stateOf = (id: string, signal?: AbortSignal, sha256?: string): Promise<UploadState> => {
  const query = sha256 ? { sha256 } : {};
  return bodyOf(api.GET('/api/jobs/{job_id}/upload/', { params: { path: { job_id: id }, query }, signal }));
};

async function sendRest(id: string, file: File, watching: Watching): Promise<void> {
  let state: UploadState | null = null;
  for (let failures = 0; ;) {
    try {
      state ??= await stateOf(id, watching.signal);
      if (state.received === file.size) return;
      state = await sendChunk(id, file, state, watching);
      failures = 0;
    } catch (error) {
      const wait = WAITS[failures++];
      if (wait === undefined || !mayPass(error, state !== null)) throw error;
      await pause(wait * 1000, watching.signal);
      state = null; // whoever asks is told what has arrived
    }
  }
}

/** A chunk that is refused was damaged, or isn't the next. Where the state is refused, there is nothing to wait for. */
const mayPass = (error: unknown, isChunk: boolean) =>
  error instanceof ApiError &&
  (error.isTransient || error.status === 429 || (isChunk && REFUSED.has(error.status)));
const REFUSED = new Set([400, 409]);

async function sendChunk(
  id: string,
  file: File,
  { received, chunk_bytes, signed }: UploadState,
  { onUpload, signal }: Watching,
): Promise<UploadState> {
  const end = Math.min(received + chunk_bytes, file.size);
  const body = file.slice(received, end);
  const digest = await digestOf(body);
  const onSent = (share: number) => onUpload((received + share * (end - received)) / file.size);
  if (signed) return sendToBucket(id, body, digest, { onSent, signal });
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Content-Range': `bytes ${received}-${end - 1}/${file.size}`,
    ...(digest && { 'Content-Digest': `sha-256=:${digest}:` }),
  };
  return withCsrf(async (csrf) => {
    const address = `/api/jobs/${id}/upload/`;
    const answer = await send({
      method: 'PUT',
      address,
      headers: { ...headers, ...csrf },
      body,
      onSent,
      signal,
    });
    return JSON.parse(answer) as UploadState;
  });
}

/** The address is signed for this one chunk. The bucket answers nothing: we are asked what has arrived. */
async function sendToBucket(
  id: string,
  body: Blob,
  digest: string,
  { onSent, signal }: Pick<Sending, 'onSent' | 'signal'>,
): Promise<UploadState> {
  const { signed } = await stateOf(id, signal, digest);
  if (signed)
    await send({ method: 'PUT', address: signed.url, headers: signed.headers, body, onSent, signal });
  return stateOf(id, signal);
}

/** The chunk's SHA-256 in base64; nothing on an origin that isn't secure, where browsers compute none. */
async function digestOf(body: Blob): Promise<string> {
  if (!('subtle' in crypto)) return '';
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await body.arrayBuffer()));
  return btoa(String.fromCharCode(...digest));
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('The upload was cancelled.', 'AbortError'));
    });
  });
}
