// Finished steps per minute as a small line: one polyline needs no library of charts.
import styles from './Sparkline.module.css';
import { paceWords } from './words';

const WIDTH = 150;
const HEIGHT = 36;

/** `perMinute`: oldest minute first. */
export function Sparkline({ perMinute }: { perMinute: number[] }) {
  const highest = Math.max(...perMinute, 1);
  const step = WIDTH / Math.max(perMinute.length - 1, 1);
  const points = perMinute.map((value, index) => [index * step, HEIGHT - (value / highest) * HEIGHT]);
  const line = points.map(([x, y]) => `${x},${y}`).join(' ');
  return (
    <figure className={styles.sparkline}>
      <svg viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none" aria-hidden="true">
        <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
        <polyline points={line} />
      </svg>
      <figcaption>{paceWords(perMinute)}</figcaption>
    </figure>
  );
}
