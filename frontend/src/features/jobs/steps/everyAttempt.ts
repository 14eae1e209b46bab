// The attempts at a step: those that were kept, and the newest, of which the step itself tells.
import type { Attempt, Step } from '../../../shared/api/types';

export type AnyAttempt = Omit<Attempt, 'finished_at'> & { finished_at: string | null };

export function everyAttempt(step: Step, kept: Attempt[]): AnyAttempt[] {
  const isWaiting = step.status === 'queued'; // its columns tell of the attempt before
  if (step.attempt === 0 || isWaiting || kept.some(({ attempt }) => attempt === step.attempt)) return kept;
  const { id, attempt, status, worker, started_at, finished_at, error } = step;
  return [...kept, { step: id, attempt, status, worker, started_at, finished_at, error, traceback: '' }];
}
