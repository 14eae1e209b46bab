// What jobs, stages and steps are called on the screen and read out.
import type { Job, JobSummary, Stage, Step } from '../../shared/api/types';
import { secondsUntil, wholeSeconds } from '../../shared/format/format';
import { hasEnded } from './merge';

export function sourceName({ source, kind }: JobSummary): string {
  return source?.name || kind;
}

export function stageTitle(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
}

/** What a screen reader says: it changes with the status and the stage only, never with every percent. */
export function announcement(job: Job): string {
  if (hasEnded(job) || !job.stage) return `Job ${job.status}.`;
  return `Job ${job.status}, stage ${stageTitle(job.stage)}.`;
}

/** The stage's progress in percent: what has completed, and how far the running steps are; `steps` has those at least. */
export function stageProgress(stage: Stage, steps: Step[]): number {
  if (stage.status === 'completed') return 100;
  if (stage.total === 0) return 0;
  const running = steps.filter((step) => step.status === 'processing');
  const sum = running.reduce((total, step) => total + step.progress, 100 * stage.completed);
  return sum / stage.total;
}

/** Why nothing stands in a stage. */
export function whyNoSteps(before: Stage | undefined, jobHasEnded: boolean): string {
  if (jobHasEnded) return 'Did not run';
  return before ? `Starts when ${stageTitle(before.name)} has ended` : 'Not started yet';
}

/** The host in a worker's node name: the queue before it is the lane's own. */
export function workerHost({ worker, queue }: Step): string {
  return worker.startsWith(`${queue}@`) ? worker.slice(queue.length + 1) : worker;
}

/** When a step is tried again. One that is due waits like any other, for a worker with a hand free. */
export function nextTry(retryAt: string, now: number): string {
  const seconds = secondsUntil(Date.parse(retryAt), now);
  return seconds > 0 ? `Next try in ${wholeSeconds(seconds * 1000)}` : 'Next try as soon as a worker is free';
}
