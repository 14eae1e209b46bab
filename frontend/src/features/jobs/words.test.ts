import { expect, test } from 'vitest';
import { exampleJob, exampleStep } from './exampleJob';
import { announcement, sourceName, stageProgress, stageReason } from './words';

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
