// The steps of a stage. Only those in view are in the document: a stage may have ten thousand.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Stage, Step, Waiting } from '../../../shared/api/types';
import { count } from '../../../shared/format/format';
import { fits, isFiltering, type StepFilter } from './filter';
import { laneOrder } from './order';
import type { HeldJob } from '../merge';
import { stepsAhead } from '../situation';
import styles from './StepList.module.css';
import { StepFacts } from './StepFacts';
import { StepRow } from './StepRow';
import { stageTitle } from '../words';
import { useSteps } from './useSteps';

const ROW = 44; // px; as high as a step without trouble
const COLUMN = 164; // px; the least width of a column
const GAP = 16; // px; between two columns, and at both sides
const ROWS_IN_VIEW = 4; // in every lane
const SETTLED = 500; // ms; steps of a stage that just began come by the socket, a moment after their number

type Props = {
  job: HeldJob;
  stage: Stage;
  steps: Step[];
  filter: StepFilter;
  waiting: Waiting[];
  now: number;
};

export function StepList({ job, stage, steps, filter, waiting, now }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const columns = useColumns(box, stage.total);
  const isWholeInView = stage.total <= columns * ROWS_IN_VIEW; // then nothing changes its place
  const folds = !isWholeInView && !isFiltering(filter) && hasBothKinds(stage);
  const [isUnfolded, setUnfolded] = useState(false);
  const hidesEnded = folds && !isUnfolded;
  const choice = useMemo(
    () =>
      hidesEnded
        ? { wanted: { stage: stage.name, status: 'queued' as const }, isShown: isOpen }
        : { wanted: { stage: stage.name, ...filter }, isShown: fits(filter) },
    [hidesEnded, stage.name, filter],
  );
  const { known, hasMore, more } = useSteps(job, steps, choice);
  const ordered = useMemo(() => (isWholeInView ? known : laneOrder(known)), [known, isWholeInView]);
  const ahead = useMemo(() => stepsAhead(stage, known, waiting, now), [stage, known, waiting, now]);
  const total = hidesEnded ? stage.total - endedWell(stage) : stage.total;
  const missing = hasMore ? Math.max(0, total - ordered.length) : 0;

  const rows = useVirtualizer({
    count: ordered.length + (missing > 0 ? 1 : 0),
    lanes: columns,
    getScrollElement: () => box.current,
    getItemKey: useCallback((index: number) => ordered[index]?.id ?? 'missing', [ordered]),
    estimateSize: () => ROW,
    overscan: 2 * columns,
    initialRect: { width: COLUMN, height: ROWS_IN_VIEW * ROW },
  });
  const shown = rows.getVirtualItems();
  const isEndInView = missing > 0 && shown.at(-1)?.index === ordered.length;
  useEffect(() => {
    if (!isEndInView) return;
    const timer = setTimeout(more, SETTLED);
    return () => clearTimeout(timer);
  }, [isEndInView, more]);

  const [only] = stage.total === 1 ? ordered : [];
  return (
    <>
      <div ref={box} className={styles.box} tabIndex={0} data-single={only !== undefined}>
        <ul
          className={styles.steps}
          aria-label={`Steps of ${stageTitle(stage.name)}`}
          style={{ blockSize: rows.getTotalSize() }}
        >
          {shown.map(({ key, index, start, lane }) => {
            const step = ordered[index];
            return (
              <li
                key={key}
                ref={rows.measureElement}
                data-index={index}
                aria-posinset={index + 1}
                aria-setsize={ordered.length + missing}
                style={{
                  transform: `translateY(${start}px)`,
                  inlineSize: `calc((100% - ${GAP * (columns - 1)}px) / ${columns})`,
                  insetInlineStart: `calc((100% + ${GAP}px) / ${columns} * ${lane})`,
                }}
              >
                {step ? (
                  <StepRow job={job.id} step={step} ahead={ahead.get(step.id)} told={job.error?.message} />
                ) : (
                  <Missing number={missing} isKnown={!isFiltering(filter)} />
                )}
              </li>
            );
          })}
        </ul>
      </div>
      {folds && (
        <button
          type="button"
          className={styles.fold}
          aria-expanded={isUnfolded}
          onClick={() => setUnfolded(!isUnfolded)}
        >
          {endedWords(stage)}
        </button>
      )}
      {only && only.status !== 'queued' && <StepFacts step={only} />}
    </>
  );
}

/** Of those that are searched nobody knows how many there are. */
const Missing = ({ number, isKnown }: { number: number; isKnown: boolean }) => (
  <p className={styles.missing}>{isKnown ? count(number, 'more step') : 'Looking for more …'}</p>
);

function endedWords({ completed, cancelled }: Stage): string {
  const words = [completed && `${completed.toLocaleString('en')} completed`];
  words.push(cancelled && `${cancelled.toLocaleString('en')} cancelled`);
  return words.filter(Boolean).join(', ');
}

const endedWell = ({ completed, cancelled }: Stage) => completed + cancelled;

/** Whether a stage has steps that are done with, and others of which there is more to see. */
const hasBothKinds = (stage: Stage) => endedWell(stage) > 0 && endedWell(stage) < stage.total;

const isOpen = ({ status }: Step) => status !== 'completed' && status !== 'cancelled';

/** As many columns as there is room for, but not more than there are steps. */
function useColumns(box: RefObject<HTMLElement | null>, steps: number): number {
  const [fitting, setFitting] = useState(1);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setFitting(Math.max(1, Math.floor((element.clientWidth - GAP) / (COLUMN + GAP))));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [box]);
  return Math.max(1, Math.min(fitting, steps));
}
