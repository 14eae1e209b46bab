// The first thing that anybody does: run the sample, and watch.
import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { charts, expectCompleted, isDrawn, runSample } from './jobs';
import { test } from './test';

/** Note every value of the job's bar and every shift of the layout, inside the page. */
async function watch(page: Page) {
  await page.addInitScript(() => {
    const seen = { progress: [] as number[], charts: [] as number[], shifts: [] as string[] };
    Object.assign(window, { seen });
    const note = (list: number[], value: number) => list.at(-1) !== value && list.push(value);
    new MutationObserver(() => {
      const bar = document.querySelector('[role=progressbar][aria-label=Job]');
      if (bar) note(seen.progress, Number(bar.getAttribute('aria-valuenow')));
      note(seen.charts, document.querySelectorAll('figure').length);
    }).observe(document, { subtree: true, childList: true, attributes: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
        sources: { node?: Node }[];
      })[]) {
        const nodes = entry.sources.map(({ node }) => (node as Element | undefined)?.className ?? '?');
        if (!entry.hadRecentInput && entry.value > 0.01)
          seen.shifts.push(`${entry.value}: ${nodes.join(', ')}`);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

type Seen = { progress: number[]; charts: number[]; shifts: string[] };

test('one click runs the sample, bars move, charts appear, nothing jumps', async ({ page }) => {
  await watch(page);
  await runSample(page);
  await expectCompleted(page);

  await expect(page.getByRole('heading', { name: '6 columns, 1,461 rows' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Summary' }).locator('..')).not.toContainText(
    'It is written when',
  );
  expect(await charts(page).count()).toBeGreaterThanOrEqual(8);
  for (const chart of await charts(page).all()) {
    await chart.scrollIntoViewIfNeeded();
    await expect.poll(() => chart.locator('img').evaluate(isDrawn)).toBe(true);
  }

  const seen = await page.evaluate(() => (window as unknown as { seen: Seen }).seen);
  expect(seen.progress, 'progress never runs backwards').toEqual([...seen.progress].sort((a, b) => a - b));
  expect(seen.progress.filter((value) => value > 0 && value < 100).length, 'the bar moved').toBeGreaterThan(
    2,
  );
  expect(seen.charts.filter((count) => count > 0).length, 'charts came one after another').toBeGreaterThan(2);
  expect(seen.shifts).toEqual([]);
});

test('a chart opens large, leads to the next, closes with Escape, and can be downloaded', async ({
  page,
}) => {
  await runSample(page);
  await expectCompleted(page);
  await charts(page).first().click();
  const dialog = page.getByRole('dialog');
  const first = await dialog.getByRole('heading').textContent();
  await dialog.getByRole('button', { name: 'Next' }).click();
  await expect(dialog.getByRole('heading')).not.toHaveText(first!);

  const download = page.waitForEvent('download');
  await dialog.getByRole('link', { name: /Download/ }).click();
  expect((await download).suggestedFilename()).toMatch(/\.png$/);

  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('everything that a job made comes as one zip', async ({ page }) => {
  await runSample(page);
  await expectCompleted(page);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download all (zip)' }).click();
  const zip = await readFile(await (await download).path(), 'latin1');
  expect(zip.startsWith('PK')).toBe(true);
  const names = page.getByRole('figure').locator('figcaption span');
  expect(await names.count()).toBeGreaterThan(0);
  for (const name of await names.allTextContents()) expect(zip).toContain(name); // in the zip's table of contents
});

test('a reload in the middle ends with the true state', async ({ page }) => {
  await runSample(page);
  await expect(charts(page).first()).toBeVisible({ timeout: 60_000 });
  await page.reload();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expectCompleted(page);
});
