// The first thing that anybody does: run the sample, and watch.
import { expect } from '@playwright/test';
import { expectCompleted, expectDrawn, pictures, smallTable, upload } from '../jobs';
import { expectSmoothMovement, noteMovement } from '../movement';
import { test } from '../test';
import { runSample } from './pages';

test('one click runs the sample, and its charts come live', { tag: '@native' }, async ({ page }) => {
  await noteMovement(page);
  await runSample(page);
  await expectCompleted(page);
  await expect(page.getByRole('heading', { name: '6 columns, 1,461 rows' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Table of columns' })).toBeVisible();
  const summary = page.getByRole('heading', { name: 'Summary' }).locator('..');
  await expect(summary).not.toContainText('It is there when');
  await expect(pictures(page)).toHaveCount(9); // one per column, correlations, over time, duplicate rows
  await expectDrawn(page);
  await expectSmoothMovement(page);
});

test('an own table is profiled', async ({ page }) => {
  await upload(page, smallTable, 'profile');
  await page.waitForURL('**/jobs/*');
  await expect(page.getByRole('heading', { level: 1, name: 'small.csv' })).toBeVisible();
  await expectCompleted(page);
  await expect(page.getByRole('heading', { name: '3 columns, 200 rows' })).toBeVisible();
});
