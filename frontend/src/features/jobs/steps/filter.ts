// Which steps of a job are shown. The choice stands in the address, so it can be kept and sent.
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { stepStatusValues } from '../../../shared/api/schema';
import type { Step, StepStatus } from '../../../shared/api/types';

/** `search`: a text in the label. */
export type StepFilter = { status?: StepStatus; search?: string };

export const fits = ({ status, search }: StepFilter) => {
  const text = search?.toLowerCase() ?? '';
  return (step: Step) => (!status || step.status === status) && step.label.toLowerCase().includes(text);
};

export const isFiltering = ({ status, search }: StepFilter) => Boolean(status ?? search);

export function useStepFilter(): StepFilter {
  const [address] = useSearchParams();
  const status = stepStatusValues.find((known) => known === address.get('status'));
  const search = address.get('search') ?? undefined;
  return useMemo(() => ({ status, search }), [status, search]);
}
