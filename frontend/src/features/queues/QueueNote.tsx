// How a queue does, said where a job waits in it.
import type { Queue } from '../../shared/api/types';
import { NoWorker } from './NoWorker';
import { waitingWords } from './words';

export function QueueNote({ queue }: { queue: Queue }) {
  return queue.workers === 0 ? <NoWorker queue={queue.name} /> : <p>In this queue: {waitingWords(queue)}</p>;
}
