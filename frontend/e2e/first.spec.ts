// The first screen: what can be started is in view, and what happens now is seen at a glance.
import { expect } from '@playwright/test';
import { startJob } from './jobs';
import { test } from './test';

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]) {
  test(`a job can be started without scrolling at ${viewport.width} × ${viewport.height}`, async ({
    page,
  }) => {
    await page.setViewportSize(viewport);
    await page.goto('/');
    await expect(page.getByRole('button', { name: 'Start job' })).toBeInViewport({ ratio: 1 });
  });
}

test('the queues and the jobs that run are seen at a glance', async ({ page }) => {
  await startJob(page, { seconds: 4 });
  await page.getByRole('link', { name: 'New job' }).click();
  const queues = page.getByRole('list', { name: 'Queues' }).getByRole('listitem');
  await expect(queues.filter({ hasText: 'charts_cpu' })).toContainText(/[12] of 2 busy/);
  await page.getByRole('list', { name: 'Jobs that run' }).getByRole('link', { name: 'larger.csv' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'larger.csv' })).toBeVisible();
});
