// Says that nobody listens to a queue, and the command that changes it.
import { startCommand } from './words';
import styles from './NoWorker.module.css';

export function NoWorker({ queue }: { queue: string }) {
  return (
    <div className={styles.trouble} role="status">
      <p>
        No worker listens to <code>{queue}</code>. Jobs wait here until one does. Start one:
      </p>
      <code className={styles.command}>{startCommand(queue)}</code>
    </div>
  );
}
