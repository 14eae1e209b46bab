// Browser tests against a stack that runs at BASE_URL, the screenshots of every page, and a measurement of frames.
import { defineConfig } from '@playwright/test';

const rootless = process.getuid?.() === 0 ? ['--no-sandbox'] : []; // Chromium's sandbox refuses root

export default defineConfig({
  testDir: 'e2e',
  workers: 1, // the tests share one user and one stack
  timeout: 120_000, // ms; a whole run of a pipeline
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    baseURL: process.env.BASE_URL ?? 'http://localhost:5173',
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [
        ...rootless,
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  projects: [
    { name: 'journeys', testMatch: '**/*.spec.ts' },
    { name: 'screenshots', testMatch: '**/screenshots.ts' },
    { name: 'pictures', testMatch: '**/readme.ts' },
    { name: 'frames', testMatch: 'frames.ts' },
  ],
});
