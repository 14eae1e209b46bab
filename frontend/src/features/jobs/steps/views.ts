// The ways to look at a job's steps.
import type { Attempt, Step } from '../../../shared/api/types';
import type { HeldJob } from '../merge';

export const VIEWS = { lanes: 'Stages', timeline: 'Timeline', history: 'History' };
export type View = keyof typeof VIEWS;

export const isView = (name: string | null): name is View => name !== null && Object.hasOwn(VIEWS, name);

/** What timeline and history show: the steps known so far, and the attempts that were kept, by their step. */
export type ViewProps = {
  job: HeldJob;
  steps: Step[];
  kept: Map<number, Attempt[]>;
  now: number;
  more: () => void;
};
