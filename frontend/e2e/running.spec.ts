// What anybody sees of a job: it runs, and what it made can be looked at and taken along.
import { readFile } from 'node:fs/promises';
import { expect } from '@playwright/test';
import { expectCompleted, expectDrawn, pictures, startJob } from './jobs';
import { expectSmoothMovement, noteMovement } from './movement';
import { test } from './test';

test('bars move, pictures appear, nothing jumps', { tag: '@native' }, async ({ page }) => {
  await noteMovement(page);
  await startJob(page);
  await expectCompleted(page);
  await expect(pictures(page)).toHaveCount(8);
  await expectDrawn(page);
  await expectSmoothMovement(page);
});

test('a picture opens large, leads to the next, closes with Escape, and can be downloaded', async ({
  page,
}) => {
  await startJob(page);
  await expectCompleted(page);
  await pictures(page).first().click();
  const dialog = page.getByRole('dialog');
  const first = await dialog.getByRole('heading').textContent();
  await dialog.getByRole('button', { name: 'Next' }).click();
  await expect(dialog.getByRole('heading')).not.toHaveText(first!);

  const download = page.waitForEvent('download');
  await dialog.getByRole('link', { name: /Download/ }).click();
  expect((await download).suggestedFilename()).toMatch(/\.png$/);

  await page.keyboard.press('ArrowLeft');
  await expect(dialog.getByRole('heading')).toHaveText(first!);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(pictures(page).first()).toBeFocused();
});

test('pictures stand in the order of their steps, whichever was first, by their titles', async ({ page }) => {
  await startJob(page);
  await expectCompleted(page);
  const titles = await page.getByRole('figure').locator('figcaption span').allTextContents();
  expect(titles).toEqual([...Array.from({ length: 6 }, (_, n) => `column ${n}`), 'Rows', 'All']);
  await page.reload();
  await expect(page.getByRole('figure').locator('figcaption span')).toHaveText(titles);
});

test('a text is read where it stands', async ({ page }) => {
  await startJob(page);
  await expectCompleted(page);
  await page.getByText('Preview').click();
  await expect(page.getByText('column 0.png')).toContainText('column 5.png\nRows.png\nAll.png');
});

test('everything that a job made comes as one zip', async ({ page }) => {
  await startJob(page);
  await expectCompleted(page);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download all (zip)' }).click();
  const zip = await readFile(await (await download).path(), 'latin1');
  expect(zip.startsWith('PK')).toBe(true);
  const names = page.getByRole('figure').locator('figcaption span');
  expect(await names.count()).toBeGreaterThan(0);
  const places = (await names.allTextContents()).map((name) => zip.indexOf(`${name}.png`));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(Math.min(...places)).toBeGreaterThan(0);
});

test('a reload in the middle ends with the true state', async ({ page }) => {
  await startJob(page, { seconds: 2 });
  await expect(pictures(page).first()).toBeVisible({ timeout: 60_000 });
  await page.reload();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expectCompleted(page);
});
