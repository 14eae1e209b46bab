import { expect, test } from 'vitest';
import { exampleJob, exampleStep } from '../exampleJob';
import { historyOf } from './happenings';

const iso = (seconds: number) => new Date(Date.parse('2026-01-02T10:00:00Z') + 1000 * seconds).toISOString();
const error = { code: 'UPSTREAM_ERROR', message: 'It answered 503.' } as const;

test('the newest comes first, with every attempt, and what went wrong', () => {
  const step = exampleStep({
    id: 7,
    label: 'wind',
    status: 'completed',
    attempt: 2,
    worker: 'ai@b',
    started_at: iso(20),
    finished_at: iso(22),
    error: null,
  });
  const kept = {
    step: 7,
    attempt: 1,
    status: 'failed',
    worker: 'ai@a',
    started_at: iso(1),
    finished_at: iso(5),
    error,
    traceback: '',
  } as const;
  const job = exampleJob({
    status: 'completed',
    created_at: iso(0),
    queued_at: iso(0),
    finished_at: iso(23),
    error: null,
  });
  const history = historyOf(job, [step], new Map([[7, [kept]]]));
  expect(history.map(({ text }) => text)).toEqual([
    'The job completed',
    'wind, attempt 2, completed after 2.0 s',
    'wind, attempt 2, began on ai@b',
    'wind failed after 4.0 s: It answered 503.',
    'wind began on ai@a',
    'The job was asked for',
  ]);
  expect(history.filter(({ isTrouble }) => isTrouble).map(({ step }) => step)).toEqual([7]);
});

test('a job that was retried says so, and one that runs has no end', () => {
  const job = exampleJob({ created_at: iso(0), queued_at: iso(60), finished_at: null });
  expect(historyOf(job, [], new Map()).map(({ text }) => text)).toEqual([
    'It was queued again',
    'The job was asked for',
  ]);
});
