import { expect, test } from 'vitest';
import { exampleJob, exampleStep } from './exampleJob';
import { announcement, nextTry, sourceName, stageProgress, stageReason } from './words';

const [ingest, chart] = exampleJob().stages;
const steps = exampleJob().steps.filter((step) => step.stage === 'chart');

test('a stage stands where its steps stand on average', () => {
  expect(stageProgress(chart!, steps)).toBe(25);
  expect(stageProgress(chart!, [])).toBe(0);
  expect(stageProgress({ ...chart!, status: 'completed' }, [])).toBe(100);
});

test('a stage without steps says what it waits for', () => {
  expect(stageReason(chart!, [], ingest, false)).toBe('Starts when Ingest has ended');
});

test('a stage whose steps are all queued names its queue', () => {
  expect(stageReason(chart!, [exampleStep(2, 'chart', 'queued', 0)], ingest, false)).toBe(
    'Waiting in charts_cpu',
  );
});

test('a stage whose queued steps all wait for another try says so', () => {
  const again = { ...exampleStep(2, 'chart', 'queued', 0), retry_at: '2026-01-02T10:00:30Z' };
  expect(stageReason(chart!, [again], ingest, false)).toBe('Waiting for the next try in charts_cpu');
  expect(stageReason(chart!, [again, exampleStep(3, 'chart', 'queued', 0)], ingest, false)).toBe(
    'Waiting in charts_cpu',
  );
});

test('the next try is counted down, and then waits for a worker', () => {
  const at = '2026-01-02T10:01:30Z';
  const words = [0, 30_500, 89_100, 90_000, 999_999].map((ms) =>
    nextTry(at, Date.parse('2026-01-02T10:00:00Z') + ms),
  );
  expect(words).toEqual([
    'Next try in 1 min 30 s',
    'Next try in 1 min 00 s',
    'Next try in 1 s',
    'Next try as soon as a worker is free',
    'Next try as soon as a worker is free',
  ]);
});

test('a stage that an ended job never came to says so', () => {
  expect(stageReason(chart!, [], ingest, true)).toBe('Did not run');
  expect(stageReason(chart!, steps, ingest, true)).toBeNull();
});

test('a stage that runs needs no reason', () => {
  expect(stageReason(chart!, steps, ingest, false)).toBeNull();
});

test('news are read out by status and stage, not by percent', () => {
  const moved = exampleJob({ progress: 41, version: 6 });
  expect(announcement(moved)).toBe(announcement(exampleJob()));
  expect(announcement(exampleJob({ status: 'completed' }))).toBe('Job completed.');
});

test('a job without a source is named for its pipeline', () => {
  expect(sourceName(exampleJob({ source: null }))).toBe('profile');
});
