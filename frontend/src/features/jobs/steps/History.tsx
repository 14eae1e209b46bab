// What happened to a job, line by line, the newest first.
import { useMemo } from 'react';
import { timeOfDay } from '../../../shared/format/format';
import styles from './History.module.css';
import { historyOf } from './happenings';
import { Rows } from './Rows';
import { StepLink } from './StepLink';
import type { ViewProps } from './views';

const ROW = 28; // px

export function History({ job, steps, kept, more }: ViewProps) {
  const history = useMemo(() => historyOf(job, steps, kept), [job, steps, kept]);
  return (
    <div className={styles.history}>
      <Rows label="What happened, the newest first" total={history.length} height={ROW} more={more}>
        {(index) => {
          const { at, text, step, isTrouble } = history[index]!;
          const iso = new Date(at).toISOString();
          return (
            <p className={styles.line} data-trouble={isTrouble}>
              <time dateTime={iso}>{timeOfDay(iso)}</time>
              <span title={text}>
                {step === null ? (
                  <strong>{text}</strong>
                ) : (
                  <StepLink job={job.id} step={step}>
                    {text}
                  </StepLink>
                )}
              </span>
            </p>
          );
        }}
      </Rows>
    </div>
  );
}
