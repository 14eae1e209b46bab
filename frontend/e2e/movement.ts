// What moves on a job's page while it runs: its bar, its pictures, and the layout, which shouldn't.
import { expect, type Page } from '@playwright/test';

type Seen = { progress: number[]; pictures: number[]; shifts: string[] };

/** Note every value of the job's bar and every shift of the layout, inside the page. */
export async function noteMovement(page: Page) {
  await page.addInitScript(() => {
    const seen = { progress: [] as number[], pictures: [] as number[], shifts: [] as string[] };
    Object.assign(window, { seen });
    const note = (list: number[], value: number) => list.at(-1) !== value && list.push(value);
    new MutationObserver(() => {
      const bar = document.querySelector('[role=progressbar][aria-label=Job]');
      if (bar) note(seen.progress, Number(bar.getAttribute('aria-valuenow')));
      note(seen.pictures, document.querySelectorAll('figure').length);
    }).observe(document, { subtree: true, childList: true, attributes: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
        sources: { node?: Node }[];
      })[]) {
        const nodes = entry.sources.map(({ node }) => (node as Element | undefined)?.className ?? '?');
        if (!entry.hadRecentInput && entry.value > 0.01)
          seen.shifts.push(`${entry.value}: ${nodes.join(', ')}`);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

export async function expectSmoothMovement(page: Page) {
  const seen = await page.evaluate(() => (window as unknown as { seen: Seen }).seen);
  expect(seen.progress, 'progress never runs backwards').toEqual([...seen.progress].sort((a, b) => a - b));
  expect(seen.progress.filter((value) => value > 0 && value < 100).length, 'the bar moved').toBeGreaterThan(
    2,
  );
  const counts = seen.pictures.filter((count) => count > 0);
  expect(counts.length, 'pictures came one after another').toBeGreaterThan(2);
  expect(seen.shifts).toEqual([]);
}
