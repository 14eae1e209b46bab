// What several browser tests do: start jobs and wait for them.
import { expect, type Page } from '@playwright/test';

const csv = (rows: number) =>
  [
    'day,rain,wind',
    ...Array.from({ length: rows }, (_, i) => `2024-01-${(i % 28) + 1},${i % 7},${(i * 3) % 11}`),
  ].join('\n');

export const smallTable = { name: 'small.csv', mimeType: 'text/csv', buffer: Buffer.from(csv(200)) };

export async function runSample(page: Page): Promise<string> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Run on the sample' }).click();
  await page.waitForURL('**/jobs/*');
  return page.url();
}

export async function upload(page: Page, file: { name: string; mimeType: string; buffer: Buffer }) {
  await page.goto('/');
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: 'Start job' }).click();
}

export async function expectCompleted(page: Page) {
  await expect(page.getByRole('progressbar', { name: 'Job', exact: true })).toHaveAttribute(
    'aria-valuenow',
    '100',
    {
      timeout: 90_000,
    },
  );
  await expect(page.getByLabel('Progress', { exact: true })).toContainText('Completed');
  await expect(page.getByRole('region', { name: 'Table of columns' })).toBeVisible();
}

export const charts = (page: Page) => page.getByRole('button', { name: /^Open .* large$/ });

/** Whether the picture inside was really loaded. */
export const isDrawn = (image: Element) => image instanceof HTMLImageElement && image.naturalWidth > 0;
