// A column's distribution, small enough for a table's cell.
import type { CSSProperties } from 'react';
import { count, measure } from '../../shared/format/format';
import styles from './Distribution.module.css';
import type { Histogram, ProfiledColumn } from './types';
import { binLabel, shown } from './values';

const WIDTH = 120;
const HEIGHT = 32;
const SHOWN_VALUES = 3;

export function Distribution({ column }: { column: ProfiledColumn }) {
  if (column.histogram) return <Bars column={column} histogram={column.histogram} />;
  if (column.top.length > 0) return <TopValues top={column.top} />;
  return <>–</>;
}

function Bars({ column, histogram }: { column: ProfiledColumn; histogram: Histogram }) {
  const { name, type, min, max } = column;
  const { counts } = histogram;
  const highest = Math.max(...counts, 1);
  const width = WIDTH / counts.length;
  const label = `Distribution of ${name} from ${shown(type, min)} to ${shown(type, max)}`;
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
            <title>{`${binLabel(type, histogram, index)}: ${count(value, 'row')}`}</title>
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
          <bdi title={measure(entry.value)}>{measure(entry.value)}</bdi> {entry.count.toLocaleString('en')}
        </li>
      ))}
    </ul>
  );
}
