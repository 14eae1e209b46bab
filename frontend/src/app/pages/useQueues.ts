// The queues in which steps of a job wait. They are asked only while some do.
import { useQuery } from '@tanstack/react-query';
import { waitingQuery } from '../../features/jobs/api';
import { hasEnded } from '../../features/jobs/merge';
import { hasWaitingSteps, type Queues } from '../../features/jobs/situation';
import { queuesQuery } from '../../features/queues/api';
import type { Job, Queue, Waiting } from '../../shared/api/types';
import { useNow } from '../../shared/format/useNow';

const NONE: Waiting[] = [];

export type QueuesOfJob = Queues & { find: (name: string) => Queue | undefined; now: number };

export function useQueues(job: Job): QueuesOfJob {
  const now = useNow(hasEnded(job) ? null : 1000); // a step that waits for its next try becomes due
  const enabled = hasWaitingSteps(job, now);
  const waiting = useQuery({ ...waitingQuery(job), enabled });
  const queues = useQuery({ ...queuesQuery, enabled });
  return {
    now,
    waiting: waiting.data ?? NONE,
    deserted: (queues.data ?? []).filter(({ workers }) => workers === 0).map(({ name }) => name),
    find: (name) => queues.data?.find((queue) => queue.name === name),
  };
}
