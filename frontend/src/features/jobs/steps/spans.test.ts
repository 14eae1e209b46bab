import { expect, test } from 'vitest';
import type { Attempt } from '../../../shared/api/types';
import { exampleJob, exampleStep } from '../exampleJob';
import { rangeOf, spansOf, spanWords, ticksOf } from './spans';

const at = (seconds: number) => Date.parse('2026-01-02T10:00:00Z') + 1000 * seconds;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();
const attempt = (number: number, from: number, to: number): Attempt => ({
  step: 1,
  attempt: number,
  status: 'failed',
  worker: 'w',
  started_at: iso(from),
  finished_at: iso(to),
  error: null,
  traceback: '',
});
const told = (spans: ReturnType<typeof spansOf>) =>
  spans.map(({ kind, from, to }) => [kind, (from - at(0)) / 1000, (to - at(0)) / 1000]);

test('a step that completed waited, and ran', () => {
  const step = exampleStep({
    status: 'completed',
    attempt: 1,
    queued_at: iso(1),
    started_at: iso(3),
    finished_at: iso(7),
  });
  const spans = spansOf(step, [], at(60));
  expect(told(spans)).toEqual([
    ['waiting', 1, 3],
    ['completed', 3, 7],
  ]);
  expect(spans.map(spanWords)).toEqual(['waited 2.0 s', 'completed after 4.0 s']);
});

test('every attempt is seen, and the waits between them', () => {
  const step = exampleStep({
    status: 'processing',
    attempt: 3,
    queued_at: iso(20),
    started_at: iso(25),
    finished_at: null,
  });
  expect(told(spansOf(step, [attempt(1, 2, 4), attempt(2, 9, 12)], at(30)))).toEqual([
    ['failed', 2, 4],
    ['waiting', 4, 9],
    ['failed', 9, 12],
    ['waiting', 12, 25],
    ['processing', 25, 30],
  ]);
});

test('a step that is tried again later waits, whatever its columns say of the attempt before', () => {
  const step = exampleStep({ status: 'queued', attempt: 1, queued_at: iso(4), started_at: iso(2) });
  expect(told(spansOf(step, [attempt(1, 2, 4)], at(6)))).toEqual([
    ['failed', 2, 4],
    ['waiting', 4, 6],
  ]);
});

test('a step that never began only waited', () => {
  const step = exampleStep({ status: 'queued', attempt: 0, queued_at: iso(1), started_at: null });
  expect(told(spansOf(step, [], at(3)))).toEqual([['waiting', 1, 3]]);
});

test('the axis is the job’s own time, with few marks', () => {
  const job = exampleJob({ created_at: iso(0), finished_at: iso(45) });
  expect(rangeOf(job, at(100))).toEqual({ from: at(0), to: at(45) });
  expect(rangeOf({ ...job, finished_at: iso(0) }, at(100)).to).toBe(at(1));
  expect(ticksOf(45_000)).toEqual([0, 10_000, 20_000, 30_000, 40_000]);
  expect(ticksOf(1000)).toEqual([0, 1000]);
  expect(ticksOf(40 * 86_400_000).length).toBeLessThan(8);
});
