// The socket is cut while a job runs: the page says so, comes back, and has missed nothing.
import { expect, type Page, test } from '@playwright/test';
import { expectCompleted, runSample } from './jobs';

/** Stand between the page and the server's sockets. `cut` closes them all and lets none through until `mend`. */
async function sockets(page: Page) {
  let isCut = false;
  const open: (() => Promise<void>)[] = [];
  await page.routeWebSocket(/\/ws\/jobs\//, (socket) => {
    if (isCut) return void socket.close({ code: 1012 });
    socket.connectToServer();
    open.push(() => socket.close({ code: 1012 }));
  });
  return {
    cut: async () => {
      isCut = true;
      await Promise.all(open.splice(0).map((close) => close()));
    },
    mend: () => (isCut = false),
  };
}

test('a cut connection is said, comes back by itself, and ends with the true state', async ({ page }) => {
  const server = await sockets(page);
  await runSample(page);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await server.cut();
  await expect(page.getByText(/^Reconnecting/)).toBeVisible();
  await page.waitForTimeout(4_000);
  server.mend();
  await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 20_000 });
  await expectCompleted(page);
});

test('the list comes back too', async ({ page }) => {
  const server = await sockets(page);
  await page.goto('/jobs');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await server.cut();
  await expect(page.getByText(/^Reconnecting/)).toBeVisible();
  server.mend();
  await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 20_000 });
});
