// Why a job isn't further, in one or two sentences: what runs and where, what waits and behind what.
import type { Job, Step, Waiting } from '../../shared/api/types';
import { count, secondsUntil, wholeSeconds } from '../../shared/format/format';
import { hasEnded } from './merge';

/** What is known of the queues in which a job's steps wait. `deserted` names those without a worker. */
export type Queues = { waiting: Waiting[]; deserted: string[] };

export const waitsForTurn = (step: Step, now: number) =>
  step.status === 'queued' && (step.retry_at === null || Date.parse(step.retry_at) <= now);

/** Whether steps wait for their turn, so that it is worth asking who is ahead of them. */
export const hasWaitingSteps = (job: Job, now: number) =>
  !hasEnded(job) && job.steps.some((step) => waitsForTurn(step, now));

export function standing(job: Job, queues: Queues, now: number): string {
  if (hasEnded(job)) return howItEnded(job);
  if (job.status === 'created' || job.status === 'uploading') return 'Waits for its file.';
  const run = job.steps.filter(({ status }) => status === 'processing');
  const sentences = [
    running(run),
    ...queuesOf(job, now).map(([queue, steps]) => waitingIn(queue, steps, run, queues)),
    retrying(
      job.steps.filter((step) => step.status === 'queued' && !waitsForTurn(step, now)),
      now,
    ),
  ];
  return sentences.filter(Boolean).join(' ') || 'Between two stages.';
}

function running(steps: Step[]): string {
  const [first] = steps;
  if (!first) return '';
  if (steps.length > 1) return `${steps.length} steps run in ${first.queue}.`;
  const attempt = first.attempt > 1 ? `, attempt ${first.attempt}` : '';
  return `${first.label} runs on ${first.worker || 'a worker'}${attempt}.`;
}

function waitingIn(queue: string, steps: Step[], run: Step[], { waiting, deserted }: Queues): string {
  const wait = `${steps.length === 1 ? `${steps[0]!.label} waits` : `${steps.length} steps wait`} in ${queue}`;
  if (deserted.includes(queue)) return `${wait}, to which no worker listens.`;
  const entry = waiting.find((candidate) => candidate.queue === queue);
  if (!entry) return `${wait}.`;
  const ahead = entry.ahead > 0 ? `${count(entry.ahead, 'step')} of other jobs ahead` : 'nothing ahead';
  const hasOwn = run.some((step) => step.queue === queue); // of which the sentence before tells
  return `${wait}: ${ahead}${hasOwn ? '' : `, ${entry.processing} running`}.`;
}

function retrying(steps: Step[], now: number): string {
  const next = Math.min(...steps.map((step) => Date.parse(step.retry_at ?? '')));
  if (steps.length === 0) return '';
  const seconds = wholeSeconds(secondsUntil(next, now) * 1000);
  if (steps.length > 1) return `${steps.length} steps failed and are tried again, the first in ${seconds}.`;
  const [step] = steps;
  const reason = step?.error ? `: ${step.error.message}` : '.';
  return `${step?.label} failed and is tried again in ${seconds}${reason}`;
}

function howItEnded({ status, steps }: Job): string {
  const done = steps.filter((step) => step.status === 'completed').length;
  const failed = steps.filter((step) => step.status === 'failed').length;
  if (status === 'completed') {
    const again = steps.filter(({ attempt }) => attempt > 1).length;
    const attempts = again === 0 ? 'at the first attempt' : `${again} of them after another attempt`;
    return `${count(done, 'step')} completed, ${attempts}.`;
  }
  if (status === 'expired') return 'Its file never came.';
  const trouble = failed > 0 ? `, ${failed} failed` : '';
  return `${done} of ${count(steps.length, 'step')} completed${trouble}. Retry runs the rest, and only that.`;
}

/** The queues in which steps wait for their turn, with those steps. */
function queuesOf(job: Job, now: number): [string, Step[]][] {
  const steps = job.steps.filter((step) => waitsForTurn(step, now));
  return [...new Set(steps.map(({ queue }) => queue))].map((queue) => [
    queue,
    steps.filter((step) => step.queue === queue),
  ]);
}

/** How many steps are ahead of each waiting step, its own job's earlier ones included. By the step's id. */
export function stepsAhead(job: Job, { waiting }: Queues, now: number): Map<number, number> {
  const ahead = new Map<number, number>();
  for (const [queue, steps] of queuesOf(job, now)) {
    const entry = waiting.find((candidate) => candidate.queue === queue);
    if (entry) steps.forEach((step, index) => ahead.set(step.id, entry.ahead + index));
  }
  return ahead;
}
