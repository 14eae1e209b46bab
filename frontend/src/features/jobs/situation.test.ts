import { expect, test } from 'vitest';
import type { Job, Step } from '../../shared/api/types';
import { exampleJob } from './exampleJob';
import { describeSituation, hasWaitingSteps, stepsAhead } from './situation';

const job = exampleJob();
const now = Date.parse('2026-01-02T10:00:18.700512Z'); // 12 s before its `wind` is tried again
const unknown = { waiting: [], deserted: [] };
const charts = { queue: 'charts_cpu', waiting: 2, ahead: 12, processing: 2 };
const known = { waiting: [charts], deserted: [] };
/** The job as if it had these steps alone. */
function only(...labels: string[]): Job {
  const steps = job.steps.filter(({ label }) => labels.includes(label));
  const stages = job.stages.map((stage) => {
    const own = steps.filter((step) => step.stage === stage.name);
    const count = (status: Step['status']) => own.filter((step) => step.status === status).length;
    return {
      ...stage,
      total: own.length,
      queued: count('queued'),
      processing: count('processing'),
      completed: count('completed'),
      failed: count('failed'),
    };
  });
  return { ...job, steps, stages, steps_total: steps.length };
}

test('what runs, what waits behind what, and what is tried again are told at once', () => {
  expect(describeSituation(job, known, now)).toBe(
    '2 steps run in charts_cpu. 2 steps wait in charts_cpu: 12 steps of other jobs ahead. ' +
      'wind is tried again in 12 s: The storage answered 503: it is overloaded.',
  );
});

test('a single step is named, with its worker and its attempt', () => {
  expect(describeSituation(only('temp_min'), unknown, now)).toBe(
    'temp_min runs on charts_cpu@worker-charts-cpu, attempt 2.',
  );
});

test('a queue without a worker is the reason, whatever is ahead', () => {
  expect(describeSituation(only('Correlations'), { ...known, deserted: ['charts_cpu'] }, now)).toBe(
    'Correlations waits in charts_cpu, to which no worker listens.',
  );
});

test('how many run in the queue is told unless this job’s own do', () => {
  const behind = (ahead: number) => ({ ...known, waiting: [{ ...charts, ahead }] });
  expect(describeSituation(only('Correlations'), behind(1), now)).toBe(
    'Correlations waits in charts_cpu: 1 step of other jobs ahead, 2 running.',
  );
  expect(describeSituation(only('Correlations'), behind(0), now)).toBe(
    'Correlations waits in charts_cpu: nothing ahead, 2 running.',
  );
  expect(describeSituation(only('Correlations', 'temp_max', 'temp_min'), behind(0), now)).toBe(
    '2 steps run in charts_cpu. Correlations waits in charts_cpu: nothing ahead.',
  );
});

test('what is not known is not told', () => {
  expect(describeSituation(only('Correlations'), unknown, now)).toBe('Correlations waits in charts_cpu.');
});

test('a step that is due for its next try waits like any other', () => {
  const due = Date.parse('2026-01-02T10:00:31Z');
  expect(describeSituation(only('wind'), unknown, due)).toBe('wind waits in charts_cpu.');
  expect(hasWaitingSteps(only('wind'), due)).toBe(true);
  expect(hasWaitingSteps(only('wind'), now)).toBe(false);
});

test('an ended job says how many of its steps did, and asks for no queue', () => {
  const cancelled = exampleJob({ status: 'cancelled' });
  expect(describeSituation(cancelled, unknown, now)).toBe(
    '3 of 9 steps completed, 1 failed. Retry runs the rest, and only that.',
  );
  expect(hasWaitingSteps(cancelled, now)).toBe(false);
  expect(describeSituation({ ...only('ingest', 'date'), status: 'completed' }, unknown, now)).toBe(
    '2 steps completed, at the first attempt.',
  );
});

test('a large job is told by the counts of its stages, however few of its steps are known', () => {
  const [ingest, chart, summarize] = job.stages;
  const steps = job.steps.filter(({ label }) => label === 'temp_max');
  const stages = [ingest!, { ...chart!, total: 10_000, queued: 9_000, processing: 4 }, summarize!];
  const large = { ...job, stages, steps, steps_total: 10_001 };
  expect(describeSituation(large, known, now)).toBe(
    '4 steps run in charts_cpu. 9,000 steps wait in charts_cpu: 12 steps of other jobs ahead.',
  );
  expect(hasWaitingSteps(large, now)).toBe(true);
  const done = { ...chart!, completed: 10_000 };
  expect(describeSituation({ ...large, status: 'completed', stages: [ingest!, done] }, unknown, now)).toBe(
    '10,001 steps completed.',
  );
});

test('each waiting step counts the job’s own steps before it', () => {
  const [first, second] = job.steps.slice(-2);
  const chart = job.stages[1]!;
  const steps = job.steps.filter((step) => step.stage === chart.name);
  expect([...stepsAhead(chart, steps, known.waiting, now)]).toEqual([
    [first!.id, 12],
    [second!.id, 13],
  ]);
  expect(stepsAhead(chart, steps, unknown.waiting, now).size).toBe(0);
});
