// Every page for everybody, and from the keyboard.
import { expect } from '@playwright/test';
import { testAccessibility } from './accessibility';
import { chooseFile, smallTable } from './jobs';
import { pages } from './pages';
import { test } from './test';

testAccessibility(pages);

test('a job is started from the keyboard alone', async ({ page }) => {
  await chooseFile(page, smallTable);
  const button = page.getByRole('button', { name: 'Start job' });
  for (let presses = 0; presses < 30; presses += 1) {
    if (await button.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.waitForURL('**/jobs/*');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
});
