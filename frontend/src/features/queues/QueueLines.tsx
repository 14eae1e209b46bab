// The queues at a glance: a line for each.
import { Link } from 'react-router';
import type { Queue } from '../../shared/api/types';
import { Progress } from '../../shared/ui/Progress';
import styles from './QueueLines.module.css';

export function QueueLines({ queues }: { queues: Queue[] }) {
  return (
    <ul className={styles.queues} aria-label="Queues">
      {queues.map((queue) => (
        <li key={queue.name}>
          <Link to="/queues">
            <code>{queue.name}</code>
          </Link>
          {queue.workers > 0 ? (
            <>
              <Progress
                label={`Busy slots of ${queue.name}`}
                value={(100 * queue.processing) / queue.concurrency}
              />
              <span>
                {queue.processing} of {queue.concurrency} busy
                {queue.waiting > 0 && `, ${queue.waiting.toLocaleString('en')} waiting`}
              </span>
            </>
          ) : (
            <span className={styles.trouble}>no worker</span>
          )}
        </li>
      ))}
    </ul>
  );
}
