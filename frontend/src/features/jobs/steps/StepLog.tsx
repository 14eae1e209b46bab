// What a step logs and prints, live: the last lines of all its attempts.
import { useQuery } from '@tanstack/react-query';
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { LogLine, Step } from '../../../shared/api/types';
import { count, timeOfDay } from '../../../shared/format/format';
import { Button } from '../../../shared/ui/Button';
import { CopyButton } from '../../../shared/ui/CopyButton';
import { Loading } from '../../../shared/ui/Loading';
import { stepLogQuery } from './api';
import styles from './StepLog.module.css';

type Props = { job: string; step: Step };

export function StepLog({ job, step }: Props) {
  const query = useQuery(stepLogQuery(job, step));
  const [text, setText] = useState('');
  const lines = query.data?.lines;
  const found = (lines ?? []).filter((line) => line.text.toLowerCase().includes(text.toLowerCase()));
  return (
    <section aria-label="Log">
      <header className={styles.head}>
        <h3>Log</h3>
        {lines && lines.length > 0 && (
          <>
            <input
              type="search"
              aria-label="Search the log"
              placeholder="Search"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <span className={styles.found} role="status">
              {text ? `${found.length} of ${count(lines.length, 'line')}` : count(lines.length, 'line')}
            </span>
            <CopyButton what="the log" text={() => asText(found)} />
          </>
        )}
      </header>
      {!lines && <Loading query={query} what="The log" />}
      {lines && lines.length === 0 && <p className={styles.none}>{NOTHING[step.status]}</p>}
      {found.length > 0 && <Lines lines={found} attempts={step.attempt} />}
    </section>
  );
}

const asText = (lines: LogLine[]) =>
  lines.map(({ time, level, text }) => `${time} ${level} ${text}`).join('\n');

function Lines({ lines, attempts }: { lines: LogLine[]; attempts: number }) {
  const box = useRef<HTMLOListElement>(null);
  const { isFollowing, follow } = useFollow(box, lines);
  return (
    <div className={styles.box}>
      <ol ref={box} className={styles.lines} tabIndex={0} aria-label="Lines of the log">
        {lines.map((line, index) => (
          <li key={index} data-level={line.level}>
            {line.attempt !== lines[index - 1]?.attempt && attempts > 1 && (
              <strong className={styles.attempt}>attempt {line.attempt}</strong>
            )}
            <time dateTime={line.time}>{timeOfDay(line.time)}</time>
            <span className={styles.text} dir="auto">
              {line.text}
            </span>
          </li>
        ))}
      </ol>
      {!isFollowing && (
        <span className={styles.newest}>
          <Button onClick={follow}>Newest lines</Button>
        </span>
      )}
    </div>
  );
}

/** Keep the newest line in view, unless somebody has scrolled up to read. */
function useFollow(box: RefObject<HTMLElement | null>, lines: LogLine[]) {
  const [isFollowing, setFollowing] = useState(true);
  const scroll = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  useLayoutEffect(() => {
    const shown = box.current;
    if (!shown) return;
    if (isFollowing) shown.scrollTo({ top: shown.scrollHeight });
    const look = () => setFollowing(shown.scrollTop + shown.clientHeight > shown.scrollHeight - 8);
    shown.addEventListener('scroll', look);
    return () => shown.removeEventListener('scroll', look);
  }, [box, lines, isFollowing]);
  return { isFollowing, follow: scroll };
}

const NOTHING: Record<Step['status'], string> = {
  queued: 'It has not begun.',
  processing: 'It has logged nothing so far.',
  completed: 'It logged nothing.',
  failed: 'It logged nothing.',
  cancelled: 'It logged nothing.',
};
