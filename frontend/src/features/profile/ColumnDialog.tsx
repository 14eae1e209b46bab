// One column, large: how its values are distributed, to read bar by bar, and what else is known of it.
import { lazy, Suspense } from 'react';
import { count, measure } from '../../shared/format/format';
import { Dialog } from '../../shared/ui/Dialog';
import { ColumnFacts } from './ColumnFacts';
import type { ProfiledColumn } from './types';
import { binLabel } from './values';
import styles from './ColumnDialog.module.css';

const BarChart = lazy(() => import('../../shared/ui/BarChart'));

const hasChart = ({ histogram, top }: ProfiledColumn) => histogram !== null || top.length > 0;

type Props = { column: ProfiledColumn; onClose: () => void };

export function ColumnDialog({ column, onClose }: Props) {
  return (
    <Dialog title={column.name} place="wide" onClose={onClose}>
      {hasChart(column) && (
        <div className={styles.chart}>
          <Suspense>
            <BarChart
              title={`How the values of ${column.name} are distributed`}
              bars={barsOf(column)}
              words={(value) => count(value, 'row')}
              look={column.histogram ? 'columns' : 'rows'}
            />
          </Suspense>
        </div>
      )}
      <ColumnFacts column={column} />
    </Dialog>
  );
}

function barsOf({ type, histogram, top }: ProfiledColumn) {
  if (!histogram) return top.map(({ value, count: rows }) => ({ label: measure(value), value: rows }));
  return histogram.counts.map((value, index) => ({ label: binLabel(type, histogram, index), value }));
}
