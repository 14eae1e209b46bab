// A queue's promise and trouble in words.
import { count, duration } from '../../shared/format/format';
import type { Queue } from '../../shared/api/types';

/** The command that starts a queue's worker: Compose's services are named worker-QUEUE, with hyphens. */
export function startCommand(queue: string): string {
  return `docker compose up -d worker-${queue.replaceAll('_', '-')}`;
}

export function poolWords({ pool, concurrency }: Queue): string {
  const unit = { prefork: 'process', solo: 'process', gevent: 'greenlet', threads: 'thread' }[pool] ?? 'task';
  return `${pool}, ${count(concurrency, unit, unit === 'process' ? 'processes' : `${unit}s`)}`;
}

export function limitWords({ soft_time_limit, time_limit }: Queue): string {
  return `asked to stop after ${limit(soft_time_limit)}, stopped after ${limit(time_limit)}`;
}

export function prefetchWords({ prefetch_multiplier, concurrency }: Queue): string {
  const held = prefetch_multiplier * concurrency;
  return `a worker takes up to ${count(held, 'message')} at a time (${prefetch_multiplier} × ${concurrency})`;
}

export function acksWords({ acks_late }: Queue): string {
  return acks_late ? 'when a task has ended: a lost worker’s task runs again' : 'when a task starts';
}

/** Why a step that waits in this queue isn't running, in one sentence. `waiting` and `workers` are null when unknown. */
export function waitingWords(queue: Queue): string {
  const parts = [
    queue.waiting === null ? null : `${queue.waiting} waiting`,
    `${queue.processing} running`,
    queue.workers === null ? null : count(queue.workers, 'worker'),
  ];
  return parts.filter(Boolean).join(', ');
}

const limit = (seconds: number) => (seconds % 60 === 0 ? `${seconds / 60} min` : duration(seconds * 1000));
