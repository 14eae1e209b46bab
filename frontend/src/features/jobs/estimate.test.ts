import { expect, test } from 'vitest';
import { type Estimate, leftWords, noEstimate, usualWords, withLook } from './estimate';

/** Look once a second at a job that stands where `progress` says. */
function watch(progress: (second: number) => number, seconds: number): Estimate[] {
  const looks: Estimate[] = [];
  for (let second = 0; second <= seconds; second += 1) {
    looks.push(withLook(looks.at(-1) ?? noEstimate, { at: second * 1000, progress: progress(second) }));
  }
  return looks;
}

const left = (looks: Estimate[]) =>
  looks.map(({ endsAt }, second) => (endsAt === null ? null : endsAt / 1000 - second));

test('nothing is known at first, nor of a job that stands still', () => {
  expect(left(watch((second) => 40 + second, 4))).toEqual([null, null, null, null, null]);
  expect(left(watch(() => 40, 30)).at(-1)).toBeNull();
});

test('a steady job is told right', () => {
  const looks = left(watch((second) => second, 50));
  expect(looks.at(-1)).toBeCloseTo(50);
});

test('bursts do not make it jump', () => {
  const looks = left(watch((second) => Math.floor(second / 8) * 8, 60)).slice(16);
  const jumps = looks.slice(1).map((value, index) => Math.abs(value! - looks[index]!));
  expect(Math.max(...jumps)).toBeLessThan(5);
});

test('a job that stops moving loses its estimate', () => {
  const looks = watch((second) => Math.min(second * 2, 40), 90);
  expect(looks[30]!.endsAt).not.toBeNull();
  expect(looks.at(-1)!.endsAt).toBeNull();
});

test('a job that starts anew is measured anew', () => {
  const looks = watch((second) => (second < 20 ? second * 4 : (second - 20) * 2), 40);
  expect(looks[20]).toEqual({ samples: [{ at: 20_000, progress: 0 }], endsAt: null });
  expect(left(looks).at(-1)).toBeCloseTo(30);
});

test('it is told as coarsely as it is known', () => {
  const words = [null, 0, 4_900, 21_000, 54_000, 56_000, 110_000, 4_000_000].map((endsAt) =>
    leftWords(endsAt, 0),
  );
  expect(words).toEqual([
    'time left not known',
    'a few seconds left',
    'a few seconds left',
    'about 25 s left',
    'about 55 s left',
    'about 1 min left',
    'about 2 min left',
    'about 1 h 07 min left',
  ]);
});

test('while nobody can know, earlier jobs tell how long one usually takes', () => {
  expect(usualWords([], 0)).toBe('time left not known');
  expect(usualWords([3, 100, 12, 14], 12_000)).toBe('usually takes about 12 s');
  expect(usualWords([3, 100, 12, 14], 12_001)).toBe('longer than the usual 12 s');
  expect(usualWords([0.2], 0)).toBe('usually takes about 1 s');
});
