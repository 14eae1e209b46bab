import { expect, test } from 'vitest';
import { exampleJob, exampleStep } from '../exampleJob';
import { groupBy, laneOrder } from './order';

test('a lane lists what runs, what failed, what ended, then what waits; each in the order of its turn', () => {
  const statuses = [
    'completed',
    'queued',
    'cancelled',
    'processing',
    'failed',
    'queued',
    'processing',
  ] as const;
  const steps = statuses.map((status, id) => exampleStep({ id, status }));
  expect(laneOrder(steps).map(({ id }) => id)).toEqual([3, 6, 4, 0, 2, 1, 5]);
});

test('every step stands in its own stage', () => {
  const stages = groupBy(exampleJob().steps, ({ stage }) => stage);
  expect([...stages].map(([name, steps]) => [name, steps.length])).toEqual([
    ['ingest', 1],
    ['chart', 8],
  ]);
});
