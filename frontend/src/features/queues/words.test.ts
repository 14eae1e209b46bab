import { expect, test } from 'vitest';
import { limitWords, paceWords, poolWords, prefetchWords, startCommands } from './words';

const queue = {
  name: 'ingestion_io',
  purpose: 'HTTP, file reads',
  pool: 'prefork',
  concurrency: 4,
  prefetch_multiplier: 4,
  acks_late: false,
  time_limit: 60,
  soft_time_limit: 50,
  waiting: 3,
  processing: 4,
  workers: 1,
  finished_per_minute: [],
};

test('the commands name the service as Compose does, and the queue as the script does', () => {
  expect(startCommands('ingestion_io')).toEqual([
    'docker compose up -d worker-ingestion-io',
    'scripts/worker ingestion_io',
  ]);
});

test('the promise is told in words', () => {
  expect(poolWords(queue)).toBe('prefork, 4 processes');
  expect(poolWords({ ...queue, pool: 'solo', concurrency: 1 })).toBe('solo, 1 process');
  expect(prefetchWords(queue)).toBe('a worker takes up to 16 messages at a time (4 × 4)');
  expect(limitWords(queue)).toBe('asked to stop after 50 s, stopped after 1 min');
});

test('the pace is told as a sum and its highest minute', () => {
  expect(paceWords([0, 12, 1300])).toBe('1,312 steps ended in the last 3 min, at most 1,300 a minute');
  expect(paceWords(Array<number>(15).fill(0))).toBe('No step ended in the last 15 min');
});
