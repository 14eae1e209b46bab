// The pages that `profile` has a part in.
import type { Page } from '@playwright/test';
import { expectCompleted } from '../jobs';
import type { Pages } from '../pages';

export async function runSample(page: Page) {
  await page.goto('/?kind=profile');
  await page.getByRole('button', { name: 'Run on the sample' }).click();
  await page.waitForURL('**/jobs/*');
}

export const pages: Pages = {
  'profile-new': async (page) => {
    await page.goto('/?kind=profile');
    await page.getByRole('button', { name: 'Run on the sample' }).waitFor();
    await page.getByRole('region', { name: 'Four years of weather' }).getByRole('img').first().waitFor();
    await page.waitForLoadState('networkidle');
  },
  'profile-completed': async (page) => {
    await runSample(page);
    await expectCompleted(page);
    await page.getByRole('region', { name: 'Table of columns' }).waitFor();
  },
  'profile-column': async (page) => {
    await runSample(page);
    await expectCompleted(page);
    await page.getByRole('button', { name: 'temp_max', exact: true }).click();
    await page.getByRole('img', { name: 'How the values of temp_max are distributed' }).waitFor();
    await page.locator('.recharts-bar-rectangle').first().waitFor();
  },
};
