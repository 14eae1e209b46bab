// Bars to look at closely, with what each stands for under the pointer and by the arrow keys; loaded when one is shown.
import { Bar, BarChart as Chart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import styles from './BarChart.module.css';

export type Bar = { label: string; value: number };

type Props = {
  title: string;
  bars: Bar[];
  /** A value in words: "12 rows". */
  words: (value: number) => string;
  /** Rows, for labels that are long. */
  look?: 'columns' | 'rows';
};

const TEXT = { fill: 'var(--ink-soft)', fontSize: 12 };
const LONGEST = 24; // characters of a label at an axis

export default function BarChart({ title, bars, words, look = 'columns' }: Props) {
  const isRows = look === 'rows';
  const labels = { dataKey: 'label', tick: TEXT, tickFormatter: shortened, stroke: 'var(--line-strong)' };
  const values = {
    tick: TEXT,
    tickFormatter: (value: number) => value.toLocaleString('en'),
    stroke: 'var(--line-strong)',
  };
  return (
    <figure className={styles.chart}>
      <div role="img" aria-label={title}>
        <ResponsiveContainer width="100%" height={isRows ? 60 + 28 * bars.length : 300}>
          <Chart data={bars} layout={isRows ? 'vertical' : 'horizontal'} margin={{ top: 8, right: 16 }}>
            <CartesianGrid stroke="var(--line)" vertical={isRows} horizontal={!isRows} />
            {isRows ? <XAxis type="number" {...values} /> : <XAxis {...labels} minTickGap={16} />}
            {isRows ? <YAxis type="category" width={160} {...labels} /> : <YAxis {...values} width="auto" />}
            <Tooltip
              cursor={{ fill: 'color-mix(in oklab, var(--accent) 10%, transparent)' }}
              formatter={(value) => [words(Number(value)), '']}
              separator=""
              contentStyle={{ background: 'var(--surface)', borderColor: 'var(--line-strong)' }}
              labelStyle={{ color: 'var(--ink)', fontWeight: 600 }}
              itemStyle={{ color: 'var(--ink)' }}
            />
            <Bar dataKey="value" fill="var(--completed-fill)" isAnimationActive={false} />
          </Chart>
        </ResponsiveContainer>
      </div>
      <details>
        <summary>As a table</summary>
        <table className={styles.table}>
          <tbody>
            {bars.map(({ label, value }, index) => (
              <tr key={index}>
                <th scope="row">
                  <bdi>{label}</bdi>
                </th>
                <td>{words(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

const shortened = (label: string) => (label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label);
