// A file of transactions with a bad line: the line is named, the rest is saved, and positions have every digit.
import { expect } from '@playwright/test';
import { csvFile, expectCompleted, upload } from '../jobs';
import { test } from '../test';

test('transactions are imported, and the line that cannot be is named', async ({ page }) => {
  const own = `東京-${Date.now()}`; // the user keeps what other runs imported
  await upload(
    page,
    csvFile(
      'bought.csv',
      [
        'date,instrument,quantity,price,currency',
        `2024-01-31,${own},3,33333333.000001,JPY`,
        `2024-02-30,${own},1,1,JPY`,
        `2024-02-01,${own},-1,0.1,JPY`,
      ].join('\n'),
    ),
    'import',
  );
  await page.waitForURL('**/jobs/*');
  await expectCompleted(page);
  await expect(page.getByRole('row', { name: /2024-02-30/ })).toContainText('is no date like 2024-01-31');
  const position = page.getByRole('row').filter({ hasText: own }).filter({ hasText: 'JPY' });
  await expect(position.getByText('99999998.900003', { exact: true })).toBeVisible();
  await expect(position.getByText('2', { exact: true })).toBeVisible();
  await expect(page.getByText('Bad lines', { exact: true })).toBeVisible();
});
