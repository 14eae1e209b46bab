// Pictures of pages, narrow and wide, light and dark, in screenshots/: to be looked at.
import type { Pages } from './pages';
import { test } from './test';

const widths = { narrow: { width: 360, height: 740 }, wide: { width: 1440, height: 900 } };

export function takeScreenshots(pages: Pages) {
  for (const [name, visit] of Object.entries(pages)) {
    for (const [width, viewport] of Object.entries(widths)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        test(`${name} ${width} ${colorScheme}`, async ({ page }) => {
          await page.setViewportSize(viewport);
          await page.emulateMedia({ colorScheme });
          await visit(page);
          await page.evaluate(loadEveryImage);
          await page.screenshot({ path: `screenshots/${name}-${width}-${colorScheme}.png`, fullPage: true });
        });
      }
    }
  }
}

/** Images further down are loaded when somebody scrolls there, which a screenshot doesn't. */
async function loadEveryImage() {
  const images = [...document.images];
  for (const image of images) image.loading = 'eager';
  await Promise.all(images.map((image) => image.decode().catch(() => undefined)));
}
