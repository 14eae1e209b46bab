// The state of a job, stage or step in one word, a colour and a shape: never in colour alone.
import type { Status } from '../api/types';
import styles from './StatusBadge.module.css';

const WAITING = 'M8 4v4l2.5 2';
export const SHAPES: Record<Status, string> = {
  pending: WAITING,
  created: WAITING,
  uploading: 'M8 12V4.5m-3 3l3-3 3 3',
  queued: WAITING,
  completed: 'M4 8.5l3 3 5.5-7',
  failed: 'M4.5 4.5l7 7m0-7l-7 7',
  cancelled: 'M4 8h8',
  expired: 'M4 8h8',
  processing: 'M6 4l6 4-6 4z',
};

export function StatusMark({ status }: { status: Status }) {
  return (
    <svg className={styles.mark} data-status={status} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="7.25" />
      <path d={SHAPES[status]} />
    </svg>
  );
}

export function StatusBadge({ status }: { status: Status }) {
  return (
    <span className={styles.badge} data-status={status}>
      <StatusMark status={status} />
      {status.charAt(0).toUpperCase() + status.slice(1)}
    </span>
  );
}
