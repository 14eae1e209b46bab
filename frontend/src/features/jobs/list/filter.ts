// Which jobs the list shows, and in which order. The choice stands in the address, so it can be kept and sent.
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { jobStatusValues } from '../../../shared/api/schema';
import type { JobStatus, JobSummary } from '../../../shared/api/types';
import { startOfDay } from '../../../shared/format/clock';

export const ORDERS = { newest: 'newest first', oldest: 'oldest first', name: 'by name' };
type Order = keyof typeof ORDERS;

/** `since` and `until`: days, both included. `same_as`: the id of a job, for the runs of its source. */
export type Filter = {
  status?: JobStatus;
  kind?: string;
  search?: string;
  since?: string;
  until?: string;
  same_as?: string;
  sort?: Order;
};

export function useJobFilter(): Filter {
  const [address] = useSearchParams();
  return useMemo(() => readFilter(address), [address]);
}

export function readFilter(address: URLSearchParams): Filter {
  const text = (name: string) => address.get(name)?.trim() || undefined;
  const day = (name: string) => (isDay(text(name)) ? text(name) : undefined);
  const sort = text('sort');
  return {
    status: jobStatusValues.find((known) => known === address.get('status')),
    kind: text('kind'),
    search: text('search'),
    since: day('since'),
    until: day('until'),
    same_as: text('same_as'),
    sort: sort && Object.hasOwn(ORDERS, sort) ? (sort as Order) : undefined,
  };
}

const isDay = (text: string | undefined) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !isNaN(Date.parse(text ?? ''));

export const isFiltered = (filter: Filter) => Object.values({ ...filter, sort: undefined }).some(Boolean);

/** The filter as the API takes it: days as the moments at which they begin here. */
export function asQuery({ since, until, ...filter }: Filter) {
  return {
    ...filter,
    since: since && startOfDay(since).toISOString(),
    until: until && dayAfter(until).toISOString(),
  };
}

function dayAfter(day: string): Date {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return startOfDay(new Date(Date.UTC(year, month - 1, date + 1)).toISOString().slice(0, 10));
}

/** Whether a job that the socket told of belongs on the list. Whose source is the same, only the server knows. */
export function fits(filter: Filter): (job: JobSummary) => boolean {
  const { status, kind, search, since, until } = asQuery(filter);
  const text = search?.toLowerCase();
  return (job) =>
    (!status || job.status === status) &&
    (!kind || job.kind === kind) &&
    (!text || (job.source?.name ?? job.kind).toLowerCase().includes(text) || job.id === text) &&
    (!since || Date.parse(job.created_at) >= Date.parse(since)) &&
    (!until || Date.parse(job.created_at) < Date.parse(until));
}

type Compare = (a: JobSummary, b: JobSummary) => number;

const newestFirst: Compare = (a, b) =>
  Date.parse(b.created_at) - Date.parse(a.created_at) || (a.id < b.id ? 1 : -1);

export const COMPARE: Record<Order, Compare> = {
  newest: newestFirst,
  oldest: (a, b) => newestFirst(b, a),
  name: (a, b) => compareText(a.source?.name ?? '', b.source?.name ?? '') || newestFirst(a, b),
};

const compareText = (a: string, b: string) => a.localeCompare(b);
