// What an operator sees: the jobs of all users, and what failed.
import { expect } from '@playwright/test';
import { pages, signIn } from './pages';
import { addUser } from './stack';
import { test } from './test';

test('an operator sees the failed job of another user, opens it, and retries all of its kind', async ({
  page,
  browser,
}) => {
  const theirs = await browser.newPage();
  await pages['job-failed']!(theirs);
  const address = new URL(theirs.url()).pathname;

  addUser('operator', { isStaff: true });
  await signIn(page, 'operator');
  await page.goto('/operations');
  const row = page.getByRole('row', { name: 'header-only.csv' }).first();
  await expect(row).toContainText('demo');
  await row.getByRole('link').click();
  await page.goto(address);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Retry' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Delete' })).toBeHidden();

  await page.goto('/operations');
  await page.getByRole('button', { name: /^Retry \d+ jobs? of rehearsal with INVALID_INPUT/ }).click();
  await expect(page.getByText(/jobs? queued again/)).toBeVisible();
  await theirs.close();
});

test('nobody else finds the page, or the job of another', async ({ page }) => {
  await page.goto('/operations');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Operations' })).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Failures' })).toBeHidden();
});
