// What several browser tests do: start jobs and wait for them. They run `rehearsal`, the tests' own pipeline.
import { expect, type Page } from '@playwright/test';

type File = { name: string; mimeType: string; buffer: Buffer };

export const csvFile = (name: string, content: string): File => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(content),
});

export const table = (name: string, columns: number, rows: number) => {
  const lines = Array.from({ length: rows + 1 }, (_, row) =>
    Array.from({ length: columns }, (_, column) => (row ? row * column : `column ${column}`)).join(','),
  );
  return csvFile(name, lines.join('\n'));
};

export const smallTable = table('small.csv', 3, 200); // 7 steps
const largerTable = table('larger.csv', 6, 1_461); // 10 steps

/** Start a job of ten steps, two at a time. Eight of them take so many seconds each. */
export async function startJob(page: Page, { seconds = 0.5, file = largerTable } = {}) {
  await chooseFile(page, file);
  await page.getByLabel('Seconds').fill(String(seconds));
  await page.getByRole('button', { name: 'Start job' }).click();
  await page.waitForURL('**/jobs/*');
}

export async function upload(page: Page, file: File, kind = 'rehearsal') {
  await chooseFile(page, file, kind);
  await page.getByRole('button', { name: 'Start job' }).click();
}

export async function chooseFile(page: Page, file: File, kind = 'rehearsal') {
  await page.goto(`/?kind=${kind}`);
  await page.locator('input[type=file]').setInputFiles(file);
}

/** Start a job that fails: one of its steps does at its first attempt, and not at its second. */
export async function startBreakingJob(page: Page) {
  await upload(page, csvFile('breaks.csv', 'fine,breaks once\n1,2\n'));
  await page.waitForURL('**/jobs/*');
  await expect(page.getByLabel('Progress', { exact: true })).toContainText('Failed', { timeout: 60_000 });
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
}

export const pictures = (page: Page) => page.getByRole('button', { name: /^Open .* large$/ });

/** Every picture of the job is really loaded. */
export async function expectDrawn(page: Page) {
  for (const picture of await pictures(page).all()) {
    await picture.scrollIntoViewIfNeeded();
    await expect
      .poll(() =>
        picture
          .locator('img')
          .evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth > 0),
      )
      .toBe(true);
  }
}
