// Numbers as a small line: one polyline needs no library of charts.
import styles from './Sparkline.module.css';

const WIDTH = 150;
const HEIGHT = 36;

/** `caption` says the same in words. */
export function Sparkline({ values, caption }: { values: number[]; caption: string }) {
  const highest = Math.max(...values, 1);
  const step = WIDTH / Math.max(values.length - 1, 1);
  const points = values.map((value, index) => [index * step, HEIGHT - (value / highest) * HEIGHT]);
  const line = points.map(([x, y]) => `${x},${y}`).join(' ');
  return (
    <figure className={styles.sparkline}>
      <svg viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`} preserveAspectRatio="none" aria-hidden="true">
        <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
        <polyline points={line} />
      </svg>
      <figcaption>{caption}</figcaption>
    </figure>
  );
}
