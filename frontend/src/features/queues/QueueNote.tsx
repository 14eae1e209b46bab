// How a queue does, said where a job waits in it.
import type { Queue, Waiting } from '../../shared/api/types';
import { Figures } from './Figures';
import { NoWorker } from './NoWorker';

/** `entry`: what is known of this job's steps there. How many of them wait, the lane says. */
type Props = { queue: Queue; entry: Waiting | undefined };

export function QueueNote({ queue, entry }: Props) {
  if (queue.workers === 0) return <NoWorker queue={queue.name} />;
  const figures = {
    Ahead: entry?.ahead ?? null,
    Running: entry?.processing ?? queue.processing,
    Workers: queue.workers,
  };
  return <Figures figures={figures} size="small" />;
}
