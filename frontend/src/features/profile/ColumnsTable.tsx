// Every column of a profiled table, with its numbers and its distribution.
import { useState } from 'react';
import { count } from '../../shared/format/format';
import styles from './ColumnsTable.module.css';
import { ColumnDialog } from './ColumnDialog';
import { Distribution } from './Distribution';
import type { Profile, ProfiledColumn } from './types';
import { shown } from './values';

export function ColumnsTable({ profile }: { profile: Profile }) {
  const [open, setOpen] = useState<ProfiledColumn | null>(null);
  return (
    <section aria-labelledby="columns">
      <h2 id="columns">
        {count(profile.columns.length, 'column')}, {count(profile.rows, 'row')}
      </h2>
      <TableFacts profile={profile} />
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Table of columns">
        <table className={styles.table}>
          <thead>
            <tr>
              {[
                'Column',
                'Type',
                'Distribution',
                'Missing',
                'Unique',
                'Min',
                'Median',
                'Mean',
                'Max',
                'Std',
              ].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {profile.columns.map((column) => (
              <Row key={column.name} column={column} rows={profile.rows} onOpen={setOpen} />
            ))}
          </tbody>
        </table>
      </div>
      {open && <ColumnDialog column={open} onClose={() => setOpen(null)} />}
    </section>
  );
}

/** What is known of the table as a whole, where there is something to know. */
function TableFacts({ profile: { duplicates, keys, constant } }: { profile: Profile }) {
  const facts = [
    duplicates > 0 && `${count(duplicates, 'row')} ${duplicates === 1 ? 'repeats' : 'repeat'} an earlier one`,
    keys.length > 0 && `a different value in each row: ${keys.join(', ')}`,
    constant.length > 0 && `the same value in each row: ${constant.join(', ')}`,
  ].filter(Boolean);
  return facts.length > 0 && <p className={styles.facts}>{facts.join(' · ')}</p>;
}

type RowProps = { column: ProfiledColumn; rows: number; onOpen: (column: ProfiledColumn) => void };

function Row({ column, rows, onOpen }: RowProps) {
  const share = rows > 0 && column.missing > 0 ? ` (${((100 * column.missing) / rows).toFixed(1)} %)` : '';
  return (
    <tr>
      <th scope="row" dir="auto">
        <button type="button" className={styles.name} onClick={() => onOpen(column)}>
          {column.name}
        </button>
      </th>
      <td>{column.type}</td>
      <td>
        <Distribution column={column} />
      </td>
      <td>
        {column.missing.toLocaleString('en')}
        {share}
      </td>
      <td>{column.unique.toLocaleString('en')}</td>
      {[column.min, column.median, column.mean, column.max, column.std].map((value, index) => (
        <td key={index}>{shown(column.type, value)}</td>
      ))}
    </tr>
  );
}
