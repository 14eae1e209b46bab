// The list of jobs: what is looked for, in which order, and several at once.
import { expect, type Page } from '@playwright/test';
import { expectCompleted, startJob, table } from './jobs';
import { test } from './test';

const rows = (page: Page) => page.getByRole('row').filter({ has: page.getByRole('rowheader') });

async function runTwice(page: Page, name: string) {
  await startJob(page, { seconds: 0, file: table(name, 2, 3) });
  await expectCompleted(page);
  const first = page.url();
  await page.getByRole('button', { name: 'Run again' }).click();
  await page.waitForURL((url) => url.href !== first);
  await expectCompleted(page);
}

test('runs of one source have numbers, are found from each other, and by name and day', async ({ page }) => {
  const name = `runs-${Date.now()}.csv`;
  await runTwice(page, name);
  await page.getByRole('link', { name: '#2 of this source' }).click();
  await expect(page.getByRole('heading', { level: 1, name: `Runs of ${name}` })).toBeVisible();
  await expect(rows(page)).toContainText(['#2', '#1']);

  await page.goto('/jobs');
  await page.getByLabel('Search the jobs').fill(name.slice(0, -4).toUpperCase());
  await expect(rows(page)).toHaveCount(2);
  await expect(page.getByLabel('Status')).toContainText('completed (2)');
  await page.getByLabel('Order').selectOption('oldest first');
  await expect(rows(page)).toContainText(['#1', '#2']);
  await page.getByLabel('Status').selectOption('failed');
  await expect(page.getByText('No job matches')).toBeVisible();
  await page.getByRole('link', { name: 'Show all', exact: true }).click();
  await page.getByLabel('To', { exact: true }).fill('2001-01-01');
  await expect(page.getByText('No job matches')).toBeVisible();
});

test('several jobs are deleted together, and those that can’t be cancelled are left as they are', async ({
  page,
}) => {
  const name = `several-${Date.now()}.csv`;
  await runTwice(page, name);
  await page.goto(`/jobs?search=${name}`);
  await expect(rows(page)).toHaveCount(2);
  await page.getByLabel(`Select ${name} #1`).check();
  await expect(page.getByText('1 selected')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('0 cancelled.')).toBeVisible();
  await expect(page.getByText('1 job left as it is')).toBeVisible();
  await page.getByLabel('Select all that are shown').check();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 2 jobs' }).click();
  await expect(page.getByText('No job matches')).toBeVisible();
});

test('a pipeline tells how long its last jobs took, and a job that begins how long one usually takes', async ({
  page,
}) => {
  await runTwice(page, 'pace.csv');
  await page.goto('/jobs?kind=rehearsal');
  await expect(
    page.getByText(/^The last \d+ completed jobs of rehearsal took .* to .*, half of them at most/),
  ).toBeVisible();
  await startJob(page, { seconds: 3 });
  await expect(page.getByText(/^usually takes about \d+ /)).toBeVisible();
});
