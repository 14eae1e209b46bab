import { expect, test, vi } from 'vitest';
import { resyncer } from './resync';

test('a snapshot is asked for at most once a second', () => {
  vi.useFakeTimers();
  const ask = vi.fn();
  const resync = resyncer(ask);
  for (let update = 0; update < 5; update += 1) {
    resync();
    vi.advanceTimersByTime(200);
  }
  expect(ask).toHaveBeenCalledTimes(1);
  resync();
  expect(ask).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});
