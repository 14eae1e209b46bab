// A column's distribution, small enough for a table's cell.
import type { CSSProperties } from 'react';
import { count, measure } from '../../shared/format/format';
import styles from './Distribution.module.css';
import type { ProfiledColumn } from './types';

const WIDTH = 120;
const HEIGHT = 32;
const SHOWN_VALUES = 3;

export function Distribution({ column }: { column: ProfiledColumn }) {
  if (column.histogram) return <Histogram name={column.name} {...column.histogram} />;
  if (column.top.length > 0) return <TopValues top={column.top} />;
  return <>–</>;
}

function Histogram({ name, edges, counts }: { name: string; edges: (number | string)[]; counts: number[] }) {
  const highest = Math.max(...counts, 1);
  const width = WIDTH / counts.length;
  const label = `Distribution of ${name} from ${measure(edges[0])} to ${measure(edges.at(-1))}`;
  return (
    <svg className={styles.histogram} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {counts.map((value, index) => {
        const height = value === 0 ? 0 : Math.max(1, (value / highest) * HEIGHT);
        return (
          <rect
            key={index}
            x={index * width}
            y={HEIGHT - height}
            width={Math.max(width - 1, 0.5)}
            height={height}
          >
            <title>{`${measure(edges[index])} to ${measure(edges[index + 1])}: ${count(value, 'row')}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

function TopValues({ top }: { top: ProfiledColumn['top'] }) {
  const highest = Math.max(...top.map((entry) => entry.count), 1);
  return (
    <ul className={styles.top}>
      {top.slice(0, SHOWN_VALUES).map((entry) => (
        <li key={measure(entry.value)} style={{ '--share': entry.count / highest } as CSSProperties}>
          <span title={measure(entry.value)}>{measure(entry.value)}</span> {entry.count.toLocaleString('en')}
        </li>
      ))}
    </ul>
  );
}
