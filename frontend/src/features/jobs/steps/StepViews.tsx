// Timeline and history: loaded when somebody asks for them.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { Attempt } from '../../../shared/api/types';
import { hasEnded, type HeldJob } from '../merge';
import { allAttemptsQuery } from './api';
import { fits, type StepFilter } from './filter';
import { History } from './History';
import styles from './StepViews.module.css';
import { groupBy } from './order';
import { Timeline } from './Timeline';
import { useSteps } from './useSteps';
import type { View } from './views';

const MOST_PAGES = 10; // of attempts: of more than 2,000 nobody reads all

type Props = { job: HeldJob; view: Exclude<View, 'lanes'>; filter: StepFilter; now: number };

export default function StepViews({ job, view, filter, now }: Props) {
  const choice = useMemo(() => ({ wanted: filter, isShown: fits(filter) }), [filter]);
  const { known, more } = useSteps(job, job.steps, choice);
  const kept = useAttempts(job);
  const Shown = view === 'timeline' ? Timeline : History;
  return (
    <div className={styles.view}>
      <Shown job={job} steps={known} kept={kept} now={now} more={more} />
    </div>
  );
}

function useAttempts(job: HeldJob): Map<number, Attempt[]> {
  const { data, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery(
    allAttemptsQuery(job.id, hasEnded(job)),
  );
  const pages = data?.pages;
  useEffect(() => {
    if (hasNextPage && !isFetching && (pages?.length ?? 0) < MOST_PAGES) void fetchNextPage();
  }, [hasNextPage, isFetching, pages, fetchNextPage]);
  return useMemo(() => groupBy(pages?.flatMap((page) => page.results) ?? [], ({ step }) => step), [pages]);
}
