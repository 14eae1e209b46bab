// The steps of a job that are shown: those that are held, those of the pages fetched so far, and a way to the next page.
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Step } from '../../../shared/api/types';
import { type HeldJob, withPages } from '../merge';
import { stepPagesQuery } from './api';
import type { StepFilter } from './filter';

type Choice = {
  /** What the server is asked for. */
  wanted: StepFilter & { stage?: string };
  isShown: (step: Step) => boolean;
};

/** `held`: the steps that the job has here, of a stage or of all. The choice must keep its identity. */
export function useSteps(job: HeldJob, held: Step[], { wanted, isShown }: Choice) {
  const pages = useInfiniteQuery({ ...stepPagesQuery(job, wanted), enabled: false });
  const { data, hasNextPage, isFetching, fetchNextPage } = pages;
  const known = useMemo(
    () => withPages(held, data?.pages.map((page) => page.results) ?? []).filter(isShown),
    [held, data, isShown],
  );
  const hasMore = job.steps.length < job.steps_total && (!data || hasNextPage);
  const more = useCallback(() => {
    if (hasMore && !isFetching) void fetchNextPage();
  }, [hasMore, isFetching, fetchNextPage]);
  return { known, hasMore, more };
}
