// One submission at a time: its upload's progress, its error, and the way to call it off.
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ApiError } from '../../shared/api/errors';
import { sessionQuery } from '../../shared/api/session';
import type { Job } from '../../shared/api/types';
import { type Submission, submitJob } from './api';

type Wanted = Omit<Submission, 'key'>;

/** `prepare` yields what to submit, after the submission counts as begun; the same again after an error is the same job. */
export function useSubmission(onSubmitted: (job: Job) => void) {
  const [uploaded, setUploaded] = useState(0);
  const abort = useRef(new AbortController());
  const last = useRef<{ wanted: Wanted; key: string }>(null);

  const filesInBucket = useQuery(sessionQuery).data?.files_in_bucket ?? false;

  const mutation = useMutation({
    mutationFn: async (prepare: () => Wanted | Promise<Wanted>) => {
      abort.current = new AbortController();
      setUploaded(0);
      const wanted = await prepare();
      if (!last.current || !isSame(last.current.wanted, wanted)) last.current = { wanted, key: newKey() };
      const submission = { ...wanted, key: last.current.key };
      return submitJob(submission, filesInBucket, setUploaded, abort.current.signal);
    },
    onError: (error) => {
      if (isAbort(error) || (error instanceof ApiError && error.status === 409)) last.current = null; // its job is over
    },
    onSuccess: (job) => {
      last.current = null;
      onSubmitted(job);
    },
  });

  return {
    submit: mutation.mutate,
    cancel: () => abort.current.abort(),
    uploaded,
    isPending: mutation.isPending,
    error: isAbort(mutation.error) ? null : mutation.error,
  };
}

const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';

function isSame(a: Wanted, b: Wanted): boolean {
  const file = ({ source }: Wanted) => (source && 'file' in source ? source.file : null);
  return file(a) === file(b) && JSON.stringify(a) === JSON.stringify(b);
}

/** crypto.randomUUID exists on secure origins only, and a development stack may be opened by its address. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
}
