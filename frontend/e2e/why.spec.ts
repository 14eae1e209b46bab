// Why a job isn't further: its queue, how many are ahead of it, who has its steps.
import { expect } from '@playwright/test';
import { startJob } from './jobs';
import { test } from './test';

test('a job behind others says how many are ahead, then who has its steps, then how it ended', async ({
  page,
}) => {
  test.slow(); // five jobs, one after the other
  for (let job = 0; job < 5; job += 1) await startJob(page, { seconds: 2 });
  const head = page.getByLabel('Progress', { exact: true });
  await expect(head).toContainText(/8 steps wait in charts_cpu: \d+ steps? of other jobs ahead/);
  await expect(head).toContainText(/usual|time left not known/); // nobody can know yet, so no time left is said
  const steps = page.getByRole('list', { name: 'Steps of Draw' });
  await expect(steps).toContainText(/\d+ ahead/);
  const lane = page.getByRole('listitem').filter({ has: steps });
  await expect(lane.getByRole('term').filter({ hasText: 'Ahead' })).toBeVisible();

  await expect(head).toContainText(/(runs on charts_cpu@|steps run in charts_cpu)/, { timeout: 60_000 });
  await expect(steps.getByTitle(/^charts_cpu@/).first()).toBeVisible();
  await expect(head).toContainText('10 steps completed', { timeout: 60_000 });
  await expect(lane.getByRole('term').filter({ hasText: 'Ahead' })).toBeHidden();
});
