import { act, cleanup, render as renderAlone, screen } from '@testing-library/react';
import type { ReactElement } from 'react';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, test, vi } from 'vitest';
import { exampleStep } from '../exampleJob';
import { StepRow } from './StepRow';

const render = (row: ReactElement) => renderAlone(row, { wrapper: MemoryRouter });

const error = { code: 'UPSTREAM_ERROR', message: 'data.example.org answered 503.' } as const;
const waiting = exampleStep({ attempt: 2, progress: 40, error });

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

test('a step that waits for its next try says why, which attempt failed, and counts down', () => {
  vi.useFakeTimers({ now: Date.parse('2026-01-02T10:00:00Z') });
  const { container: row } = render(
    <StepRow job="a" step={{ ...waiting, retry_at: '2026-01-02T10:00:12Z' }} />,
  );
  expect(row.textContent).toContain('attempt 2 failed');
  expect(row.textContent).toContain('Next try in 12 s. data.example.org answered 503.');
  act(() => void vi.advanceTimersByTime(3000));
  expect(row.textContent).toContain('Next try in 9 s.');
});

test('a step that failed for good shows its code, its sentence and its bar', () => {
  const { container: row } = render(
    <StepRow job="a" step={{ ...waiting, status: 'failed', retry_at: null }} />,
  );
  expect(row.textContent).toContain('UPSTREAM_ERROR data.example.org answered 503.');
  expect(row.textContent).not.toContain('Next try');
  expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40');
});

test('a cancelled step is not tried again, whatever its time says', () => {
  const { container: row } = render(
    <StepRow job="a" step={{ ...waiting, status: 'cancelled', retry_at: '2026-01-02T10:00:12Z' }} />,
  );
  expect(row.textContent).not.toContain('Next try');
});

test('a step that runs says who has it, and which attempt it is', () => {
  const worker = 'charts_cpu@worker-charts-cpu';
  const { container: row } = render(
    <StepRow
      job="a"
      step={exampleStep({ status: 'processing', attempt: 2, progress: 40, worker })}
      ahead={3}
    />,
  );
  expect(row.textContent).toContain('attempt 2 40 %');
  expect(row.textContent).toContain('on worker-charts-cpu');
  expect(row.textContent).not.toContain('ahead');
});

test('a step that waits says how many are ahead, and names no worker', () => {
  const step = exampleStep({ worker: 'charts_cpu@lost' });
  const { container: row, rerender } = render(<StepRow job="a" step={step} ahead={12} />);
  expect(row.textContent).toContain('12 ahead');
  expect(row.textContent).not.toContain('lost');
  rerender(<StepRow job="a" step={step} ahead={0} />);
  expect(row.textContent).toContain('next');
  rerender(<StepRow job="a" step={step} />);
  expect(row.textContent).toContain('queued');
});
