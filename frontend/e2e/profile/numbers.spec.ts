// What the page says of a table, compared with what is computed here, at values where rounding shows.
import { expect, type Page } from '@playwright/test';
import { csvFile, expectCompleted, pictures, upload } from '../jobs';
import { test } from '../test';

const ROWS = 60;
const FIRST_ID = 9007199254740993n; // 2^53 + 1: no double has it
const ids = Array.from({ length: ROWS }, (_, row) => FIRST_ID + BigInt(row) * 2n);
const prices = Array.from({ length: ROWS }, (_, row) => 100_499 + ((row * 7919) % 299_501));
const rooms = Array.from({ length: ROWS }, (_, row) => (row % 4) + 1);
const cities = Array.from({ length: ROWS }, (_, row) => (row % 3 ? 'القاهرة' : '東京'));

const table = csvFile(
  'awkward.csv',
  ['id,price,rooms,المدينة']
    .concat(ids.map((id, row) => `${id},${prices[row]},${rooms[row]}.0,${cities[row]}`))
    .join('\n'),
);

const digits = new Intl.NumberFormat('en', { useGrouping: 'min2', maximumFractionDigits: 20 });

/** The cells of a column's row from Missing on. */
const cells = async (page: Page, name: string) =>
  (
    await page
      .getByRole('row', { name: new RegExp(`^${name}`) })
      .getByRole('cell')
      .allTextContents()
  ).slice(2);

function median(values: number[]): number {
  const ordered = [...values].sort((a, b) => a - b);
  return (ordered[ROWS / 2 - 1]! + ordered[ROWS / 2]!) / 2;
}

test('numbers are exact, names keep their script, and percentages their place', async ({ page }) => {
  await upload(page, table, 'profile');
  await page.waitForURL('**/jobs/*');
  await expectCompleted(page);

  const [, , lowest, middle, , highest] = await cells(page, 'id');
  expect([lowest, highest]).toEqual([digits.format(ids[0]!), digits.format(ids[ROWS - 1]!)]);
  expect(middle).toBe(digits.format((ids[ROWS / 2 - 1]! + ids[ROWS / 2]!) / 2n));

  const mean = prices.reduce((sum, price) => sum + price, 0) / ROWS;
  const price = await cells(page, 'price');
  expect(price.slice(2, 6)).toEqual(
    [Math.min(...prices), median(prices), Math.round(mean * 10) / 10, Math.max(...prices)].map((value) =>
      digits.format(value),
    ),
  );
  expect((await cells(page, 'rooms')).slice(0, 4)).toEqual(['0', '4', '1', '2.5']);
  await expect(
    page
      .getByRole('row', { name: /^rooms/ })
      .getByRole('cell')
      .first(),
  ).toHaveText('integer');

  await expect(pictures(page)).toHaveCount(6);
  const titles = await page.getByRole('figure').locator('figcaption span').allTextContents();
  expect(titles).toEqual(['id', 'price', 'rooms', 'المدينة', 'Correlations', 'Duplicate rows']);

  const summary = page.getByRole('heading', { name: 'Summary' }).locator('..');
  await expect(summary).toContainText(digits.format(Math.max(...prices)));
  await expect(summary).toContainText('\u2068القاهرة\u2069 (66.7%)');

  await page.getByRole('button', { name: 'rooms', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'rooms' });
  await dialog.getByText('As a table').click();
  const counted = await dialog.getByRole('row').allTextContents();
  await expect(dialog).toContainText('Half2.5');
  expect(counted).toEqual([1, 2, 3, 4].map((value) => `${value}${ROWS / 4} rows`));

  await page.keyboard.press('Escape');
  const files = page.getByRole('listitem').filter({ hasText: 'Statistics (CSV)' });
  const download = page.waitForEvent('download');
  await files.getByRole('link', { name: 'Download' }).click();
  const stream = await (await download).createReadStream();
  const text = (await stream.toArray()).map(String).join('');
  expect(text).toContain(`id,integer,0,${ROWS},${ids[0]},${ids[ROWS - 1]},`);
});
