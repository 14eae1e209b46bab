// A job's steps in the three ways to look at them, and those that somebody looks for.
import { expect } from '@playwright/test';
import { startBreakingJob, startJob, table } from './jobs';
import { test } from './test';

test('the timeline shows each attempt, and opens a step beside it', async ({ page }) => {
  await startBreakingJob(page);
  await page.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByLabel('Progress', { exact: true })).toContainText('Completed', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Timeline' }).click();
  const rows = page.getByRole('list', { name: 'Steps over time' }).getByRole('listitem');
  await expect(rows).toHaveCount(6);
  const row = rows.filter({ hasText: 'breaks once' });
  await expect(row).toContainText(/failed after .*, waited .*, completed after/);
  await row.getByRole('link').click();
  await expect(page.getByRole('dialog')).toContainText('Attempts');
  await page.keyboard.press('Escape');
  await expect(rows).toHaveCount(6); // the view stays
});

test('the history names every attempt, the newest first', async ({ page }) => {
  await startBreakingJob(page);
  await page.getByRole('button', { name: 'History' }).click();
  const lines = page.getByRole('list', { name: 'What happened' }).getByRole('listitem');
  await expect(lines.first()).toContainText('The job failed');
  await expect(lines.last()).toContainText('The job was asked for');
  await expect(lines.filter({ hasText: 'breaks once failed after' })).toHaveCount(1);
});

test('steps are found by their name and status in every view, also from their address', async ({ page }) => {
  await startJob(page, { seconds: 0, file: table('many.csv', 30, 2) });
  const lane = page.getByRole('list', { name: 'Steps of Draw' }).getByRole('listitem');
  await page.getByLabel('Search the steps').fill('COLUMN 2');
  await expect(lane).toHaveCount(11); // 2, and 20 to 29
  await page.reload();
  await expect(lane).toHaveCount(11);
  await lane.getByRole('link').first().click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(lane).toHaveCount(11); // a step that was opened beside leaves them as they were
  await page.getByRole('button', { name: 'Timeline' }).click();
  const rows = page.getByRole('list', { name: 'Steps over time' }).getByRole('listitem');
  await expect(rows).toHaveCount(11);
  await page.getByLabel('Steps of this status').selectOption('failed');
  await expect(rows).toHaveCount(0);
});

test('while a large stage runs, what runs stands first, and what is done is a number', async ({ page }) => {
  await startJob(page, { seconds: 0.3, file: table('many.csv', 40, 2) });
  const fold = page.getByRole('button', { name: /^\d+ completed$/ });
  await expect(fold).toBeVisible({ timeout: 30_000 });
  const lane = page.getByRole('list', { name: 'Steps of Draw' }).getByRole('listitem');
  await expect(lane.filter({ hasText: ', completed' })).toHaveCount(0);
  await expect(lane.first()).toContainText(', processing');
  await fold.click();
  await expect(lane.filter({ hasText: ', completed' }).first()).toBeVisible();
});
