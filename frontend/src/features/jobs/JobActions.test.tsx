import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, test, vi } from 'vitest';
import type { Job } from '../../shared/api/types';
import { jobQuery } from './api';
import { exampleJob, heldJob } from './exampleJob';
import { JobActions } from './JobActions';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(job: Job, isMine = true) {
  const onAgain = vi.fn();
  const client = new QueryClient();
  client.setQueryData(jobQuery(job.id).queryKey, heldJob(job));
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter>
        <JobActions job={job} isMine={isMine} mayChange onAgain={onAgain} onDeleted={() => undefined} />
      </MemoryRouter>
    </QueryClientProvider>,
  );
  return { onAgain, held: () => client.getQueryData<Job>(jobQuery(job.id).queryKey) };
}

/** Answer every request with this, once `go` is called. */
function answer(status: number, body: unknown) {
  let go = () => {};
  const ready = new Promise<void>((resolve) => (go = resolve));
  const fetched = vi.fn<(request: Request) => Promise<Response>>(() =>
    ready.then(() => new Response(JSON.stringify(body), { status })),
  );
  vi.stubGlobal('fetch', fetched);
  const asked = () => fetched.mock.calls.map(([{ method, url }]) => `${method} ${new URL(url).pathname}`);
  return { go, fetched, asked };
}

const names = () => screen.getAllByRole('button').map((button) => button.textContent);

test.each(['queued', 'processing'] as const)('a job that is %s can be cancelled', (status) => {
  show(exampleJob({ status }));
  expect(names()).toEqual(['Cancel', 'Delete']);
});

test.each(['failed', 'cancelled'] as const)('a job that is %s can be retried', (status) => {
  show(exampleJob({ status }));
  expect(names()).toEqual(['Run again', 'Retry', 'Delete']);
});

test('a job that is completed can be run again or deleted', () => {
  show(exampleJob({ status: 'completed' }));
  expect(names()).toEqual(['Run again', 'Delete']);
});

test('what can only fail again asks for another file first, and keeps the options', () => {
  const error = { code: 'INVALID_INPUT', message: 'There is no table in it.' } as const;
  const { id } = exampleJob();
  show(exampleJob({ status: 'failed', error }));
  expect(names()).toEqual(['Retry', 'Delete']);
  const link = screen.getByRole('link', { name: 'Choose another file' });
  expect(link.getAttribute('href')).toBe(`/?kind=weather&from=${id}`);
  expect(link.dataset.look).toBe('primary');
});

test('a press asks once, and the answer is what is held then', async () => {
  const { go, asked } = answer(200, exampleJob({ status: 'cancelled', version: 99 }));
  const { held } = show(exampleJob());
  const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Cancel' });
  await userEvent.dblClick(button);
  expect(button.disabled).toBe(true);
  go();
  await vi.waitFor(() => expect(held()?.status).toBe('cancelled'));
  expect(asked()).toEqual([`POST /api/jobs/${exampleJob().id}/cancel/`]);
});

test('an answer that is older than the news of the socket is dropped', async () => {
  const { go } = answer(200, exampleJob({ status: 'queued', version: 6 }));
  const { held } = show(exampleJob({ status: 'processing', version: 8 }));
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  go();
  await vi.waitFor(() =>
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Cancel' }).disabled).toBe(false),
  );
  expect(held()).toMatchObject({ status: 'processing', version: 8 });
});

test('a refusal is said in words, and another try is possible', async () => {
  const { go } = answer(409, { error: { code: 'CONFLICT', message: 'This job is completed.' } });
  show(exampleJob({ status: 'failed' }));
  await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
  go();
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toBe('The job was not retriedThis job is completed.');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Retry' }).disabled).toBe(false);
});

test('running again asks once, and leads to the new job', async () => {
  const { go, asked } = answer(201, exampleJob({ id: 'new' }));
  const { onAgain, held } = show(exampleJob({ status: 'completed' }));
  await userEvent.dblClick(screen.getByRole('button', { name: 'Run again' }));
  go();
  await vi.waitFor(() => expect(onAgain.mock.calls[0]?.[0]).toMatchObject({ id: 'new' }));
  expect(asked()).toEqual([`POST /api/jobs/${exampleJob().id}/again/`]);
  expect(held()?.status).toBe('completed');
});

test('the second half of a double click on what stood there before starts nothing', async () => {
  const { fetched } = answer(201, exampleJob({ id: 'new' }));
  show(exampleJob({ status: 'completed' }));
  fireEvent.click(screen.getByRole('button', { name: 'Run again' }), { detail: 2 });
  await new Promise((resolve) => setTimeout(resolve)); // a mutation starts with the next task
  expect(fetched).not.toHaveBeenCalled();
});

test('a job whose file is gone says why it can’t be run again', async () => {
  const { go } = answer(409, { error: { code: 'CONFLICT', message: 'The file of this job is gone.' } });
  show(exampleJob({ status: 'completed' }));
  await userEvent.click(screen.getByRole('button', { name: 'Run again' }));
  go();
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toBe('The job was not run againThe file of this job is gone.');
});

test('an operator retries the job of somebody else, and neither deletes nor repeats it', () => {
  show(exampleJob({ status: 'failed' }), false);
  expect(names()).toEqual(['Retry']);
});
