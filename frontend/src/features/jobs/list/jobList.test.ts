import { expect, test } from 'vitest';
import type { JobSummary } from '../../../shared/api/types';
import { exampleJob as golden } from '../exampleJob';
import { haveMoved, listJobs, noLiveJobs, withAsked, withJobs, withoutJobs } from './jobList';
import { isBehind } from '../merge';

const exampleJob = (changes: Partial<JobSummary> = {}) => golden({ version: 5, progress: 40, ...changes });

const job = exampleJob();

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
  expect(listJobs([job], live, { kind: 'another' })).toEqual([]);
});

test('numbers have changed with a new job or another status, and not with progress', () => {
  const live = withJobs(noLiveJobs, [job]);
  expect(haveMoved(live, [exampleJob({ version: 6, progress: 60 })])).toBe(false);
  expect(haveMoved(live, [exampleJob({ version: 6, status: 'completed' })])).toBe(true);
  expect(haveMoved(live, [exampleJob({ id: 'younger' })])).toBe(true);
});

test('a deleted job stays away, even when late news name it', () => {
  const live = withJobs(withoutJobs(withJobs(noLiveJobs, [job]), [job.id]), [exampleJob({ version: 9 })]);
  expect(listJobs([job], live, {})).toEqual([]);
});
