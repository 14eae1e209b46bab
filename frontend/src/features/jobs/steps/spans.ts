// A step over time: how long it waited, each attempt at it, and where that lies on a job's axis.
import type { Attempt, Job, Step, StepStatus } from '../../../shared/api/types';
import { duration } from '../../../shared/format/format';
import { everyAttempt } from './everyAttempt';

/** `from` and `to`: ms since the epoch. `kind` is how an attempt ended, or that it runs. */
export type Span = { kind: 'waiting' | StepStatus; from: number; to: number };

/** Return the waits and attempts of a step in their order; `kept` are its attempts that were kept. */
export function spansOf(step: Step, kept: Attempt[], now: number): Span[] {
  const spans: Span[] = [];
  let since = Date.parse(step.queued_at);
  if (kept[0]?.started_at) since = Math.min(since, Date.parse(kept[0].started_at)); // before it was queued once more
  for (const { status, started_at, finished_at } of everyAttempt(step, kept)) {
    if (started_at === null) continue;
    const from = Date.parse(started_at);
    const to = finished_at === null ? now : Date.parse(finished_at);
    if (from > since) spans.push({ kind: 'waiting', from: since, to: from });
    spans.push({ kind: status, from, to: Math.max(from, to) });
    since = Math.max(from, to);
  }
  if (step.status === 'queued' && now > since) spans.push({ kind: 'waiting', from: since, to: now });
  return spans;
}

/** What the bars of a step say, in words. */
export function spanWords({ kind, from, to }: Span): string {
  return `${VERBS[kind]} ${duration(to - from)}`;
}

const VERBS: Record<Span['kind'], string> = {
  waiting: 'waited',
  queued: 'waited',
  processing: 'running for',
  completed: 'completed after',
  failed: 'failed after',
  cancelled: 'cancelled after',
};

/** The job's own time, in ms since the epoch: at least a second of it. */
export function rangeOf(job: Job, now: number): { from: number; to: number } {
  const from = Date.parse(job.created_at);
  const to = job.finished_at === null ? now : Date.parse(job.finished_at);
  return { from, to: Math.max(to, from + 1000) };
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]; // seconds
const MOST_TICKS = 6;

/** Return the marks of an axis of so many ms: in ms from its beginning. */
export function ticksOf(length: number): number[] {
  const days = Math.ceil(length / 86_400_000 / MOST_TICKS);
  const step = 1000 * (STEPS.find((seconds) => length / 1000 / seconds <= MOST_TICKS) ?? days * 86_400);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
}
