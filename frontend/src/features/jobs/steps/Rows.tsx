// A long list of rows of one height. Only those in view are in the document.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import styles from './Rows.module.css';

const SETTLED = 500; // ms; what just began comes by the socket, a moment after its number

type Props = {
  label: string;
  total: number;
  /** px */
  height: number;
  /** Fetches more, when the end is in view. */
  more: () => void;
  children: (index: number) => ReactNode;
};

export function Rows({ label, total, height, more, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 8,
    initialRect: { width: 800, height: 300 },
  });
  const shown = rows.getVirtualItems();
  const isEndInView = total > 0 && shown.at(-1)?.index === total - 1;
  useEffect(() => {
    if (!isEndInView) return;
    const timer = setTimeout(more, SETTLED);
    return () => clearTimeout(timer);
  }, [isEndInView, more]);
  return (
    <div ref={box} className={styles.box} tabIndex={0}>
      <ol className={styles.rows} aria-label={label} style={{ blockSize: rows.getTotalSize() }}>
        {shown.map(({ key, index, start }) => (
          <li
            key={key}
            aria-posinset={index + 1}
            aria-setsize={total}
            style={{ blockSize: height, transform: `translateY(${start}px)` }}
          >
            {children(index)}
          </li>
        ))}
      </ol>
    </div>
  );
}
