// What a step logs and prints, live: the last lines of all its attempts.
import { useQuery } from '@tanstack/react-query';
import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { LogLine, Step } from '../../../shared/api/types';
import { timeOfDay } from '../../../shared/format/format';
import { Dialog } from '../../../shared/ui/Dialog';
import { Loading } from '../../../shared/ui/Loading';
import { stepLogQuery } from '../api';
import { StepFacts } from './StepFacts';
import styles from './StepLog.module.css';

type Props = { job: string; step: Step; onClose: () => void };

export function StepLog({ job, step, onClose }: Props) {
  const query = useQuery(stepLogQuery(job, step));
  return (
    <Dialog title={step.label} wide onClose={onClose}>
      <StepFacts step={step} />
      {query.data ? <Lines lines={query.data.lines} step={step} /> : <Loading query={query} what="The log" />}
    </Dialog>
  );
}

function Lines({ lines, step }: { lines: LogLine[]; step: Step }) {
  const box = useRef<HTMLOListElement>(null);
  useFollow(box, lines);
  if (lines.length === 0) return <p className={styles.none}>{NOTHING[step.status]}</p>;
  return (
    <ol ref={box} className={styles.lines} tabIndex={0} aria-label="Log">
      {lines.map((line, index) => (
        <li key={index} data-level={line.level}>
          {line.attempt !== lines[index - 1]?.attempt && step.attempt > 1 && (
            <strong className={styles.attempt}>attempt {line.attempt}</strong>
          )}
          <time dateTime={line.time}>{timeOfDay(line.time)}</time>
          <span className={styles.text} dir="auto">
            {line.text}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Keep the newest line in view, unless somebody has scrolled up to read. */
function useFollow(box: RefObject<HTMLElement | null>, lines: LogLine[]) {
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const shown = box.current;
    if (!shown) return;
    if (isAtEnd.current) shown.scrollTo({ top: shown.scrollHeight });
    const look = () => {
      isAtEnd.current = shown.scrollTop + shown.clientHeight > shown.scrollHeight - 8;
    };
    shown.addEventListener('scroll', look);
    return () => shown.removeEventListener('scroll', look);
  }, [box, lines]);
}

const NOTHING: Record<Step['status'], string> = {
  queued: 'It has not begun.',
  processing: 'It has logged nothing so far.',
  completed: 'It logged nothing.',
  failed: 'It logged nothing.',
  cancelled: 'It logged nothing.',
};
