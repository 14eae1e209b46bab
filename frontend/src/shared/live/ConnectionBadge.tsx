// Says whether what a page shows is live, and what keeps it from being so.
import { secondsUntil } from '../format/format';
import { useNow } from '../format/useNow';
import styles from './ConnectionBadge.module.css';
import type { Connection, Hindrance } from './socket';

export function ConnectionBadge({ connection }: { connection: Connection }) {
  return (
    <p className={styles.badge} data-state={connection.state} role="status">
      <span className={styles.dot} aria-hidden="true" />
      {connection.state === 'reconnecting' ? <Reconnecting {...connection} /> : TEXTS[connection.state]}
    </p>
  );
}

const TEXTS = {
  connecting: 'Connecting',
  live: 'Live',
  offline: 'Offline',
  ended: 'Not connected',
};

const HINDRANCES: Record<Hindrance, string> = {
  'too-slow': 'this page read too slowly',
  'too-many': 'too many of your pages are live',
};

/** The seconds change too often to be read out; that it reconnects is said once. */
function Reconnecting({ at, because }: { at: number; because: Hindrance | null }) {
  const seconds = secondsUntil(at, useNow());
  return (
    <>
      Reconnecting <span aria-hidden="true">{seconds > 0 ? `in ${seconds} s` : 'now'}</span>
      {because && `: ${HINDRANCES[because]}`}
    </>
  );
}
