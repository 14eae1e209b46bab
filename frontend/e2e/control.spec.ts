// What people do to a job that runs, and what they see while one of its steps waits for another try.
import { expect, type Page } from '@playwright/test';
import type { Job } from '../src/shared/api/types';
import { pictures, expectCompleted, startJob, smallTable, upload } from './jobs';
import { test } from './test';

const head = (page: Page) => page.getByLabel('Progress', { exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function jobOf(page: Page): Promise<Job> {
  const response = await page.request.get(`/api/jobs/${page.url().split('/').at(-1)}/`);
  return (await response.json()) as Job;
}

test('a running job is cancelled, says so, and completes when it is retried', async ({ page }) => {
  await startJob(page, { seconds: 3 });
  await expect(page.getByRole('figure').first()).toBeVisible({ timeout: 60_000 });
  await button(page, 'Cancel').click();
  await expect(head(page)).toContainText('Cancelled');
  await expect(button(page, 'Cancel')).toBeHidden();
  const cancelled = await jobOf(page);
  expect(cancelled.status).toBe('cancelled');

  await page.reload();
  await expect(head(page)).toContainText('Cancelled');
  await button(page, 'Retry').click();
  await expect(head(page)).not.toContainText('Cancelled');
  await expect(button(page, 'Cancel')).toBeVisible();
  await expectCompleted(page);
  await expect(button(page, 'Retry')).toBeHidden();
  await expect(button(page, 'Cancel')).toBeHidden();

  const finished = await jobOf(page);
  const names = finished.artifacts.map(({ name }) => name);
  expect(new Set(names).size, 'no picture is there twice').toBe(names.length);
  for (const step of cancelled.steps.filter(({ status }) => status === 'completed')) {
    expect(finished.steps).toContainEqual(step); // what had completed was not run again
  }
});

test('a double click on Cancel does not retry the job', async ({ page }) => {
  await startJob(page, { seconds: 3 });
  const requests: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && requests.push(request.url()));
  await button(page, 'Cancel').click();
  await expect(button(page, 'Retry')).toBeVisible(); // it stands where Cancel stood, and the mouse still is
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await page.waitForTimeout(1_000);
  await expect(head(page)).toContainText('Cancelled');
  expect(requests).toEqual([expect.stringMatching(/\/cancel\/$/)]);
  await page.mouse.down();
  await page.mouse.up();
  await expect(head(page)).not.toContainText('Cancelled'); // a click of its own does
});

test('a job is run again as a new one, with the same file', async ({ page }) => {
  await upload(page, smallTable);
  await page.waitForURL('**/jobs/*');
  await expectCompleted(page);
  const first = page.url();
  await button(page, 'Run again').click();
  await expect(page).not.toHaveURL(first);
  await expect(page.getByRole('heading', { level: 1, name: 'small.csv' })).toBeVisible();
  await expectCompleted(page);
  await page.goto(first);
  await expectCompleted(page); // the one before is still there
});

test('without a network it is said at once that Cancel did not reach anybody', async ({ page, context }) => {
  await startJob(page, { seconds: 3 });
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await context.setOffline(true);
  await button(page, 'Cancel').click();
  await expect(page.getByRole('alert')).toContainText('This computer has no network', { timeout: 3_000 });
  await expect(button(page, 'Cancel')).toBeEnabled({ timeout: 1_000 });
  await context.setOffline(false);
  await button(page, 'Cancel').click();
  await expect(head(page)).toContainText('Cancelled');
});

test('who looks elsewhere is told when the job is done', async ({ page, context }) => {
  await context.grantPermissions(['notifications']);
  await page.addInitScript(() => {
    const told: string[] = [];
    class Told {
      static permission = 'granted';
      constructor(title: string) {
        told.push(title);
      }
    }
    Object.assign(window, { Notification: Told, told });
    Object.defineProperty(document, 'hidden', { get: () => true });
  });
  await upload(page, smallTable);
  await page.waitForURL('**/jobs/*');
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { told: string[] }).told), { timeout: 60_000 })
    .toEqual(['small.csv: completed']);
});

test('a refusal is said kindly, and the page shows the true state', async ({ page }) => {
  await page.routeWebSocket(/\/ws\/jobs\//, () => undefined); // no news, so the page does not know of the end
  await startJob(page);
  await expect.poll(async () => (await jobOf(page)).status, { timeout: 90_000 }).toBe('completed');
  await button(page, 'Cancel').click();
  await expect(page.getByRole('alert')).toContainText('The job was not cancelled');
  await expect(page.getByRole('alert')).toContainText('This job is completed');
  await expect(head(page)).toContainText('Completed');
  await expect(button(page, 'Cancel')).toBeHidden();
});

test('a step that waits says why and for how long, and moves nothing', async ({ page }) => {
  await startJob(page);
  await expectCompleted(page);
  const job = await jobOf(page);

  let tell: (news: Job) => void = () => undefined;
  await page.routeWebSocket(/\/ws\/jobs\//, (socket) => {
    tell = (news) => socket.send(JSON.stringify({ type: 'job.updated', since: job.version, job: news }));
  });
  await page.reload();
  await expect(pictures(page).first()).toBeVisible();
  const first = job.steps.find(({ stage }) => stage === 'draw')!;
  const row = page.getByRole('list', { name: 'Steps of Draw' }).getByRole('listitem').first();
  const places = () =>
    page
      .getByRole('list', { name: /^Steps of/ })
      .getByRole('listitem')
      .evaluateAll((rows) => rows.map((each) => each.getBoundingClientRect().toJSON() as unknown));
  const before = await places();

  const news = (version: number, changes: Partial<Job['steps'][number]>): Job => ({
    ...job,
    status: 'processing',
    version: job.version + version,
    finished_at: null,
    steps: job.steps.map((step) => (step === first ? { ...step, finished_at: null, ...changes } : step)),
  });
  const error = {
    code: 'UPSTREAM_ERROR',
    message: 'data.example.org answered 503: it is overloaded.',
  } as const;
  const retry_at = new Date(Date.now() + 4_500).toISOString();
  tell(news(1, { status: 'queued', attempt: 2, progress: 40, error, retry_at }));
  await expect(row).toContainText('attempt 2 failed');
  await expect(row).toContainText(error.message);
  await expect(row).toContainText(/Next try in \d s\./);
  expect(await places()).toEqual(before);
  await expect(row).toContainText('Next try as soon as a worker is free');
  expect(await places()).toEqual(before);

  tell(news(2, { status: 'processing', attempt: 3, progress: 10, error: null, retry_at: null }));
  await expect(row).toContainText('attempt 3 10 %');
  await expect(row).not.toContainText('Next try');
  expect(await places()).toEqual(before);
});
