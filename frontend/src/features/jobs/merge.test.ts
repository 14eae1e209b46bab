import { expect, test } from 'vitest';
import type { Artifact, Job, Step } from '../../shared/api/types';
import { exampleJob as golden } from './exampleJob';
import { changedJob, goneIn, isBehind, newestJob, withArtifactPages, withPages } from './merge';

const exampleJob = (changes: Partial<Job> = {}) => golden({ version: 5, progress: 40, ...changes });

const whole = (changes: Partial<Job> = {}) => newestJob(undefined, exampleJob(changes));

const job = whole();

test('what is not newer is dropped', () => {
  expect(newestJob(job, exampleJob({ version: 4, progress: 99 }))).toBe(job);
  expect(newestJob(job, exampleJob({ version: 5, progress: 99 }))).toBe(job);
});

test('what is newer is taken', () => {
  expect(newestJob(job, exampleJob({ version: 6, progress: 60 }))).toMatchObject({
    version: 6,
    progress: 60,
  });
  expect(newestJob(undefined, exampleJob())).toEqual({ ...exampleJob(), wholeAt: 5 });
});

test('progress never runs backwards within a run', () => {
  expect(newestJob(job, exampleJob({ version: 6, progress: 10 })).progress).toBe(40);
});

const retried = exampleJob({ version: 9, status: 'queued', progress: 10, queued_at: '2026-01-02T10:05:00Z' });

test('a retried job starts from its own progress, without the end of the run before', () => {
  const error = { code: 'UPSTREAM_ERROR', message: 'The server is away.' } as const;
  const failed = whole({ status: 'failed', progress: 80, error, finished_at: '2026-01-02T10:01:00Z' });
  expect(newestJob(failed, retried)).toEqual({ ...retried, wholeAt: 9 });
});

test('a retry is known as one although its end was missed', () => {
  expect(newestJob(whole({ progress: 80 }), retried).progress).toBe(10);
});

test('late news of the run before change nothing', () => {
  const held = newestJob(undefined, retried);
  expect(newestJob(held, exampleJob({ version: 8, status: 'cancelled' }))).toBe(held);
});

test('the whole job is kept as it came, and what follows from its steps is consistent', () => {
  const kept = newestJob(undefined, golden());
  expect(kept).toEqual({ ...golden(), wholeAt: golden().version });
  for (const stage of kept.stages) {
    const steps = kept.steps.filter((step) => step.stage === stage.name);
    const count = (status: Step['status']) => steps.filter((step) => step.status === status).length;
    expect(stage).toMatchObject({
      total: steps.length,
      done: count('completed'),
      queued: count('queued'),
      processing: count('processing'),
      completed: count('completed'),
      failed: count('failed'),
      cancelled: count('cancelled'),
    });
    expect(steps.every((step) => step.queue === stage.queue)).toBe(true);
  }
});

test('steps that did not change keep their identity', () => {
  const steps = job.steps.map((step) =>
    step.label === 'temp_max' ? { ...step, progress: 75 } : { ...step },
  );
  const next = newestJob(job, exampleJob({ version: 6, steps }));
  const changed = next.steps.filter((step, index) => step !== job.steps[index]);
  expect(changed.map(({ label, progress }) => [label, progress])).toEqual([['temp_max', 75]]);
  expect(next.artifacts).toBe(job.artifacts);
});

const step = (id: number, changes: Partial<Step> = {}): Step => ({ ...golden().steps[3]!, id, ...changes });
const change = (version: number, parts: Partial<Job> = {}) =>
  exampleJob({ version, steps: [], artifacts: [], ...parts });

test('a change brings only the parts that changed, and the others stay as they are', () => {
  const [first, second] = job.steps;
  const next = changedJob(job, 5, change(6, { progress: 60, steps: [{ ...second!, progress: 75 }] }))!;
  expect([next.version, next.progress, next.wholeAt]).toEqual([6, 60, 5]);
  expect(next.steps[0]).toBe(first);
  expect(next.steps[1]).toEqual({ ...second!, progress: 75 });
  expect(next.steps).toHaveLength(job.steps.length);
  expect(next.artifacts).toBe(job.artifacts);
});

test('steps that were not known before take their place', () => {
  const next = changedJob(job, 5, change(6, { steps: [step(9_000), step(1)] }))!;
  const ids = next.steps.map(({ id }) => id);
  expect([ids[0], ids.at(-1), ids.length]).toEqual([1, 9_000, job.steps.length + 2]);
});

test('a change from before what is held is merged, one after a gap is not, an old one is dropped', () => {
  expect(changedJob(job, 3, change(7))!.version).toBe(7);
  expect(changedJob(job, 6, change(7))).toBeNull();
  expect(changedJob(undefined, 0, change(1))).toBeNull();
  expect(changedJob(job, 4, change(5))).toBe(job);
});

test('progress never runs backwards by a change either', () => {
  expect(changedJob(job, 5, change(6, { progress: 10 }))!.progress).toBe(40);
});

test('a newer artifact takes the place of the one of its name, whichever way it came', () => {
  const [date, rain] = job.artifacts;
  const again: Artifact = { ...date!, id: 999, size: 1 };
  const next = changedJob(job, 5, change(6, { artifacts: [again] }))!;
  expect(next.artifacts).toEqual([rain, again]);
  expect(withArtifactPages(next.artifacts, [[date!]])).toEqual([rain, again]);
});

test('what is held is newer than the same part in a page', () => {
  const held = [step(5, { progress: 90 })];
  expect(withPages(held, [[step(4), step(5, { progress: 10 })], [step(6)]])).toEqual([
    step(4),
    held[0],
    step(6),
  ]);
  expect(withPages(held, [[step(5)]])).toBe(held);
});

test('a job that comes whole takes the place of every part that was heard of before', () => {
  const many = changedJob(job, 5, change(6, { steps: [step(9_000)] }))!;
  const next = newestJob(many, exampleJob({ version: 7 }));
  expect(next.steps.map(({ id }) => id)).toEqual(job.steps.map(({ id }) => id));
  expect([next.wholeAt, next.steps[0] === job.steps[0]]).toEqual([7, true]);
});

test('a heartbeat with a newer or unknown version means being behind', () => {
  expect(isBehind({ a: 3 }, { a: 4 })).toBe(true);
  expect(isBehind({}, { a: 1 })).toBe(true);
  expect(isBehind({ a: 3, b: 9 }, { a: 3 })).toBe(false);
  expect(isBehind({ a: 3 }, {})).toBe(false);
  expect(isBehind({ a: 3 }, { a: 2 })).toBe(false);
});

test('a heartbeat names jobs that are gone', () => {
  expect(goneIn({ a: 3, b: null })).toEqual(['b']);
  expect(isBehind({ b: 3 }, { b: null })).toBe(false);
});
