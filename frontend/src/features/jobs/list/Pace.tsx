// How long the last jobs of a pipeline took, the oldest of them first.
import { useQuery } from '@tanstack/react-query';
import { count, duration } from '../../../shared/format/format';
import { Sparkline } from '../../../shared/ui/Sparkline';
import { durationsQuery } from '../api';
import { median } from '../estimate';
import styles from './Pace.module.css';

export function Pace({ kind }: { kind: string }) {
  const took = useQuery(durationsQuery(kind)).data;
  if (!took || took.length < 2) return null;
  const seconds = took.map((entry) => entry.seconds).reverse();
  const words = `the last ${count(seconds.length, 'completed job')} of ${kind}: ${span(Math.min(...seconds))} to ${span(Math.max(...seconds))}, half of them within ${span(median(seconds))}`;
  return (
    <div className={styles.pace}>
      <Sparkline values={seconds} caption={words} />
    </div>
  );
}

const span = (seconds: number) => duration(1000 * seconds);
