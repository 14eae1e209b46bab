// Says whether what a page shows is live.
import { secondsUntil } from '../format/format';
import { useNow } from '../format/useNow';
import styles from './ConnectionBadge.module.css';
import type { Connection } from './socket';

export function ConnectionBadge({ connection }: { connection: Connection }) {
  return (
    <p className={styles.badge} data-state={connection.state} role="status">
      <span className={styles.dot} aria-hidden="true" />
      {connection.state === 'reconnecting' ? <Countdown at={connection.at} /> : TEXTS[connection.state]}
    </p>
  );
}

const TEXTS = {
  connecting: 'Connecting',
  live: 'Live',
  offline: 'Offline',
  ended: 'Not connected',
};

/** The seconds change too often to be read out; that it reconnects is said once. */
function Countdown({ at }: { at: number }) {
  const seconds = secondsUntil(at, useNow());
  return (
    <>
      Reconnecting <span aria-hidden="true">{seconds > 0 ? `in ${seconds} s` : 'now'}</span>
    </>
  );
}
