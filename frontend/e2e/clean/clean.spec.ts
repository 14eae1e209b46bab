// An untidy table: what was done to it is on the page, and the file that is downloaded is clean.
import { expect } from '@playwright/test';
import { csvFile, expectCompleted, upload } from '../jobs';
import { test } from '../test';

test('a table is cleaned, each change is counted, and the file is clean', async ({ page }) => {
  const untidy = csvFile('untidy.csv', 'city,rain\n Bergen ,1.5\nOslo,n/a\n Bergen ,+1.5\n=1+1,2\n');
  await upload(page, untidy, 'clean');
  await page.waitForURL('**/jobs/*');
  await expectCompleted(page);
  const rows = page.getByRole('row');
  await expect(
    rows.filter({ hasText: 'trim' }).filter({ hasText: 'city' }).filter({ hasText: '2' }).first(),
  ).toBeVisible();
  await expect(rows.filter({ hasText: 'formula' }).filter({ hasText: "'=1+1" })).toBeVisible();
  const link = page.getByRole('listitem').filter({ hasText: 'Cleaned table' }).getByRole('link');
  const file = await page.request.get((await link.getAttribute('href'))!);
  expect((await file.text()).replace('\ufeff', '')).toBe("city,rain\nBergen,1.5\nOslo,\n'=1+1,2\n");
});
