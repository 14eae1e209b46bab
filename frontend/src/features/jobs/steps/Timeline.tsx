// A job's steps over time: a row for each, with its waits and attempts as bars.
import { memo } from 'react';
import type { Attempt, Step } from '../../../shared/api/types';
import { wholeSeconds } from '../../../shared/format/format';
import { Rows } from './Rows';
import { StepLink } from './StepLink';
import styles from './Timeline.module.css';
import { rangeOf, type Span, spansOf, spanWords, ticksOf } from './spans';
import type { ViewProps } from './views';

const ROW = 28; // px
const NONE: Attempt[] = [];

export function Timeline({ job, steps, kept, now, more }: ViewProps) {
  const { from, to } = rangeOf(job, now);
  const length = to - from;
  return (
    <div className={styles.timeline}>
      <div className={styles.axis} aria-hidden="true">
        {ticksOf(length).map((tick) => (
          <span key={tick} style={{ insetInlineStart: `${(100 * tick) / length}%` }}>
            {wholeSeconds(tick)}
          </span>
        ))}
      </div>
      <Rows label="Steps over time" total={steps.length} height={ROW} more={more}>
        {(index) => {
          const step = steps[index]!;
          const moves = step.status === 'processing' || step.status === 'queued';
          return (
            <Row
              step={step}
              job={job.id}
              kept={kept.get(step.id) ?? NONE}
              from={from}
              length={length}
              now={moves ? now : 0}
            />
          );
        }}
      </Rows>
    </div>
  );
}

type RowProps = { job: string; step: Step; kept: Attempt[]; from: number; length: number; now: number };

const Row = memo(function Row({ job, step, kept, from, length, now }: RowProps) {
  const spans = spansOf(step, kept, now);
  return (
    <div className={styles.row}>
      <StepLink job={job} step={step.id} className={styles.label}>
        <bdi title={step.label}>{step.label}</bdi>
        <span className="visually-hidden">
          {' '}
          {step.status}: {spans.map(spanWords).join(', ')}
        </span>
      </StepLink>
      <div className={styles.track} aria-hidden="true">
        {spans.map((span) => (
          <Bar key={span.from + span.kind} span={span} from={from} length={length} />
        ))}
      </div>
    </div>
  );
});

function Bar({ span, from, length }: { span: Span; from: number; length: number }) {
  return (
    <span
      className={styles.bar}
      data-kind={span.kind}
      title={spanWords(span)}
      style={{
        insetInlineStart: `${(100 * (span.from - from)) / length}%`,
        inlineSize: `${(100 * (span.to - span.from)) / length}%`,
      }}
    />
  );
}
