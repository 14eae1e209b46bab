import { expect, test } from 'vitest';
import type { Job } from '../../shared/api/types';
import { exampleJob as golden } from './exampleJob';
import { isBehind, listJobs, newestJob, noLiveJobs, withAsked, withJobs, withoutJob } from './merge';

const exampleJob = (changes: Partial<Job> = {}) => golden({ version: 5, progress: 40, ...changes });

const job = exampleJob();

test('what is not newer is dropped', () => {
  expect(newestJob(job, exampleJob({ version: 4, progress: 99 }))).toBe(job);
  expect(newestJob(job, exampleJob({ version: 5, progress: 99 }))).toBe(job);
});

test('what is newer is taken', () => {
  expect(newestJob(job, exampleJob({ version: 6, progress: 60 }))).toMatchObject({
    version: 6,
    progress: 60,
  });
  expect(newestJob(undefined, job)).toBe(job);
});

test('progress never runs backwards within a run', () => {
  expect(newestJob(job, exampleJob({ version: 6, progress: 10 })).progress).toBe(40);
});

const retried = exampleJob({ version: 9, status: 'queued', progress: 10, queued_at: '2026-01-02T10:05:00Z' });

test('a retried job starts from its own progress, without the end of the run before', () => {
  const error = { code: 'UPSTREAM_ERROR', message: 'The server is away.' };
  const failed = exampleJob({ status: 'failed', progress: 80, error, finished_at: '2026-01-02T10:01:00Z' });
  expect(newestJob(failed, retried)).toEqual(retried);
});

test('a retry is known as one although its end was missed', () => {
  expect(newestJob(exampleJob({ progress: 80 }), retried).progress).toBe(10);
});

test('late news of the run before change nothing', () => {
  expect(newestJob(retried, exampleJob({ version: 8, status: 'cancelled' }))).toBe(retried);
});

test('the whole job is kept as it came, and what follows from its steps is consistent', () => {
  const kept = newestJob(undefined, golden());
  expect(kept).toEqual(golden());
  for (const stage of kept.stages) {
    const steps = kept.steps.filter((step) => step.stage === stage.name);
    const done = steps.filter((step) => step.status === 'completed').length;
    expect([stage.name, stage.done, stage.total]).toEqual([stage.name, done, steps.length]);
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

test('a heartbeat with a newer or unknown version means being behind', () => {
  expect(isBehind({ a: 3 }, { a: 4 })).toBe(true);
  expect(isBehind({}, { a: 1 })).toBe(true);
  expect(isBehind({ a: 3, b: 9 }, { a: 3 })).toBe(false);
  expect(isBehind({ a: 3 }, {})).toBe(false);
  expect(isBehind({ a: 3 }, { a: 2 })).toBe(false);
});

test('a job that no snapshot holds is asked for once per version', () => {
  const asked = withAsked(noLiveJobs, { old: 7 });
  expect(isBehind(asked.known, { old: 7 })).toBe(false);
  expect(isBehind(asked.known, { old: 8 })).toBe(true);
});

test('a snapshot that answers a heartbeat is taken although its version was asked for', () => {
  const behind = withAsked(withJobs(noLiveJobs, [job]), { [job.id]: 6 });
  const healed = withJobs(behind, [exampleJob({ version: 6, status: 'completed' })]);
  expect(healed.jobs[job.id]?.status).toBe('completed');
});

test('the list holds the newest of each job, newest job first', () => {
  const younger = exampleJob({ id: 'younger', created_at: '2026-01-03T10:00:00Z' });
  const live = withJobs(noLiveJobs, [exampleJob({ version: 6, progress: 60 }), younger]);
  const list = listJobs([job], live, {});
  expect(list.map(({ id, version }) => [id, version])).toEqual([
    ['younger', 5],
    [job.id, 6],
  ]);
});

test('a filtered list drops a job once news change its status', () => {
  const live = withJobs(noLiveJobs, [exampleJob({ version: 6, status: 'completed' })]);
  expect(listJobs([job], live, { status: 'processing' })).toEqual([]);
  expect(listJobs([job], live, { status: 'completed' })).toHaveLength(1);
  expect(listJobs([job], live, { kind: 'clean' })).toEqual([]);
});

test('a deleted job stays away, even when late news name it', () => {
  const live = withJobs(withoutJob(withJobs(noLiveJobs, [job]), job.id), [exampleJob({ version: 9 })]);
  expect(listJobs([job], live, {})).toEqual([]);
});
