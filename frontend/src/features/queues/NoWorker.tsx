// Says that nobody listens to a queue, and the commands that change it.
import { startCommands } from './words';
import styles from './NoWorker.module.css';

export function NoWorker({ queue }: { queue: string }) {
  const [inDocker, onHost] = startCommands(queue);
  return (
    <div className={styles.trouble} role="status">
      <p>
        No worker listens to <code>{queue}</code>. Start one, in Docker or without:
      </p>
      <code className={styles.command}>{inDocker}</code>
      <code className={styles.command}>{onHost}</code>
    </div>
  );
}
