// Own data, its mistakes, the list of jobs, and what isn't there.
import { expect } from '@playwright/test';
import { chooseFile, csvFile, expectCompleted, smallTable, upload } from './jobs';
import { addUser } from './stack';
import { test } from './test';

test('an own file is uploaded, and a job runs on it', async ({ page }) => {
  await upload(page, smallTable);
  await page.waitForURL('**/jobs/*');
  await expect(page.getByRole('heading', { level: 1, name: 'small.csv' })).toBeVisible();
  await expectCompleted(page);
});

test('a file can be dropped', async ({ page }) => {
  await page.goto('/?kind=rehearsal');
  const zone = page.getByText('Drop a file here, or choose one');
  await expect(zone).toBeVisible();
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['a,b\n1,2\n3,4\n'], 'dropped.csv', { type: 'text/csv' }));
    return transfer;
  });
  await zone.dispatchEvent('drop', { dataTransfer: data });
  await expect(page.getByText('dropped.csv')).toBeVisible();
  await page.getByRole('button', { name: 'Start job' }).click();
  await page.waitForURL('**/jobs/*');
  await expectCompleted(page);
});

test('an address can be pasted anywhere on the page', async ({ page }) => {
  await page.goto('/?kind=rehearsal');
  const address = page.getByLabel('Address', { exact: true });
  await page.getByRole('radio', { name: 'An address', exact: true }).check();
  await address.fill('https://example.org/data.csv');
  await address.press('ControlOrMeta+A');
  await address.press('ControlOrMeta+X');
  await expect(address).toHaveValue('');
  await page.getByLabel('A file').check();
  await page.keyboard.press('ControlOrMeta+V');
  await expect(address).toHaveValue('https://example.org/data.csv');
});

test('a file that is no table fails with a sentence, and another one is asked for with the same options', async ({
  page,
}) => {
  await chooseFile(page, csvFile('header-only.csv', 'a,b,c\n'));
  await page.getByLabel('Seconds').fill('0.25');
  await page.getByLabel('Priority').selectOption('high');
  await page.getByRole('button', { name: 'Start job' }).click();
  await page.waitForURL('**/jobs/*');
  const head = page.getByLabel('Progress', { exact: true });
  await expect(head.getByRole('alert')).toContainText('INVALID_INPUT', { timeout: 60_000 });
  await expect(head).toContainText('Failed');
  const sentence = 'There is no row below the header. Choose another file.';
  await expect(page.getByText(sentence)).toHaveCount(1);
  await expect(page.getByLabel('Stages, left to right')).toContainText('Draw, did not run');

  await page.goto('/jobs');
  const row = page.getByRole('row', { name: 'header-only.csv' }).first();
  await expect(row).toContainText(sentence);
  await row.getByRole('cell', { name: 'rehearsal' }).click({ force: true }); // the link covers its row
  await page.getByRole('link', { name: 'Choose another file' }).click();
  await expect(page.getByLabel('Seconds')).toHaveValue('0.25');
  await expect(page.getByLabel('Priority')).toHaveValue('high');
  await page.locator('input[type=file]').setInputFiles(smallTable);
  await page.getByRole('button', { name: 'Start job' }).click();
  await page.waitForURL('**/jobs/*');
  await expectCompleted(page);
  const result = page.getByRole('heading', { name: 'Result' }).locator('..');
  await expect(result.getByText('200', { exact: true })).toBeVisible();
});

test('an address is taken as people type it', async ({ page }) => {
  await page.goto('/?kind=rehearsal');
  await page.getByRole('radio', { name: 'An address', exact: true }).check();
  await page.getByLabel('Address', { exact: true }).fill('example.invalid/data.csv');
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button', { name: 'Start job' }).click();
  expect((await sent).postData()).toContain('https://example.invalid/data.csv');
});

test('what the API refuses stands beside its field', async ({ page }) => {
  await upload(page, csvFile('empty.csv', ''));
  await expect(page.getByRole('alert')).toContainText('empty');
  await upload(page, csvFile('picture.png', 'no table'));
  await expect(page.getByRole('alert')).toContainText('.csv');
  await page.getByRole('radio', { name: 'An address', exact: true }).check();
  await page.getByLabel('Address', { exact: true }).fill('ftp://example.org/data.csv');
  await page.getByRole('button', { name: 'Start job' }).click();
  await expect(page.getByRole('alert')).toContainText('http');
  await expect(page.getByLabel('Address', { exact: true })).toHaveAttribute('aria-invalid', 'true');
});

test('an upload has a bar and can be cancelled', async ({ page }) => {
  const session = await page.context().newCDPSession(page);
  await page.goto('/?kind=rehearsal');
  await page
    .locator('input[type=file]')
    .setInputFiles({ ...smallTable, buffer: Buffer.alloc(5_000_000, 'a,b\n') });
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 };
  await session.send('Network.emulateNetworkConditions', slow);
  await page.getByRole('button', { name: 'Start job' }).click();
  const bar = page.getByRole('progressbar', { name: 'Upload' });
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Cancel upload' }).click();
  await expect(bar).toBeHidden();
  await expect(page.getByRole('button', { name: 'Start job' })).toBeEnabled();
  await expect(page.getByRole('alert')).toBeHidden();
});

test('the list shows a job while it runs in another tab, and it can be deleted', async ({
  page,
  context,
}) => {
  const name = `list-${Date.now()}.csv`;
  await page.goto(`/jobs?search=${name}`);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const other = await context.newPage();
  await upload(other, { ...smallTable, name });
  await other.waitForURL('**/jobs/*');
  const row = page.getByRole('row', { name });
  await expect(row).toBeVisible();
  await expect(row).toContainText('Completed', { timeout: 60_000 });
  await expect(page.getByLabel('Status')).toContainText('completed (1)');

  await other.getByRole('button', { name: 'Delete' }).click();
  await other.getByRole('dialog').getByRole('button', { name: 'Delete job' }).click();
  await other.waitForURL('**/jobs');
  await expect(row).toBeHidden();
  await expect(page.getByLabel('Status')).not.toContainText('completed (1)');
  await expect(other.getByRole('row', { name })).toBeHidden();
});

test('the list is filtered by its address', async ({ page }) => {
  await page.goto('/jobs?kind=none');
  await expect(page.getByRole('heading', { name: 'No job matches' })).toBeVisible();
  await page.getByRole('link', { name: 'Show all jobs' }).click();
  await page.getByLabel('Status').selectOption('completed');
  await expect(page).toHaveURL(/status=completed/);
});

for (const id of ['00000000-0000-4000-8000-000000000000', 'no-id']) {
  test(`an unknown job is said kindly: ${id}`, async ({ page }) => {
    await page.goto(`/jobs/${id}`);
    await expect(page.getByRole('heading', { name: 'There is no such job' })).toBeVisible();
    await page.getByRole('link', { name: 'My jobs' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
  });
}

test('a job of somebody else looks like no job', async ({ page, playwright, baseURL }) => {
  const token = addUser('somebody-else');
  const program = await playwright.request.newContext({
    baseURL,
    extraHTTPHeaders: { Authorization: `Token ${token}` },
  });
  const response = await program.post('/api/jobs/', { multipart: { kind: 'rehearsal', file: smallTable } });
  expect(response.status()).toBe(201);
  const { id } = (await response.json()) as { id: string };
  expect((await program.get(`/api/jobs/${id}/`)).status()).toBe(200);
  await program.dispose();

  await page.goto(`/jobs/${id}`);
  await expect(page.getByRole('heading', { name: 'There is no such job' })).toBeVisible();
  await page.getByRole('link', { name: 'My jobs' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await expect(page.locator(`a[href="/jobs/${id}"]`)).toHaveCount(0);
});

test('an unknown page is said kindly', async ({ page }) => {
  await page.goto('/nowhere');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
});
