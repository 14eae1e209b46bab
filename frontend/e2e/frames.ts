// How smooth a job's page stays: 500 steps, five updates a second. No worker runs meanwhile: its load isn't the page's.
import { expect, type Page, test } from '@playwright/test';
import type { Job, Step } from '../src/shared/api/types';
import { expectCompleted, smallTable, upload } from './jobs';

const STEPS = 500;
const SECONDS = 10;
const UPDATES = 5 * SECONDS;
const LEAST = 50; // frames a second

test.use({ trace: 'off' }); // a trace takes a picture of the whole document with every frame

test('500 steps at five updates a second leave the page above 50 frames a second', async ({ page }) => {
  const job = await completedJob(page);
  let tell: (news: Job) => void = () => undefined;
  let ahead = STEPS;
  await page.routeWebSocket(/\/ws\/jobs\//, (socket) => {
    tell = (news) => socket.send(JSON.stringify({ type: 'job.updated', job: news }));
  });
  await page.route('**/waiting/', (route) => {
    ahead -= 7;
    return route.fulfill({ json: [{ queue: 'charts_cpu', waiting: STEPS, ahead, processing: 2 }] });
  });
  await page.reload();
  await expect(page.getByRole('figure').first()).toBeVisible();
  tell(newsOf(job, 1));
  const rows = page.getByRole('list', { name: 'Steps of Chart' }).getByRole('listitem');
  await expect(rows).toHaveCount(STEPS);

  const usedMilliseconds = await mainThread(page);
  const usedBefore = await usedMilliseconds();
  const counting = page.evaluate(countFrames, SECONDS * 1000);
  for (let update = 2; update <= UPDATES; update += 1) {
    tell(newsOf(job, update));
    await page.waitForTimeout((SECONDS * 1000) / UPDATES); // the pace is what is measured
  }
  const { frames, milliseconds, longest } = await counting;
  const rate = (1000 * frames) / milliseconds;
  const used = ((await usedMilliseconds()) - usedBefore) / UPDATES;
  console.log(
    `${rate.toFixed(1)} frames a second, the longest took ${longest.toFixed(0)} ms; ` +
      `an update kept the page's main thread busy for ${used.toFixed(1)} ms`,
  );
  await expect(page.getByLabel('Stages', { exact: true })).toContainText(`${doneAfter(UPDATES)}/${STEPS}`);
  expect(rate).toBeGreaterThan(LEAST);
});

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

const doneAfter = (update: number) => 3 * update;

/** The job with many charts. With each update three more are done, two are drawn, and another can be seen. */
function newsOf(job: Job, update: number): Job {
  const done = doneAfter(update);
  const first = job.steps.find(({ stage }) => stage === 'chart')!;
  const charts = Array.from({ length: STEPS }, (_, index) => stepAt(first, index, index - done));
  const artifacts = Array.from({ length: update }, (_, index) => ({
    ...job.artifacts[0]!,
    id: -index - 1,
    name: `${index}.png`,
  }));
  const stages = job.stages.map((stage) =>
    stage.name === 'chart' ? { ...stage, status: 'processing' as const, done, total: STEPS } : stage,
  );
  return {
    ...job,
    status: 'processing',
    finished_at: null,
    queued_at: job.finished_at, // another run, in which progress starts anew
    version: job.version + update,
    progress: 17 + (66 * done) / STEPS,
    stages,
    steps: [...job.steps.filter(({ stage }) => stage === 'ingest'), ...charts],
    artifacts,
  };
}

/** A step by how far it is behind the last completed one. */
function stepAt(step: Step, index: number, behind: number): Step {
  const base = { ...step, id: -index - 1, label: `column ${index}` };
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
