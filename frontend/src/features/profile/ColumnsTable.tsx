// Every column of a profiled table, with its numbers and its distribution.
import { count } from '../../shared/format/format';
import styles from './ColumnsTable.module.css';
import { Distribution } from './Distribution';
import type { Profile, ProfiledColumn } from './types';
import { shown } from './values';

export function ColumnsTable({ profile }: { profile: Profile }) {
  return (
    <section aria-labelledby="columns">
      <h2 id="columns">
        {count(profile.columns.length, 'column')}, {count(profile.rows, 'row')}
      </h2>
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
              <Row key={column.name} column={column} rows={profile.rows} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ column, rows }: { column: ProfiledColumn; rows: number }) {
  const share = rows > 0 && column.missing > 0 ? ` (${((100 * column.missing) / rows).toFixed(1)} %)` : '';
  return (
    <tr>
      <th scope="row" dir="auto">
        {column.name}
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
