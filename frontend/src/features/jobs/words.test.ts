import { expect, test } from 'vitest';
import { exampleJob, exampleStep } from './exampleJob';
import { announcement, nextTry, sourceName, stageProgress, whyNoSteps, workerHost } from './words';

const [ingest, chart] = exampleJob().stages;
const steps = exampleJob().steps.filter((step) => step.stage === 'chart');

test('a stage stands where its steps do on average, of which only the running ones need to be known', () => {
  const running = steps.filter(({ status }) => status === 'processing');
  expect(stageProgress(chart!, steps)).toBe(35);
  expect(stageProgress(chart!, running)).toBe(35);
  expect(stageProgress({ ...chart!, total: 0 }, [])).toBe(0);
  expect(stageProgress({ ...chart!, status: 'completed' }, [])).toBe(100);
});

test('a stage without steps says what it waits for, or that an ended job never came to it', () => {
  expect(whyNoSteps(ingest, false)).toBe('Starts when Ingest has ended');
  expect(whyNoSteps(undefined, false)).toBe('Not started yet');
  expect(whyNoSteps(ingest, true)).toBe('Did not run');
});

test('a worker is named by its host in the lane of its queue, and whole when it serves several', () => {
  const names = ['charts_cpu@worker-charts-cpu', 'celery@laptop', ''];
  expect(names.map((worker) => workerHost(exampleStep({ worker })))).toEqual([
    'worker-charts-cpu',
    'celery@laptop',
    '',
  ]);
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

test('news are read out by status and stage, not by percent', () => {
  const moved = exampleJob({ progress: 60, version: 99 });
  expect(announcement(moved)).toBe(announcement(exampleJob()));
  expect(announcement(exampleJob({ status: 'completed' }))).toBe('Job completed.');
});

test('a job without a source is named for its pipeline', () => {
  expect(sourceName(exampleJob({ source: null }))).toBe('weather');
});
