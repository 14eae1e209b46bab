// What else is known of a column, below its chart.
import { count, measure } from '../../shared/format/format';
import styles from './ColumnFacts.module.css';
import type { ProfiledColumn } from './types';
import { shown } from './values';

const QUANTILES = ['5 % are at most', '25 %', 'Half', '75 %', '95 %'];

export function ColumnFacts({ column }: { column: ProfiledColumn }) {
  return (
    <dl className={styles.facts}>
      {factsOf(column).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function factsOf({ type, missing, unique, quantiles, outliers, lengths, gaps }: ProfiledColumn) {
  const facts: [string, string][] = [
    ['Missing', measure(missing)],
    ['Different values', measure(unique)],
  ];
  quantiles?.forEach((value, index) => facts.push([QUANTILES[index] ?? '', shown(type, value)]));
  if (outliers !== null) facts.push(['Far from the middle half', count(outliers, 'value')]);
  if (lengths) {
    facts.push([
      'Characters',
      `${measure(lengths.min)} to ${measure(lengths.max)}, median ${lengths.median}`,
    ]);
  }
  if (gaps) facts.push(['Without a row', gapWords(gaps)]);
  return facts;
}

export function gapWords({ period, missing, longest, longest_from }: NonNullable<ProfiledColumn['gaps']>) {
  if (missing === 0) return `no ${period} in between`;
  return `${count(missing, period)}, at most ${count(longest, period)} together, from ${longest_from}`;
}
