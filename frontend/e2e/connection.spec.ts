// The socket is cut while a job runs: the page says so, comes back, and has missed nothing.
import { expect, type Page } from '@playwright/test';
import { expectCompleted, startJob } from './jobs';
import { test } from './test';

/** Stand between the page and the server's sockets. `cut` closes them all and lets none through until `mend`. */
async function sockets(page: Page) {
  let isCut = false;
  let snapshots = 0;
  const open: (() => Promise<void>)[] = [];
  await page.routeWebSocket(/\/ws\/jobs\//, (socket) => {
    if (isCut) return void socket.close({ code: 1012 });
    socket.connectToServer().onMessage((message) => {
      socket.send(message);
      if (/"type": ?"jobs?.snapshot"/.test(String(message))) snapshots += 1;
    });
    open.push(() => socket.close({ code: 1012 }));
  });
  return {
    cut: async () => {
      isCut = true;
      await Promise.all(open.splice(0).map((close) => close()));
    },
    mend: () => (isCut = false),
    snapshots: () => snapshots,
  };
}

test('a cut connection is said, comes back by itself, and ends with the true state', async ({ page }) => {
  const server = await sockets(page);
  await startJob(page, { seconds: 3 });
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await server.cut();
  await expect(page.getByText(/^Reconnecting/)).toBeVisible();
  await page.waitForTimeout(4_000);
  server.mend();
  await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 20_000 });
  await expectCompleted(page);
});

test('coming back costs a socket and not one request: it brings the state itself', async ({ page }) => {
  const server = await sockets(page);
  await startJob(page);
  await expectCompleted(page);
  for (const address of [page.url(), '/jobs']) {
    await page.goto(address);
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    await expect.poll(server.snapshots).toBeGreaterThan(0);
    await page.waitForLoadState('networkidle');
    const requests: string[] = [];
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
    const before = server.snapshots();
    await server.cut();
    await expect(page.getByText(/^Reconnecting/)).toBeVisible();
    server.mend();
    await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 20_000 });
    await expect.poll(server.snapshots).toBeGreaterThan(before);
    await page.evaluate(oneRequest);
    expect(requests).toEqual(['/favicon.svg']);
    page.removeAllListeners('request');
  }
});

/** A request that comes after whatever the page had to ask for. */
async function oneRequest() {
  for (let frame = 0; frame < 5; frame += 1) await new Promise(requestAnimationFrame);
  await fetch('/favicon.svg');
}
