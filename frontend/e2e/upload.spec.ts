// A large file comes in chunks: it goes on after a cut and after a reload of the page, and arrives as it was.
import { writeFileSync } from 'node:fs';
import { expect, type Page, type Request } from '@playwright/test';
import { expectCompleted } from './jobs';
import { test } from './test';

const ROWS = 40_000;
const CHUNK = 16 * 1024 * 1024;

/** A table of 40 MB with two columns. */
function largeFile(path: string): string {
  const lines = Array.from({ length: ROWS }, (_, row) => `${row},${'x'.repeat(1000)}`);
  writeFileSync(path, `number,text\n${lines.join('\n')}\n`);
  return path;
}

/** Which chunk a request sends, from 1: to us, or to a bucket. Null for any other request. */
function chunkIn(request: Request): number | null {
  if (request.method() !== 'PUT') return null;
  const part = new URL(request.url()).searchParams.get('partNumber');
  const start = /^bytes (\d+)-/.exec(request.headers()['content-range'] ?? '');
  if (part) return Number(part);
  return start ? Number(start[1]) / CHUNK + 1 : null;
}

async function choose(page: Page, file: string) {
  await page.goto('/?kind=rehearsal');
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByLabel('Seconds').fill('0.1');
  await page.getByRole('button', { name: 'Start job' }).click();
}

test('a large file goes on after a cut and after a reload, and arrives whole', async ({ page }, info) => {
  test.setTimeout(120_000);
  const file = largeFile(info.outputPath('large.csv'));
  const sent: number[] = [];
  let refusing: (chunk: number) => boolean = () => false;
  await page.route('**/*', async (route, request) => {
    const chunk = chunkIn(request);
    if (chunk === null) return route.fallback();
    sent.push(chunk);
    return refusing(chunk) ? route.abort('connectionreset') : route.fallback();
  });

  let cuts = 1;
  refusing = (chunk) => (chunk === 2 && cuts-- > 0) || chunk === 3;
  await choose(page, file);
  await expect.poll(() => sent, { timeout: 60_000 }).toContain(3);
  expect(sent.slice(0, 3)).toEqual([1, 2, 2]);

  await page.goto('/jobs');
  const row = page.getByRole('row').filter({ hasText: 'large.csv' }).first();
  await expect(row).toContainText('Uploading');
  await row.getByRole('link').first().click();
  await expect(page.getByLabel('Progress', { exact: true })).toContainText('33,554,432 of 4');
  await expect(page.getByText('choose the same file again')).toBeVisible();

  refusing = () => false;
  sent.length = 0;
  await choose(page, file);
  await page.waitForURL('**/jobs/*');
  expect(sent).toEqual([3]);
  await expectCompleted(page);
  await expect(
    page
      .getByText(ROWS.toLocaleString('en'), { exact: true })
      .or(page.getByText(String(ROWS), { exact: true }))
      .first(),
  ).toBeVisible();
});

test('an upload that is called off leaves a cancelled job', async ({ page }, info) => {
  const file = largeFile(info.outputPath('called-off.csv'));
  await page.route('**/*', (route, request) =>
    chunkIn(request) ? new Promise<void>(() => undefined) : route.fallback(),
  );
  await choose(page, file);
  const cancel = page.getByRole('button', { name: 'Cancel upload' });
  await cancel.click();
  await expect(cancel).toBeHidden();
  await page.goto('/jobs');
  const row = page.getByRole('row').filter({ hasText: 'called-off.csv' }).first();
  await expect(row).toContainText('Cancelled');
});
