// The picture in the README, and what the new-job page shows of the sample: `npm run pictures`, once pages have changed.
import { pictures, expectCompleted, expectDrawn } from '../jobs';
import { test } from '../test';
import { runSample } from './pages';

test.use({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });

test('the picture in the README', async ({ page }) => {
  await runSample(page);
  await pictures(page).first().waitFor();
  await page.getByRole('progressbar', { name: 'Stage Columns' }).waitFor();
  await page.screenshot({ path: '../.github/profile.png' });
});

test('the preview of the sample', async ({ page }) => {
  await runSample(page);
  await expectCompleted(page);
  await expectDrawn(page);
  const addresses = await pictures(page)
    .locator('img')
    .evaluateAll((images) => images.slice(0, 4).map((image) => (image as HTMLImageElement).src));
  await page.setViewportSize({ width: 800, height: 450 });
  await page.setContent(
    `<body style="margin:0;display:grid;grid-template:1fr 1fr/1fr 1fr;block-size:100vh;background:#fff">
    ${addresses.map((src) => `<img src="${src}" style="inline-size:100%;block-size:100%;min-block-size:0;object-fit:contain">`).join('')}`,
  );
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete && image.naturalWidth > 0),
  );
  await page.screenshot({ path: 'src/features/profile/preview.jpg', type: 'jpeg', quality: 80 });
});
