import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { Job } from '../../shared/api/types';
import { jobQuery } from './api';
import { exampleJob } from './exampleJob';
import { JobActions } from './JobActions';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(job: Job) {
  const client = new QueryClient();
  client.setQueryData(jobQuery(job.id).queryKey, job);
  render(
    <QueryClientProvider client={client}>
      <JobActions job={job} onDeleted={() => undefined} />
    </QueryClientProvider>,
  );
  return { held: () => client.getQueryData<Job>(jobQuery(job.id).queryKey) };
}

/** Answer every request with this, once `go` is called. */
function answer(status: number, body: unknown) {
  let go = () => {};
  const ready = new Promise<void>((resolve) => (go = resolve));
  const fetched = vi.fn(() => ready.then(() => new Response(JSON.stringify(body), { status })));
  vi.stubGlobal('fetch', fetched);
  return { go, fetched };
}

const names = () => screen.getAllByRole('button').map((button) => button.textContent);

test.each(['created', 'uploading', 'queued', 'processing'])('a job that is %s can be cancelled', (status) => {
  show(exampleJob({ status }));
  expect(names()).toEqual(['Cancel', 'Delete']);
});

test.each(['failed', 'cancelled'])('a job that is %s can be retried', (status) => {
  show(exampleJob({ status }));
  expect(names()).toEqual(['Retry', 'Delete']);
});

test.each(['completed', 'expired'])('a job that is %s can only be deleted', (status) => {
  show(exampleJob({ status }));
  expect(names()).toEqual(['Delete']);
});

test('a press asks once, and the answer is what is held then', async () => {
  const { go, fetched } = answer(200, exampleJob({ status: 'cancelled', version: 6 }));
  const { held } = show(exampleJob());
  const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Cancel' });
  await userEvent.dblClick(button);
  expect(button.disabled).toBe(true);
  go();
  await vi.waitFor(() => expect(held()?.status).toBe('cancelled'));
  expect(fetched.mock.calls).toMatchObject([[`/api/jobs/${exampleJob().id}/cancel/`, { method: 'POST' }]]);
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
