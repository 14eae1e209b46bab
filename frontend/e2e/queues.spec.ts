// The queues, with their workers and without.
import { expect } from '@playwright/test';
import { test } from './test';

type Queue = { name: string; workers: number };

test('every queue shows its promise and its worker', async ({ page }) => {
  await page.goto('/queues');
  for (const name of ['ingestion_io', 'charts_cpu', 'ai', 'default']) {
    const card = page.getByRole('region', { name });
    await expect(card).toContainText('Waiting');
    await expect(card).toContainText(/ended in the last 15 min/);
    await expect(card).not.toContainText('No worker');
  }
  await expect(page.getByRole('link', { name: /Flower/ })).toHaveAttribute('href', /:\d+|flower/);
});

test('a queue without a worker says so, with the command that starts one', async ({ page }) => {
  await page.route('**/api/queues/', async (route) => {
    const response = await route.fetch();
    const queues = (await response.json()) as Queue[];
    await route.fulfill({
      response,
      json: queues.map((queue) => (queue.name === 'ai' ? { ...queue, workers: 0 } : queue)),
    });
  });
  await page.goto('/queues');
  const card = page.getByRole('region', { name: 'ai' });
  await expect(card).toContainText('No worker listens to ai');
  await expect(card).toContainText('docker compose up -d worker-ai');
  await expect(card).toContainText('scripts/worker ai');
});
