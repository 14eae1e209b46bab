// Every page, for what is asked of all of them.
import type { Page } from '@playwright/test';
import { addUser } from './stack';
import { csvFile, expectCompleted, startBreakingJob, startJob, table, upload } from './jobs';

export type Pages = Record<string, (page: Page) => Promise<void>>;

export const pages: Pages = {
  'new-job': async (page) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Start job' }).waitFor();
  },
  'job-running': async (page) => {
    await startJob(page, { seconds: 3 });
    await page.getByRole('figure').nth(1).waitFor();
  },
  'job-completed': async (page) => {
    await startJob(page);
    await expectCompleted(page);
  },
  'job-failed': async (page) => {
    await upload(page, csvFile('header-only.csv', 'a,b,c\n'));
    await page.getByRole('alert').waitFor({ timeout: 60_000 });
  },
  'job-large': async (page) => {
    await startJob(page, { seconds: 0.3, file: table('large.csv', 60, 2) });
    await page.getByRole('button', { name: /^\d+ completed$/ }).waitFor();
  },
  'job-timeline': async (page) => {
    await startBreakingJob(page);
    await page.getByRole('button', { name: 'Timeline' }).click();
    await page.getByRole('list', { name: 'Steps over time' }).waitFor();
  },
  'job-history': async (page) => {
    await startBreakingJob(page);
    await page.getByRole('button', { name: 'History' }).click();
    await page.getByText('breaks once failed after').waitFor();
  },
  step: async (page) => {
    await startBreakingJob(page);
    await page.getByRole('link', { name: /^breaks once/ }).click();
    await page.getByText('Drew breaks once').waitFor();
    await page.getByText('Input', { exact: true }).click();
    await page.getByText('"colour": 1').waitFor();
  },
  'job-unknown': async (page) => {
    await page.goto('/jobs/00000000-0000-4000-8000-000000000000');
    await page.getByRole('heading', { name: 'There is no such job' }).waitFor();
  },
  jobs: async (page) => {
    await page.goto('/jobs');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByText(/^Loading your jobs/).waitFor({ state: 'hidden' });
  },
  queues: async (page) => {
    await page.goto('/queues');
    await page.getByRole('region', { name: 'ai', exact: true }).waitFor();
  },
  operations: async (page) => {
    addUser('operator', { isStaff: true });
    await signIn(page, 'operator');
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('heading', { name: 'Failures' }).waitFor();
    await page.getByRole('table').waitFor();
  },
  'change-password': async (page) => {
    await page.goto('/');
    await page.getByRole('link', { name: 'Signed in as demo' }).click();
    await page.getByLabel('New password').waitFor();
  },
  'forgot-password': async (page) => {
    await signOut(page);
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByLabel('E-mail').waitFor();
  },
  'sign-up': async (page) => {
    await signOut(page);
    await page.getByRole('link', { name: 'Make an account' }).click();
    await page.getByLabel('User name').waitFor();
  },
  'sign-in': async (page) => {
    await signOut(page);
  },
};

export async function signOut(page: Page) {
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
}

/** Sign in as a user whose password is the name. */
export async function signIn(page: Page, name: string) {
  await signOut(page);
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(name);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}
