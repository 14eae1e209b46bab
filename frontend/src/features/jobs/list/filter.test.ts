import { expect, test } from 'vitest';
import { exampleJob } from '../exampleJob';
import { asQuery, COMPARE, type Filter, fits, isFiltered, readFilter } from './filter';

const read = (address: string) =>
  JSON.parse(JSON.stringify(readFilter(new URLSearchParams(address)))) as Filter;
const job = exampleJob({ created_at: new Date('2026-01-02T23:30').toISOString() }); // weather.csv, processing

test('what an address holds that is none of the choices is left out', () => {
  expect(read('status=lost&sort=size&since=yesterday&until=2026-13-01&search=+')).toEqual({});
  expect(read('status=failed&sort=name&since=2026-01-02&search=a')).toEqual({
    status: 'failed',
    sort: 'name',
    since: '2026-01-02',
    search: 'a',
  });
});

test('an order alone is no filter', () => {
  expect(isFiltered(read('sort=name'))).toBe(false);
  expect(isFiltered(read('kind=weather'))).toBe(true);
});

test('days begin and end where the person is', () => {
  const { since, until } = asQuery({ since: '2026-01-02', until: '2026-01-02' });
  expect(since).toBe(new Date('2026-01-02T00:00').toISOString());
  expect(until).toBe(new Date('2026-01-03T00:00').toISOString());
});

test.each([
  [{ search: 'WEATHER' }, true],
  [{ search: job.id }, true],
  [{ search: 'letters' }, false],
  [{ status: 'failed' }, false],
  [{ kind: 'weather' }, true],
  [{ since: '2026-01-02', until: '2026-01-02' }, true],
  [{ since: '2026-01-03' }, false],
  [{ until: '2026-01-01' }, false],
] as const)('a job that the socket tells of belongs on the list of %o: %s', (filter, expected) => {
  expect(fits(filter)(job)).toBe(expected);
});

test('jobs are sorted as the server sorts them', () => {
  const a = exampleJob({ id: 'a', source: { name: 'b.csv', size: 1 }, created_at: '2026-01-01T00:00:00Z' });
  const b = exampleJob({ id: 'b', source: { name: 'a.csv', size: 1 }, created_at: '2026-01-01T00:00:00Z' });
  const c = exampleJob({ id: 'c', source: null, created_at: '2026-01-02T00:00:00Z' });
  const sorted = (order: keyof typeof COMPARE) => [a, b, c].sort(COMPARE[order]).map(({ id }) => id);
  expect(sorted('newest')).toEqual(['c', 'b', 'a']);
  expect(sorted('oldest')).toEqual(['a', 'b', 'c']);
  expect(sorted('name')).toEqual(['c', 'b', 'a']);
});
