import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Step } from '../../../shared/api/types';
import { exampleStep, heldJob } from '../exampleJob';
import { MemoryRouter } from 'react-router';
import type { StepFilter } from './filter';
import { StepList } from './StepList';

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(200); // the lane's
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(44); // a row's
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const [, chart] = heldJob().stages;

const ALL: StepFilter = {};

function show(steps: Step[], total = steps.length, completed = 0, filter = ALL) {
  cleanup();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <StepList
        job={{ ...heldJob(), steps, steps_total: total }}
        stage={{ ...chart!, total, completed }}
        steps={steps}
        filter={filter}
        waiting={[]}
        now={0}
      />
    </QueryClientProvider>,
    { wrapper: MemoryRouter },
  );
}

const stepsOf = (count: number, running: number[] = []) =>
  Array.from({ length: count }, (_, id) =>
    exampleStep({ id, label: `column ${id}`, status: running.includes(id) ? 'processing' : 'queued' }),
  );
const labels = () => screen.getAllByRole('listitem').map((row) => row.textContent.split(',')[0]);

test('of ten thousand steps only those in view are in the document, those that run first', () => {
  show(stepsOf(10_000, [4_000, 9_999]));
  expect(labels().length).toBeLessThan(30);
  expect(labels().slice(0, 3)).toEqual(['column 4000', 'column 9999', 'column 0']);
  expect(screen.getAllByRole('listitem')[1]!.getAttribute('aria-posinset')).toBe('2');
  expect(screen.getAllByRole('listitem')[1]!.getAttribute('aria-setsize')).toBe('10000');
});

test('a lane in which all steps are in view keeps them where they are', () => {
  show(stepsOf(4, [2]));
  expect(labels()).toEqual(['column 0', 'column 1', 'column 2', 'column 3']);
});

test('steps beyond those that came with the job are fetched when somebody scrolls to the end', async () => {
  const page = { results: stepsOf(50).slice(30), next: null, previous: null };
  const fetched = vi.fn<(request: Request) => Promise<Response>>(() =>
    Promise.resolve(new Response(JSON.stringify(page))),
  );
  vi.stubGlobal('fetch', fetched);
  show(stepsOf(30), 50);
  expect(fetched).not.toHaveBeenCalled();
  const box = screen.getByRole('list').parentElement!;
  act(() => {
    box.scrollTop = 29 * 44;
    fireEvent.scroll(box);
  });
  expect(screen.getByText('20 more steps')).toBeDefined();
  await vi.waitFor(() => expect(labels()).toContain('column 33'));
  expect(screen.queryByText('20 more steps')).toBeNull();
  expect(fetched.mock.calls.map(([{ url }]) => new URL(url).search)).toEqual(['?stage=chart']);
});

test('while there is more to see, steps that are done with are folded into their number', () => {
  const steps = stepsOf(40).map((step) => ({
    ...step,
    status: step.id < 30 ? ('completed' as const) : step.id === 35 ? ('processing' as const) : step.status,
  }));
  show(steps, 40, 30);
  expect(labels().slice(0, 3)).toEqual(['column 35', 'column 30', 'column 31']);
  expect(screen.getAllByRole('listitem')[0]!.getAttribute('aria-setsize')).toBe('10');
  fireEvent.click(screen.getByRole('button', { name: '30 completed' }));
  expect(labels().slice(0, 3)).toEqual(['column 35', 'column 0', 'column 1']);
});

test('of steps that are looked for, others that don’t fit are left out, and the rest is fetched', async () => {
  const page = { results: [exampleStep({ id: 49, label: 'Column 49b' })], next: null, previous: null };
  const fetched = vi.fn<(request: Request) => Promise<Response>>(() =>
    Promise.resolve(new Response(JSON.stringify(page))),
  );
  vi.stubGlobal('fetch', fetched);
  show(stepsOf(30), 50, 0, { search: 'COLUMN 2', status: 'queued' });
  expect(labels().slice(0, 2)).toEqual(['column 2', 'column 20']);
  show(stepsOf(30), 50, 0, { search: '9B' });
  await vi.waitFor(() => expect(labels()).toContain('Column 49b'));
  expect(new URL(fetched.mock.calls.at(-1)![0].url).search).toBe('?stage=chart&search=9B');
});
