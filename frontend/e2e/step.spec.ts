// One step at its own address: its log, its attempts, what it was given, and once more.
import { expect, type Page } from '@playwright/test';
import { expectCompleted, startBreakingJob } from './jobs';
import { signIn } from './pages';
import { addUser } from './stack';
import { test } from './test';

const drawer = (page: Page) => page.getByRole('dialog');

test('a step has an address, tells what it logged and was given, and runs once more', async ({ page }) => {
  await startBreakingJob(page);
  const link = page.getByRole('link', { name: /^breaks once/ });
  await link.click();
  await expect(page).toHaveURL(/\/jobs\/[^/]+\/steps\/\d+$/);
  await page.reload();
  await expect(drawer(page)).toContainText('INTERNAL_ERROR');
  await expect(drawer(page).getByRole('list', { name: 'Lines of the log' })).toContainText(
    'Drew breaks once',
  );

  await drawer(page).getByLabel('Search the log').fill('no such line');
  await expect(drawer(page)).toContainText('0 of 1 line');
  await drawer(page).getByLabel('Search the log').fill('DREW');
  await expect(drawer(page)).toContainText('1 of 1 line');

  await drawer(page).getByText('Input', { exact: true }).click();
  await expect(drawer(page)).toContainText('"colour": 1');
  await expect(drawer(page).getByText('Traceback', { exact: true })).toBeHidden(); // for operators

  await drawer(page).getByRole('button', { name: 'Run this step again' }).click();
  await expect(drawer(page)).toContainText('Completed', { timeout: 60_000 });
  const attempts = drawer(page).getByRole('region', { name: 'Attempts' }).getByRole('listitem');
  await expect(attempts).toContainText(['Failed', 'Completed']);
  await drawer(page).getByText('Result', { exact: true }).click();
  await expect(drawer(page)).toContainText('"name": "breaks once.png"');

  await page.keyboard.press('Escape');
  await expect(drawer(page)).toBeHidden();
  await expect(page).toHaveURL(/\/jobs\/[^/]+$/);
  await expectCompleted(page);
});

test('Escape gives the focus back to the step that was opened', async ({ page }) => {
  await startBreakingJob(page);
  const link = page.getByRole('link', { name: /^breaks once/ });
  await link.focus();
  await page.keyboard.press('Enter');
  await expect(drawer(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(link).toBeFocused();
});

test('an operator reads the traceback', async ({ page, browser }) => {
  const theirs = await browser.newPage();
  await startBreakingJob(theirs);
  await theirs.getByRole('link', { name: /^breaks once/ }).click();
  await expect(drawer(theirs)).toContainText('INTERNAL_ERROR');
  const address = new URL(theirs.url()).pathname;
  await theirs.close();

  addUser('operator', { isStaff: true });
  await signIn(page, 'operator');
  await page.goto(address);
  await drawer(page).getByText('Traceback', { exact: true }).click();
  await expect(drawer(page)).toContainText('RuntimeError: The pencil broke.');
});

test('a step that there is not is said to be missing', async ({ page }) => {
  await startBreakingJob(page);
  await page.goto(`${new URL(page.url()).pathname}/steps/999999999`);
  await expect(drawer(page)).toContainText('There is nothing at this address');
});
