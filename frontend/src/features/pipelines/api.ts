// What can be asked for, and the asking.
import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../../shared/api/client';
import { withCsrf } from '../../shared/api/csrf';
import { unreachable } from '../../shared/api/errors';
import type { Job, Priority } from '../../shared/api/types';
import { submitInChunks } from './chunks';
import { send } from './sending';

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

const IN_CHUNKS_FROM = 32 * 1024 * 1024; // bytes; where files are in a bucket, all of them

/**
 * Submit a job and return it. `onUpload` hears what share of the file has left, 0 to 1. The same `key` never makes
 * a second job, so the same submission may be sent again after an error. An abort rejects with AbortError.
 */
export function submitJob(
  submission: Submission,
  filesInBucket: boolean,
  onUpload: (share: number) => void,
  signal: AbortSignal,
): Promise<Job> {
  const { source } = submission;
  const inChunksFrom = filesInBucket ? 0 : IN_CHUNKS_FROM;
  if (source && 'file' in source && source.file.size >= inChunksFrom) {
    return submitInChunks(submission, source.file, { onUpload, signal });
  }
  return withCsrf(async (csrf) => {
    const answer = await send({
      method: 'POST',
      address: '/api/jobs/',
      headers: { ...csrf, 'Idempotency-Key': submission.key },
      body: formOf(submission),
      onSent: onUpload,
      signal,
    });
    return JSON.parse(answer) as Job;
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
