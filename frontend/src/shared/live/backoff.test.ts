import { expect, test } from 'vitest';
import { retryDelay } from './backoff';

test('delays double up to their cap', () => {
  const longest = [0, 1, 2, 3, 4, 5, 50].map((attempt) => retryDelay(attempt, () => 1));
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
});

test('jitter spreads a delay over its upper half', () => {
  expect([0, 0.5, 1].map((random) => retryDelay(3, () => random))).toEqual([2000, 3000, 4000]);
});
