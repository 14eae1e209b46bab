// The steps of a stage. Only those in view are in the document: a stage may have ten thousand.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Stage, Step, Waiting } from '../../../shared/api/types';
import { count } from '../../../shared/format/format';
import { stepPagesQuery } from '../api';
import { laneOrder } from './laneOrder';
import { type HeldJob, withPages } from '../merge';
import { stepsAhead } from '../situation';
import styles from './StepList.module.css';
import { StepFacts } from './StepFacts';
import { StepRow } from './StepRow';
import { stageTitle } from '../words';

const ROW = 44; // px; as high as a step without trouble
const COLUMN = 164; // px; the least width of a column
const GAP = 16; // px; between two columns, and at both sides
const ROWS_IN_VIEW = 4; // in every lane
const SETTLED = 500; // ms; steps of a stage that just began come by the socket, a moment after their number

type Props = { job: HeldJob; stage: Stage; steps: Step[]; waiting: Waiting[]; now: number };

export function StepList({ job, stage, steps, waiting, now }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const columns = useColumns(box, stage.total);
  const { known, more } = useEveryStep(job, stage, steps);
  const isWholeInView = stage.total <= columns * ROWS_IN_VIEW; // then nothing changes its place
  const ordered = useMemo(() => (isWholeInView ? known : laneOrder(known)), [known, isWholeInView]);
  const ahead = useMemo(() => stepsAhead(stage, known, waiting, now), [stage, known, waiting, now]);
  const missing = stage.total - ordered.length;

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
                aria-setsize={stage.total}
                style={{
                  transform: `translateY(${start}px)`,
                  inlineSize: `calc((100% - ${GAP * (columns - 1)}px) / ${columns})`,
                  insetInlineStart: `calc((100% + ${GAP}px) / ${columns} * ${lane})`,
                }}
              >
                {step ? (
                  <StepRow job={job.id} step={step} ahead={ahead.get(step.id)} told={job.error?.message} />
                ) : (
                  <Missing number={missing} />
                )}
              </li>
            );
          })}
        </ul>
      </div>
      {only && only.status !== 'queued' && <StepFacts step={only} />}
    </>
  );
}

const Missing = ({ number }: { number: number }) => (
  <p className={styles.missing}>{count(number, 'more step')}</p>
);

/** The steps that are held, those of the pages fetched so far, and a way to fetch the next. */
function useEveryStep(job: HeldJob, stage: Stage, steps: Step[]) {
  const pages = useInfiniteQuery({ ...stepPagesQuery(job, stage.name), enabled: false });
  const { data, hasNextPage, isFetching, fetchNextPage } = pages;
  const known = useMemo(() => withPages(steps, data?.pages.map((page) => page.results) ?? []), [steps, data]);
  const more = useCallback(() => {
    if (!isFetching && (!data || hasNextPage)) void fetchNextPage();
  }, [isFetching, data, hasNextPage, fetchNextPage]);
  return { known, more };
}

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
