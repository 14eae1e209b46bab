// A queue's promise and trouble in words.
import { count, duration } from '../../shared/format/format';
import type { Queue } from '../../shared/api/types';

/** The commands that start a queue's worker: Compose's services are named worker-QUEUE, with hyphens. */
export function startCommands(queue: string): [inDocker: string, onHost: string] {
  return [`docker compose up -d worker-${queue.replaceAll('_', '-')}`, `scripts/worker ${queue}`];
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

/** What the steps that ended in each of the last minutes add up to. */
export function paceWords(perMinute: number[]): string {
  const total = perMinute.reduce((sum, value) => sum + value, 0);
  if (total === 0) return `No step ended in the last ${perMinute.length} min`;
  const most = Math.max(...perMinute);
  return `${count(total, 'step')} ended in the last ${perMinute.length} min, at most ${most.toLocaleString('en')} a minute`;
}

const limit = (seconds: number) => (seconds % 60 === 0 ? `${seconds / 60} min` : duration(seconds * 1000));
