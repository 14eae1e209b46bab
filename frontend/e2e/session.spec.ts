// Signing out and in.
import { expect } from '@playwright/test';
import { pages } from './pages';
import { onCompose, webLog } from './stack';
import { test } from './test';

test('a browser is signed in as the demo user, can sign out, stays out, and signs in again', async ({
  page,
}) => {
  await page.goto('/jobs');
  await expect(page.getByText('Signed in as demo')).toBeVisible();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();

  await page.getByLabel('User name').fill('demo');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).toBeVisible();

  await page.getByLabel('Password').fill('demo');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
});

test('a page that was signed out in another tab asks to sign in', async ({ page, context }) => {
  await page.goto('/queues');
  await expect(page.getByRole('heading', { level: 1, name: 'Queues' })).toBeVisible();
  const other = await context.newPage();
  await other.goto('/');
  await other.getByRole('button', { name: 'Sign out' }).click();
  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.getByRole('button', { name: 'Sign in as demo' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Queues' })).toBeVisible();
});

test('somebody makes an account, forgets its password, sets another by mail, and changes that one', async ({
  page,
}) => {
  test.skip(!onCompose, 'the mail is read in the log of the service web');
  const name = `ada-${Date.now()}`;
  const asked = new Date();
  await pages['sign-up']!(page);
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('E-mail').fill(`${name}@example.org`);
  await page.getByLabel('Password').fill('1234567');
  await page.getByRole('button', { name: 'Make the account' }).click();
  await expect(page.getByRole('alert')).toContainText('too short');
  await page.getByLabel('Password').fill('difference engine');
  await page.getByRole('button', { name: 'Make the account' }).click();
  await expect(page.getByRole('link', { name: `Signed in as ${name}` })).toBeVisible();

  await pages['forgot-password']!(page);
  await page.getByLabel('E-mail').fill(`${name}@example.org`);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await expect(page.getByText('Look into your mail')).toBeVisible();
  await expect.poll(() => linkIn(asked)).toBeTruthy();
  await page.goto((await linkIn(asked))!);
  await page.getByLabel('New password').fill('analytical engine');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('link', { name: 'Go on' }).click();
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill('analytical engine');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();

  await page.getByRole('link', { name: `Signed in as ${name}` }).click();
  await page.getByLabel('Password', { exact: true }).fill('difference engine');
  await page.getByLabel('New password').fill('a third engine');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByRole('alert')).toContainText('not your password');
  await page.getByLabel('Password', { exact: true }).fill('analytical engine');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('Your new password holds')).toBeVisible();
  await page.getByRole('link', { name: 'Jobs', exact: true }).click(); // this browser stays signed in
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
});

/** The address in the newest mail since then: for this browser, whatever the port. */
async function linkIn(since: Date): Promise<string | undefined> {
  const found = (await webLog(since)).join('\n').match(/http:\/\/localhost:\d+\/password\/\S+/g);
  return found?.at(-1);
}
