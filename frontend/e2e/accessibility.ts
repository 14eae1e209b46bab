// What is asked of every page: axe finds nothing serious in either theme, and nothing is wider than a narrow screen.
import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Pages } from './pages';
import { test } from './test';

export function testAccessibility(pages: Pages) {
  for (const [name, visit] of Object.entries(pages)) {
    test(`${name} is accessible in both themes and fits 360 px`, async ({ page }) => {
      await visit(page);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(
          serious.map(
            ({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
          ),
        ).toEqual([]);
      }
      await page.setViewportSize({ width: 360, height: 740 });
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await expect.poll(overflow).toBeLessThanOrEqual(0);
    });
  }
}
