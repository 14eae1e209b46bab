// What can be asked for, and the asking.
import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../../shared/api/client';
import { withCsrf } from '../../shared/api/csrf';
import { parseError, unreachable } from '../../shared/api/errors';
import type { Job, Priority } from '../../shared/api/types';

export const pipelinesQuery = queryOptions({
  queryKey: ['pipelines'],
  queryFn: ({ signal }) => bodyOf(api.GET('/api/pipelines/', { signal })),
  staleTime: 60_000, // ms
});

export type Source = { file: File } | { url: string } | null;

export type Submission = {
  kind: string;
  source: Source;
  options: Record<string, unknown>;
  priority: Priority;
  key: string;
};

/** Fetch a file that this frontend serves, as if it had been chosen. */
export async function fetchFile(path: string, name: string): Promise<File> {
  const response = await fetch(path).catch(() => null);
  if (!response?.ok) throw unreachable();
  return new File([await response.blob()], name, { type: 'text/csv' });
}

/**
 * Submit a job and return it. `onUpload` hears what share of the request has left, 0 to 1. The same `key` never makes
 * a second job, so the same submission may be sent again after an error. An abort rejects with AbortError.
 */
export function submitJob(submission: Submission, onUpload: (share: number) => void, signal: AbortSignal) {
  return withCsrf((csrf) => send(submission, csrf, onUpload, signal));
}

/** XMLHttpRequest and not the typed client, because fetch can't tell how far an upload is. */
function send(
  submission: Submission,
  csrf: Record<string, string>,
  onUpload: (share: number) => void,
  signal: AbortSignal,
): Promise<Job> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/jobs/');
    for (const [name, value] of Object.entries({ ...csrf, 'Idempotency-Key': submission.key })) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => total > 0 && onUpload(loaded / total);
    request.onload = () =>
      request.status < 300
        ? resolve(JSON.parse(request.responseText) as Job)
        : reject(parseError(request.status, request.responseText));
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    request.send(formOf(submission));
  });
}

function formOf({ kind, source, options, priority }: Submission): FormData {
  const form = new FormData();
  form.set('kind', kind);
  form.set('options', JSON.stringify(options));
  form.set('priority', priority);
  if (source && 'file' in source) form.set('file', source.file);
  if (source && 'url' in source) form.set('url', source.url);
  return form;
}
