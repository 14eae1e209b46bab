// How long the last jobs of a pipeline took, the oldest of them first.
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { count, dateTime, duration } from '../../../shared/format/format';
import { durationsQuery } from '../api';
import { median } from '../estimate';
import styles from './Pace.module.css';

const BarChart = lazy(() => import('../../../shared/ui/BarChart'));

export function Pace({ kind }: { kind: string }) {
  const took = useQuery(durationsQuery(kind)).data;
  if (!took || took.length < 2) return null;
  const seconds = took.map((entry) => entry.seconds);
  const words = `The last ${count(seconds.length, 'completed job')} of ${kind} took ${span(Math.min(...seconds))} to ${span(Math.max(...seconds))}, half of them at most ${span(median(seconds))}.`;
  const bars = took.map((entry) => ({ label: dateTime(entry.finished_at), value: entry.seconds })).reverse();
  return (
    <details className={styles.pace}>
      <summary>{words}</summary>
      <Suspense>
        <BarChart title={words} bars={bars} words={span} />
      </Suspense>
    </details>
  );
}

const span = (seconds: number) => duration(1000 * seconds);
