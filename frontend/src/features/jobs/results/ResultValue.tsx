// A value of a result, whatever its shape: objects as pairs, lists of objects as tables, numbers digit by digit.
import { isLosslessNumber, type LosslessNumber } from 'lossless-json';
import type { ReactNode } from 'react';
import { count } from '../../../shared/format/format';
import styles from './ResultValue.module.css';

export type Json = string | boolean | null | LosslessNumber | Json[] | { [key: string]: Json };
type Pairs = { [key: string]: Json };

const MOST_ENTRIES = 200; // shown of a list or an object
const MOST_COLUMNS = 30; // of a table
const OPEN_DEPTH = 2; // what lies deeper is folded

export function ResultValue({ value, depth = 0 }: { value: Json; depth?: number }): ReactNode {
  if (value === null) return <span className={styles.none}>none</span>;
  if (isLosslessNumber(value)) return <span className={styles.number}>{value.toString()}</span>;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return <bdi className={styles.text}>{value}</bdi>;
  if (Array.isArray(value)) {
    if (value.length === 0) return <span className={styles.none}>empty list</span>;
    const list = isTable(value) ? <Table rows={value} /> : <List values={value} depth={depth} />;
    return (
      <Folded depth={depth} label={count(value.length, 'entry', 'entries')}>
        {list}
      </Folded>
    );
  }
  const names = Object.keys(value);
  if (names.length === 0) return <span className={styles.none}>empty</span>;
  return (
    <Folded depth={depth} label={count(names.length, 'entry', 'entries')}>
      <PairList pairs={value} depth={depth} />
    </Folded>
  );
}

function Folded({ depth, label, children }: { depth: number; label: string; children: ReactNode }) {
  if (depth < OPEN_DEPTH) return children;
  return (
    <details>
      <summary>{label}</summary>
      {children}
    </details>
  );
}

function PairList({ pairs, depth }: { pairs: Pairs; depth: number }) {
  const names = Object.keys(pairs);
  return (
    <>
      <dl className={styles.pairs}>
        {names.slice(0, MOST_ENTRIES).map((name) => (
          <div key={name}>
            <dt dir="auto">{name}</dt>
            <dd>
              <ResultValue value={pairs[name] ?? null} depth={depth + 1} />
            </dd>
          </div>
        ))}
      </dl>
      <Rest number={names.length - MOST_ENTRIES} />
    </>
  );
}

function List({ values, depth }: { values: Json[]; depth: number }) {
  return (
    <>
      <ol className={styles.list}>
        {values.slice(0, MOST_ENTRIES).map((value, index) => (
          <li key={index}>
            <ResultValue value={value} depth={depth + 1} />
          </li>
        ))}
      </ol>
      <Rest number={values.length - MOST_ENTRIES} />
    </>
  );
}

function Table({ rows }: { rows: Pairs[] }) {
  const names = columnsOf(rows);
  return (
    <>
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Table of the result">
        <table className={styles.table}>
          <thead>
            <tr>
              {names.map((name) => (
                <th key={name} scope="col" dir="auto">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ENTRIES).map((row, index) => (
              <tr key={index}>
                {names.map((name) => (
                  <td key={name}>{name in row && <ResultValue value={row[name] ?? null} />}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Rest number={rows.length - MOST_ENTRIES} />
    </>
  );
}

const Rest = ({ number }: { number: number }) =>
  number > 0 && <p className={styles.none}>{count(number, 'more entry', 'more entries')} in the JSON</p>;

const isPairs = (value: Json): value is Pairs =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);

const isFlat = (value: Json) => typeof value !== 'object' || value === null || isLosslessNumber(value);

/** A list of objects that hold single values, and not too many. */
const isTable = (values: Json[]): values is Pairs[] =>
  values.every((value) => isPairs(value) && Object.values(value).every(isFlat)) &&
  columnsOf(values as Pairs[]).length <= MOST_COLUMNS;

const columnsOf = (rows: Pairs[]): string[] => [
  ...new Set(rows.slice(0, MOST_ENTRIES).flatMap((row) => Object.keys(row))),
];
