// What every page has: keys, the clock, and an icon that tells how a job does.
import { expect } from '@playwright/test';
import { expectCompleted, startJob } from './jobs';
import { test } from './test';

test('keys lead to the pages, to the search, and to their own list', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Start job' }).waitFor();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('j');
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
  await page.keyboard.press('/');
  const search = page.getByLabel('Search the jobs');
  await expect(search).toBeFocused();
  await page.keyboard.type('gq?/');
  await expect(search).toHaveValue('gq?/');
});

test('the icon of the tab changes with the status of its job', async ({ page }) => {
  const icon = page.locator('link[rel=icon]');
  await startJob(page, { seconds: 0 });
  await expectCompleted(page);
  await expect(icon).toHaveAttribute('href', /^data:image\/svg\+xml,.*0b6b3f/);
  await page.getByRole('link', { name: 'Queues' }).click();
  await expect(icon).toHaveAttribute('href', /favicon\.svg$/);
});

test.describe('in a time zone of its own', () => {
  test.use({ timezoneId: 'Asia/Kolkata' });

  test('times are shown in UTC by a switch that is remembered', async ({ page }) => {
    await startJob(page, { seconds: 0 });
    const asked = page.getByText('Asked for').locator('..');
    const minutes = async () => {
      const [, hour, minute, half] = /(\d+):(\d+):\d+\s([AP]M)/.exec((await asked.textContent())!)!;
      return ((Number(hour) % 12) + (half === 'PM' ? 12 : 0)) * 60 + Number(minute);
    };
    await expect(page.getByText('Times in Asia/Calcutta')).toBeVisible();
    const there = await minutes();
    await page.getByRole('button', { name: 'Show UTC' }).click();
    await expect(page.getByText('Times in UTC')).toBeVisible();
    expect((there - (await minutes()) + 1440) % 1440).toBe(330);
    await page.reload();
    await expect(page.getByText('Times in UTC')).toBeVisible();
    await page.getByRole('button', { name: 'Show local time' }).click();
    await expect(page.getByText('Times in Asia/Calcutta')).toBeVisible();
  });
});

test('a page of which a module could not be loaded is loaded again by itself', async ({ page }) => {
  let broken = 0;
  await page.route(/\/(src\/app\/App\.tsx|assets\/index-.*\.js)/, (route) =>
    (broken += 1) === 1 ? route.abort('internetdisconnected') : route.fallback(),
  );
  await page.goto('/jobs');
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
  expect(broken).toBeGreaterThan(1);
});
