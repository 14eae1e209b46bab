import { expect, test } from 'vitest';
import { limitWords, poolWords, prefetchWords, startCommand, waitingWords } from './words';

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
};

test('the command names the service as Compose does', () => {
  expect(startCommand('ingestion_io')).toBe('docker compose up -d worker-ingestion-io');
});

test('the promise is told in words', () => {
  expect(poolWords(queue)).toBe('prefork, 4 processes');
  expect(poolWords({ ...queue, pool: 'solo', concurrency: 1 })).toBe('solo, 1 process');
  expect(prefetchWords(queue)).toBe('a worker takes up to 16 messages at a time (4 × 4)');
  expect(limitWords(queue)).toBe('asked to stop after 50 s, stopped after 1 min');
});

test('what is not known is not told', () => {
  expect(waitingWords(queue)).toBe('3 waiting, 4 running, 1 worker');
  expect(waitingWords({ ...queue, waiting: null, workers: null })).toBe('4 running');
});
