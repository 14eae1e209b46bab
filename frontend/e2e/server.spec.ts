// Parts of the stack go away while pages look: the server in the middle of a job, a queue's only worker.
import { expect, type Page } from '@playwright/test';
import type { Job } from '../src/shared/api/types';
import { pictures, expectCompleted, startJob } from './jobs';
import { addUser, killWeb, onCompose, startWeb, startWorker, stopWorker, webLog } from './stack';
import { Tabs } from './tabs';
import { test } from './test';

test.skip(!onCompose, 'the services are stopped and started through Compose');

test.setTimeout(300_000); // ms; services start while others are busy

test.afterEach(async () => {
  await startWeb();
  await startWorker('ai');
});

const live = (page: Page) => page.getByText('Live', { exact: true });
const reconnecting = (page: Page) => page.getByText(/^Reconnecting/);

/** Note every value of the job's bar, inside the page; a reload would begin anew. */
const noteProgress = (page: Page) =>
  page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const value = document
        .querySelector('[role=progressbar][aria-label=Job]')
        ?.getAttribute('aria-valuenow');
      if (value && Number(value) !== seen.at(-1)) seen.push(Number(value));
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });

const notedProgress = (page: Page) => page.evaluate(() => (window as unknown as { seen: number[] }).seen);

test('the server is killed while a job runs, and the page ends with the true state', async ({ page }) => {
  await stopWorker('ai'); // so that the job can't have ended when the server goes
  await startJob(page);
  await noteProgress(page);
  await expect(pictures(page).first()).toBeVisible({ timeout: 60_000 });
  await killWeb();
  await expect(reconnecting(page)).toBeVisible();
  await startWorker('ai'); // the rest of the job happens while nobody can tell the page
  expect(Math.max(...(await notedProgress(page)))).toBeLessThan(100);
  await startWeb();
  await expect(live(page)).toBeVisible({ timeout: 60_000 });
  await expectCompleted(page);

  const response = await page.request.get(`/api/jobs/${page.url().split('/').at(-1)}/`);
  const job = (await response.json()) as Job;
  expect(job.status).toBe('completed');
  await expect(pictures(page)).toHaveCount(job.artifacts_total - 1); // the other is a text
  const progress = await notedProgress(page);
  expect(progress.at(-1)).toBe(100);
  expect(progress, 'progress never runs backwards').toEqual([...progress].sort((a, b) => a - b));
});

test('a queue whose worker is stopped says so, and a job waits there until it is back', async ({
  page,
  context,
}) => {
  await stopWorker('ai');
  await page.goto('/queues');
  const card = page.getByRole('region', { name: 'ai', exact: true });
  await expect(card).toContainText('No worker listens to ai');
  await expect(card).toContainText('docker compose up -d worker-ai');

  const other = await context.newPage();
  await startJob(other);
  await expect(other.getByText('No worker listens to ai').first()).toBeVisible({ timeout: 90_000 });
  await expect(other.getByText('docker compose up -d worker-ai').first()).toBeVisible();
  await startWorker('ai');
  await expectCompleted(other);
  await expect(other.getByText('No worker listens')).toHaveCount(0);
  await expect(card).not.toContainText('No worker');
});

test('two hundred tabs come back to a restarted server without a storm', async ({
  page,
  context,
  baseURL,
}) => {
  const USERS = 5; // each may have 50 sockets
  const TABS = 200;
  await startJob(page);
  await expectCompleted(page);
  const pages = [page];
  for (const path of [page.url(), page.url(), '/jobs', '/jobs']) {
    pages.push(await context.newPage());
    await pages.at(-1)!.goto(path);
  }
  for (const each of pages) await expect(live(each)).toBeVisible();
  const tabs = new Tabs(baseURL!);
  try {
    for (let user = 0; user < USERS; user += 1) tabs.open(TABS / USERS, addUser(`tabs-${user}`));
    await expect.poll(() => tabs.live, { timeout: 120_000 }).toBe(TABS);
    const requests = pages.map(countRequests);
    const begun = new Date();
    await killWeb();
    for (const each of pages) await expect(reconnecting(each)).toBeVisible();
    await startWeb();
    await expect.poll(() => tabs.live, { timeout: 120_000 }).toBe(TABS);
    for (const each of pages) await expect(live(each)).toBeVisible({ timeout: 60_000 });

    const arrived = arrivals(await webLog(begun));
    console.log(`${TABS} tabs and ${pages.length} pages came back. What the server saw, each second:`);
    console.table(arrived);
    const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
    const each = Object.values(arrived);
    const handshakes = each.map((second) => second.handshakes);
    expect(Math.max(...requests.map((count) => count())), 'requests of a page').toBeLessThanOrEqual(2);
    expect(sum(each.map((second) => second.requests))).toBeLessThanOrEqual(2 * pages.length);
    expect(sum(handshakes), 'everybody came back').toBeGreaterThanOrEqual(TABS + pages.length);
    expect(sum(handshakes), 'nobody knocks again and again').toBeLessThan(2 * (TABS + pages.length));
  } finally {
    tabs.close();
  }
});

/** Count the page's requests to the API from now on. */
function countRequests(page: Page): () => number {
  let count = 0;
  page.on('request', (request) => (count += Number(new URL(request.url()).pathname.startsWith('/api/'))));
  return () => count;
}

/** Count the lines of the server's access log by second. Docker's own health checks don't count. */
function arrivals(log: string[]): Record<string, { requests: number; handshakes: number }> {
  const counts: Record<string, { requests: number; handshakes: number }> = {};
  for (const line of log) {
    const [, second, method, path] = /\[\S+?:(\S+)\] "(\w+) (\S+)"/.exec(line) ?? [];
    if (!second || method === 'WSCONNECT' || method === 'WSDISCONNECT' || path === '/readyz') continue;
    counts[second] ??= { requests: 0, handshakes: 0 };
    counts[second][method === 'WSCONNECTING' ? 'handshakes' : 'requests'] += 1;
  }
  return counts;
}
