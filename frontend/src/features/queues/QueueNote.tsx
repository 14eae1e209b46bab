// How a queue does, said where a job waits in it.
import type { Queue } from '../../shared/api/types';
import { Figures } from './Figures';
import { NoWorker } from './NoWorker';

/** `ahead`: the steps of other jobs that come first. Whoever doesn't know it leaves it out. */
export function QueueNote({ queue, ahead }: { queue: Queue; ahead: number | undefined }) {
  if (queue.workers === 0) return <NoWorker queue={queue.name} />;
  const figures = {
    Ahead: ahead ?? null,
    Depth: queue.waiting,
    Running: queue.processing,
    Workers: queue.workers,
  };
  return <Figures figures={figures} size="small" />;
}
