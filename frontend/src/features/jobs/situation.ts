// Why a job isn't further, in one or two sentences: what runs and where, what waits and behind what.
// Its numbers are the stages' own: a large job has steps that nobody here has heard of.
import type { Job, Stage, Step, Waiting } from '../../shared/api/types';
import { count, secondsUntil, wholeSeconds } from '../../shared/format/format';
import { awaitsFile, hasEnded } from './merge';

/** What is known of the queues in which a job's steps wait. `deserted` names those without a worker. */
export type Queues = { waiting: Waiting[]; deserted: string[] };

const triesLater = (step: Step, now: number) =>
  step.status === 'queued' && step.retry_at !== null && Date.parse(step.retry_at) > now;

/** How many steps of a stage wait for their turn: those that are tried again later don't. */
const waitingSteps = (stage: Stage, later: Step[]) =>
  Math.max(0, stage.queued - later.filter((step) => step.stage === stage.name).length);

/** Whether steps wait for their turn, so that it is worth asking who is ahead of them. */
export function hasWaitingSteps(job: Job, now: number): boolean {
  if (hasEnded(job)) return false;
  const later = job.steps.filter((step) => triesLater(step, now));
  return job.stages.some((stage) => waitingSteps(stage, later) > 0);
}

export function describeSituation(job: Job, queues: Queues, now: number): string {
  if (awaitsFile(job))
    return 'Its file is on the way. Should it stop, choose the same file again within 15 minutes.';
  if (hasEnded(job)) return howItEnded(job);
  const later = job.steps.filter((step) => triesLater(step, now));
  const sentences = [
    ...job.stages.map((stage) => running(stage, job.steps)),
    ...job.stages.map((stage) => waitingIn(stage, job.steps, later, queues)),
    retrying(later, now),
  ];
  return sentences.filter(Boolean).join(' ') || 'Between two stages.';
}

function running(stage: Stage, steps: Step[]): string {
  if (stage.processing === 0) return '';
  const step = steps.find(({ status, stage: name }) => status === 'processing' && name === stage.name);
  if (stage.processing > 1 || !step)
    return `${count(stage.processing, 'step')} ${stage.processing > 1 ? 'run' : 'runs'} in ${stage.queue}.`;
  const attempt = step.attempt > 1 ? `, attempt ${step.attempt}` : '';
  return `${step.label} runs on ${step.worker || 'a worker'}${attempt}.`;
}

function waitingIn(stage: Stage, steps: Step[], later: Step[], { waiting, deserted }: Queues): string {
  const { queue } = stage;
  const number = waitingSteps(stage, later);
  if (number === 0) return '';
  const only = number === 1 && steps.find((step) => isQueuedIn(step, stage) && !later.includes(step));
  const wait = `${only ? `${only.label} waits` : `${count(number, 'step')} ${number > 1 ? 'wait' : 'waits'}`} in ${queue}`;
  if (deserted.includes(queue)) return `${wait}, to which no worker listens.`;
  const entry = waiting.find((candidate) => candidate.queue === queue);
  if (!entry) return `${wait}.`;
  const ahead = entry.ahead > 0 ? `${count(entry.ahead, 'step')} of other jobs ahead` : 'nothing ahead';
  const hasOwn = stage.processing > 0; // of which the sentence before tells
  return `${wait}: ${ahead}${hasOwn ? '' : `, ${entry.processing} running`}.`;
}

const isQueuedIn = (step: Step, { name }: Stage) => step.status === 'queued' && step.stage === name;

function retrying(steps: Step[], now: number): string {
  const next = Math.min(...steps.map((step) => Date.parse(step.retry_at ?? '')));
  if (steps.length === 0) return '';
  const seconds = wholeSeconds(secondsUntil(next, now) * 1000);
  if (steps.length > 1) return `${steps.length} steps are tried again, the first in ${seconds}.`;
  const [step] = steps;
  const reason = step?.error ? `: ${step.error.message}` : '.';
  return `${step?.label} is tried again in ${seconds}${reason}`;
}

function howItEnded({ status, queued_at, stages, steps, steps_total }: Job): string {
  const sum = (name: 'completed' | 'failed') => stages.reduce((total, stage) => total + stage[name], 0);
  if (queued_at === null) return 'Its file never came as a whole, so nothing ran.';
  if (status === 'completed')
    return `${count(sum('completed'), 'step')} completed${attempts(steps, steps_total)}.`;
  const trouble = sum('failed') > 0 ? `, ${sum('failed').toLocaleString('en')} failed` : '';
  return `${sum('completed').toLocaleString('en')} of ${count(steps_total, 'step')} completed${trouble}. Retry runs the rest, and only that.`;
}

/** Which attempts it took; nothing where not every step is known. */
function attempts(steps: Step[], total: number): string {
  if (steps.length < total) return '';
  const again = steps.filter(({ attempt }) => attempt > 1).length;
  return again === 0 ? ', at the first attempt' : `, ${again} of them after another attempt`;
}

/** How many steps are ahead of each that waits in a stage, its own job's earlier ones included; by the step's id. */
export function stepsAhead(
  stage: Stage,
  steps: Step[],
  waiting: Waiting[],
  now: number,
): Map<number, number> {
  const ahead = new Map<number, number>();
  const entry = waiting.find(({ queue }) => queue === stage.queue);
  if (!entry) return ahead;
  for (const step of steps) {
    if (step.status === 'queued' && !triesLater(step, now)) ahead.set(step.id, entry.ahead + ahead.size);
  }
  return ahead;
}
