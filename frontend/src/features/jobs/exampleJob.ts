// A job for tests: complete, in the middle of its run.
import type { Job } from '../../shared/api/types';

export function exampleJob(changes: Partial<Job> = {}): Job {
  return {
    id: '0b7f4c0e-5d0c-4a3e-9c8e-0f7f4f1f2a11',
    kind: 'profile',
    status: 'processing',
    priority: 'normal',
    progress: 40,
    version: 5,
    stage: 'chart',
    message: 'Drawing 1 of 2 charts',
    error: null,
    source: { name: 'weather.csv', size: 48219 },
    options: {},
    result: null,
    created_at: '2026-01-02T10:00:00Z',
    queued_at: '2026-01-02T10:00:00Z',
    started_at: '2026-01-02T10:00:01Z',
    finished_at: null,
    stages: [
      { name: 'ingest', queue: 'ingestion_io', status: 'completed', done: 1, total: 1 },
      { name: 'chart', queue: 'charts_cpu', status: 'processing', done: 0, total: 2 },
    ],
    steps: [
      exampleStep(1, 'ingest', 'completed', 100),
      exampleStep(2, 'chart', 'processing', 50),
      exampleStep(3, 'chart', 'queued', 0),
    ],
    artifacts: [],
    ...changes,
  };
}

export function exampleStep(
  id: number,
  stage: string,
  status: Job['steps'][number]['status'],
  progress: number,
): Job['steps'][number] {
  return {
    id,
    stage,
    label: `step ${id}`,
    queue: stage === 'ingest' ? 'ingestion_io' : 'charts_cpu',
    status,
    progress,
    attempt: status === 'queued' ? 0 : 1,
    error: null,
    retry_at: null,
    started_at: null,
    finished_at: null,
  };
}
