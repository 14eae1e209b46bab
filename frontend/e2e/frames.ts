// How smooth a job's page stays: 10,000 steps, five updates a second, every step known to the page. No worker runs
// meanwhile: its load isn't the page's. Measure what is built: `npm run build`, `npm run preview`, BASE_URL.
import { expect, type Locator, type Page, test } from '@playwright/test';
import type { Job, Step } from '../src/shared/api/types';
import { expectCompleted, smallTable, upload } from './jobs';

const STEPS = 10_000;
const SECONDS = 10;
const UPDATES = 5 * SECONDS;
const EACH = 20; // steps that complete between two updates, and files that they make: a hundred a second
const MOST = 200; // parts in one message
const LEAST = 50; // frames a second

/** What the steps of a job are listed as, in each view of them. */
const LISTS = {
  lanes: 'Steps of Draw',
  timeline: 'Steps over time',
  history: 'What happened, the newest first',
};

test.use({ trace: 'off' }); // a trace takes a picture of the whole document with every frame

for (const [view, list] of Object.entries(LISTS)) {
  test(`10,000 steps at five updates a second leave the ${view} above 50 frames a second`, async ({
    page,
  }) => {
    const job = await completedJob(page);
    let tell: (message: object) => void = () => undefined;
    let ahead = STEPS;
    await page.routeWebSocket(/\/ws\/jobs\//, (socket) => {
      tell = (message) => socket.send(JSON.stringify(message));
    });
    await page.route('**/waiting/', (route) => {
      ahead -= 7;
      return route.fulfill({ json: [{ queue: 'charts_cpu', waiting: STEPS, ahead, processing: 2 }] });
    });
    await page.goto(`${page.url()}?view=${view}`);
    await expect(page.getByRole('figure').first()).toBeVisible();
    const update = (number: number, from: number, to: number) =>
      tell({ type: 'job.updated', since: job.version + number - 1, job: newsOf(job, number, from, to) });
    let number = 0;
    for (let from = 0; from < STEPS; from += MOST) update((number += 1), from, from + MOST);
    const rows = page.getByRole('list', { name: list }).getByRole('listitem');
    await expect
      .poll(async () => Number(await rows.first().getAttribute('aria-setsize')))
      .toBeGreaterThanOrEqual(view === 'history' ? 1 : 0.9 * STEPS); // what is done is folded; most have not begun
    expect(await rows.count()).toBeLessThan(60);

    const usedMilliseconds = await mainThread(page);
    const usedBefore = await usedMilliseconds();
    const counting = page.evaluate(countFrames, SECONDS * 1000);
    for (let sent = 1; sent <= UPDATES; sent += 1) {
      number += 1;
      const done = doneAfter(number);
      update(number, done - EACH, done + 2);
      await page.waitForTimeout((SECONDS * 1000) / UPDATES); // the pace is what is measured
    }
    const { frames, milliseconds, longest } = await counting;
    const rate = (1000 * frames) / milliseconds;
    const used = ((await usedMilliseconds()) - usedBefore) / UPDATES;
    console.log(
      `${view}: ${rate.toFixed(1)} frames a second, the longest took ${longest.toFixed(0)} ms; ` +
        `an update kept the page's main thread busy for ${used.toFixed(1)} ms`,
    );
    expect(await rows.count()).toBeLessThan(60);
    if (view === 'lanes') await expectToldIn(page, rows, number);
    expect(rate).toBeGreaterThan(LEAST);
  });
}

async function expectToldIn(page: Page, rows: Locator, update: number) {
  const done = doneAfter(update).toLocaleString('en');
  await expect(page.getByLabel('Stages, left to right')).toContainText(
    `${done}/${STEPS.toLocaleString('en')}`,
  );
  await expect(rows.first()).toContainText('processing');
}

/** Read the processor's time that the page has used: unlike frames, it doesn't depend on what else the machine does. */
async function mainThread(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
  };
}

async function completedJob(page: Page): Promise<Job> {
  await upload(page, smallTable);
  await page.waitForURL('**/jobs/*');
  await expectCompleted(page);
  const response = await page.request.get(`/api/jobs/${page.url().split('/').at(-1)}/`);
  return (await response.json()) as Job;
}

const doneAfter = (update: number) => EACH * update;

/** The job with many pictures: what the steps with these indexes are after an update, and the files that it brought. */
function newsOf(job: Job, update: number, from: number, to: number): Job {
  const done = doneAfter(update);
  const first = job.steps.find(({ stage }) => stage === 'draw')!;
  const steps = Array.from({ length: to - from }, (_, index) =>
    stepAt(first, from + index, from + index - done),
  );
  const artifacts = Array.from({ length: EACH }, (_, index) => ({
    ...job.artifacts[0]!,
    id: 1_000_000 + done + index,
    name: `${done + index}.png`,
  }));
  const counts = { done, completed: done, processing: 2, queued: STEPS - done - 2, total: STEPS };
  const stages = job.stages.map((stage) =>
    stage.name === 'draw' ? { ...stage, status: 'processing' as const, ...counts } : stage,
  );
  return {
    ...job,
    status: 'processing',
    finished_at: null,
    queued_at: job.finished_at, // another run, in which progress starts anew
    version: job.version + update,
    progress: 17 + (66 * done) / STEPS,
    stages,
    steps_total: STEPS + 2,
    artifacts_total: job.artifacts_total + done,
    steps,
    artifacts,
  };
}

/** A step by how far it is behind the last completed one. */
function stepAt(step: Step, index: number, behind: number): Step {
  const base = { ...step, id: 1_000_000 + index, label: `column ${index}` };
  if (behind < 0) return base;
  if (behind < 2) return { ...base, status: 'processing', progress: 40 * (behind + 1), finished_at: null };
  return {
    ...base,
    status: 'queued',
    progress: 0,
    attempt: 0,
    worker: '',
    started_at: null,
    finished_at: null,
  };
}

function countFrames(duration: number) {
  return new Promise<{ frames: number; milliseconds: number; longest: number }>((resolve) => {
    let [frames, longest, first, last] = [0, 0, 0, 0];
    const count = (now: number) => {
      if (first === 0) first = now;
      else {
        frames += 1;
        longest = Math.max(longest, now - last);
      }
      last = now;
      if (now - first < duration) requestAnimationFrame(count);
      else resolve({ frames, milliseconds: now - first, longest });
    };
    requestAnimationFrame(count);
  });
}
