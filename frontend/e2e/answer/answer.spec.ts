// Without a language model the pipeline is there, and says what it needs.
import { expect } from '@playwright/test';
import { test } from '../test';

test('a pipeline that is not configured says what it needs, and can not be chosen', async ({ page }) => {
  await page.goto('/');
  const answer = page.getByRole('radio', { name: /^Answer a message/ });
  await expect(answer).toBeDisabled();
  await expect(page.getByText('Needs a language model: set AI_BASE_URL and AI_MODEL')).toBeVisible();
});
