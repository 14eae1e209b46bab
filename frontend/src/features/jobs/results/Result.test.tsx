import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Job } from '../../../shared/api/types';
import { exampleJob, exampleStep } from '../exampleJob';
import { Result } from './Result';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(changes: Partial<Job>, text = '') {
  const fetched = vi.fn(() => Promise.resolve(new Response(text)));
  vi.stubGlobal('fetch', fetched);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Result job={exampleJob({ status: 'completed', ...changes })} />
    </QueryClientProvider>,
  );
  return fetched;
}

test('a result is shown digit by digit as the server has it, and whole as JSON', async () => {
  const exact = '{"id": 12345678901234567, "share": 2.0, "city": "القاهرة", "found": false}';
  show({ result: JSON.parse(exact) as unknown }, exact);
  expect((await screen.findByText('12345678901234567')).closest('div')!.textContent).toBe(
    'id12345678901234567',
  );
  expect(screen.getByText('2.0')).toBeDefined();
  expect(screen.getByText('القاهرة').tagName).toBe('BDI');
  expect(screen.getByText('no')).toBeDefined();
  expect(screen.getByText(exact).tagName).toBe('PRE');
});

test('while a result is written, what there is of it is shown', () => {
  const steps = [exampleStep({ id: 1 }), exampleStep({ id: 2, draft: 'Once upon' })];
  show({ status: 'processing', result: null, steps });
  expect(screen.getByText('Once upon').getAttribute('aria-busy')).toBe('true');
});

test('a list of objects is a table, of at most 200 rows', async () => {
  const rows = Array.from({ length: 250 }, (_, row) => ({ row, name: row % 2 ? 'odd' : null }));
  show({ result: { rows } }, JSON.stringify({ rows }));
  const table = await screen.findByRole('table');
  expect(
    within(table)
      .getAllByRole('columnheader')
      .map((cell) => cell.textContent),
  ).toEqual(['row', 'name']);
  expect(within(table).getAllByRole('row')).toHaveLength(201);
  expect(screen.getByText('50 more entries in the JSON')).toBeDefined();
});

test('what lies deep is folded', async () => {
  const result = { a: { b: { c: [1, 2] } } };
  show({ result }, JSON.stringify(result));
  expect((await screen.findAllByText('1 entry'))[0]!.tagName).toBe('SUMMARY');
});

test('a sentence is shown as it is, and a falsy result is one', async () => {
  const fetched = show({ result: '<b>Hello</b>, Ada!' });
  expect(screen.getByText('<b>Hello</b>, Ada!').tagName).toBe('BDI');
  expect(fetched).not.toHaveBeenCalled();
  cleanup();
  show({ result: 0 }, '0');
  expect(await screen.findByText('0')).toBeDefined();
});

test('a large result is a link, and none is said', () => {
  show({ result: null, result_url: '/api/jobs/1/result/' });
  expect(screen.getByRole('link').getAttribute('href')).toBe('/api/jobs/1/result/');
  cleanup();
  show({ result: null, result_url: null });
  expect(screen.getByText('This job has none.')).toBeDefined();
});
