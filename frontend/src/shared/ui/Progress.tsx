// A progress bar. Only its inside moves, so nothing around it does.
import type { Status } from '../api/types';
import { clampPercent } from '../format/format';
import styles from './Progress.module.css';

type Props = { label: string; value: number; status?: Status; size?: 'thin' | 'thick' };

export function Progress({ label, value, status = 'processing', size = 'thin' }: Props) {
  const percent = clampPercent(value);
  return (
    <div
      className={styles.track}
      data-size={size}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(percent)}
    >
      <div className={styles.bar} data-status={status} style={{ transform: `scaleX(${percent / 100})` }} />
    </div>
  );
}
