import { expect, test } from 'vitest';
import { setClock, startOfDay } from './clock';
import {
  age,
  bytes,
  clampPercent,
  count,
  duration,
  measure,
  percent,
  secondsUntil,
  wholeSeconds,
  dateTime,
  timeOfDay,
} from './format';

test('100 % means finished, nothing less', () => {
  expect(percent(99.9)).toBe('99 %');
  expect(percent(100)).toBe('100 %');
});

test('progress outside of 0 to 100 is held inside', () => {
  expect([-5, 130, NaN].map(clampPercent)).toEqual([0, 100, 0]);
});

test('sizes have at most three digits', () => {
  expect([0, 999, 1000, 48219, 999_400, 999_600, 2_500_000_000].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '48 kB',
    '999 kB',
    '1.0 MB',
    '2.5 GB',
  ]);
});

test('durations grow coarser', () => {
  expect([-3, 840, 12_900, 185_000, 7_800_000].map(duration)).toEqual([
    '0.0 s',
    '0.8 s',
    '12 s',
    '3 min 05 s',
    '2 h 10 min',
  ]);
});

test('what is counted has whole seconds', () => {
  expect([-3, 8_400, 12_900, 65_000].map(wholeSeconds)).toEqual(['0 s', '8 s', '12 s', '1 min 05 s']);
});

test('ages grow coarser', () => {
  const now = Date.parse('2026-01-03T12:00:00Z');
  const ages = [
    '2026-01-03T11:59:30Z',
    '2026-01-03T11:56:00Z',
    '2026-01-03T09:00:00Z',
    '2026-01-02T11:00:00Z',
  ];
  expect(ages.map((iso) => age(iso, now))).toEqual(['just now', '4 min ago', '3 h ago', 'yesterday']);
});

test('a countdown ends at 0', () => {
  expect([2100, 1, -500].map((ms) => secondsUntil(ms, 0))).toEqual([3, 1, 0]);
});

test('measures are shown digit by digit, and nothing is a dash', () => {
  const values = [16.439082, null, '2012-01-01', 1461, 399_999, -0.1, 0, 3.4e21, 5e-7, 9007199254740993n];
  expect(values.map(measure)).toEqual([
    ...['16.439082', '–', '2012-01-01', '1461', '399,999', '-0.1', '0', '3.4e+21', '5e-7'],
    '9,007,199,254,740,993',
  ]);
});

test('one is singular', () => {
  expect([count(1, 'worker'), count(2, 'process', 'processes')]).toEqual(['1 worker', '2 processes']);
});

test('times are those of the clock that was chosen, and the choice is kept', () => {
  const shown = () => [dateTime('2026-07-01T23:30:00Z'), timeOfDay('2026-07-01T23:30:00Z')].join();
  setClock('utc');
  expect(shown()).toMatch(/Jul 1, 2026, 11:30:00\sPM,11:30:00\sPM/);
  expect(startOfDay('2026-07-01').toISOString()).toBe('2026-07-01T00:00:00.000Z');
  expect(localStorage.getItem('clock')).toBe('utc');
  setClock('local');
  expect(startOfDay('2026-07-01')).toEqual(new Date(2026, 6, 1));
});
