// What happened to a job, from what is known of its steps and of their attempts: the newest first.
import type { Attempt, Failure, Job, Step } from '../../../shared/api/types';
import { duration } from '../../../shared/format/format';
import { hasEnded } from '../merge';
import { everyAttempt } from './everyAttempt';

export type Happening = { at: number; text: string; step: number | null; isTrouble: boolean };

export function historyOf(job: Job, steps: Step[], kept: Map<number, Attempt[]>): Happening[] {
  const found = ofJob(job);
  for (const step of steps) {
    for (const attempt of everyAttempt(step, kept.get(step.id) ?? []))
      found.push(...ofAttempt(step, attempt));
  }
  return found.reverse().sort((a, b) => b.at - a.at);
}

function ofJob(job: Job): Happening[] {
  const found = [happening(job.created_at, 'The job was asked for')];
  if (job.queued_at && job.queued_at !== job.created_at)
    found.push(happening(job.queued_at, 'It was queued again'));
  if (job.finished_at && hasEnded(job)) {
    const isTrouble = job.status === 'failed';
    found.push({ ...happening(job.finished_at, `The job ${job.status}${reason(job.error)}`), isTrouble });
  }
  return found;
}

type AnyAttempt = ReturnType<typeof everyAttempt>[number];

function ofAttempt(step: Step, { attempt, status, worker, started_at, finished_at, error }: AnyAttempt) {
  if (started_at === null) return [];
  const which = attempt > 1 ? `, attempt ${attempt},` : '';
  const began = happening(started_at, `${step.label}${which} began on ${worker || 'a worker'}`, step.id);
  if (finished_at === null) return [began];
  const took = duration(Date.parse(finished_at) - Date.parse(started_at));
  const text = `${step.label}${which} ${status} after ${took}${reason(error)}`;
  return [began, { ...happening(finished_at, text, step.id), isTrouble: status === 'failed' }];
}

const happening = (iso: string, text: string, step: number | null = null): Happening => ({
  at: Date.parse(iso),
  text,
  step,
  isTrouble: false,
});

const reason = (error: Failure | null) => (error ? `: ${error.message}` : '');
