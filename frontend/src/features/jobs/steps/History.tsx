// What happened to a job, line by line, the newest first.
import { useMemo } from 'react';
import { Link } from 'react-router';
import { timeOfDay } from '../../../shared/format/format';
import styles from './History.module.css';
import { historyOf } from './happenings';
import { Rows } from './Rows';
import type { ViewProps } from './views';

const ROW = 28; // px

export function History({ job, steps, kept, more }: ViewProps) {
  const history = useMemo(() => historyOf(job, steps, kept), [job, steps, kept]);
  return (
    <div className={styles.history}>
      <Rows label="What happened, the newest first" total={history.length} height={ROW} more={more}>
        {(index) => {
          const { at, text, step, isTrouble } = history[index]!;
          const to = { pathname: `/jobs/${job.id}/steps/${step}`, search: location.search };
          const iso = new Date(at).toISOString();
          return (
            <p className={styles.line} data-trouble={isTrouble}>
              <time dateTime={iso}>{timeOfDay(iso)}</time>
              <span title={text}>
                {step === null ? <strong>{text}</strong> : <Link to={to}>{text}</Link>}
              </span>
            </p>
          );
        }}
      </Rows>
    </div>
  );
}
