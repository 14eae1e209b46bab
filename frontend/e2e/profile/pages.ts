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
};
