// People who stand in a table twice: the page shows which, and their golden record.
import { expect } from '@playwright/test';
import { csvFile, expectCompleted } from '../jobs';
import { test } from '../test';

test('rows that mean the same become one, by the rules that were asked for', async ({ page }) => {
  const people = [
    'name,city,born',
    'Anna Lindqvist,Bergen,1970-05-06',
    'Bo Åkesson,Oslo,1981-01-02',
    'ANNA LINDKVIST,,1970-05-06',
  ];
  await page.goto('/?kind=master');
  await page.locator('input[type=file]').setInputFiles(csvFile('people.csv', people.join('\n')));
  await page.getByLabel('Other rules').fill('name=best');
  await page.getByRole('button', { name: 'Start job' }).click();
  await expect(page.getByText("'name=best' is no rule")).toBeVisible();
  await page.getByLabel('Other rules').fill('name=last');
  await page.getByRole('button', { name: 'Start job' }).click();
  await page.waitForURL('**/jobs/*');
  await expectCompleted(page);
  const record = page.getByRole('row', { name: /ANNA LINDKVIST/ });
  await expect(record).toContainText('Bergen');
  await expect(page.getByText('Golden records', { exact: true })).toBeVisible();
});
