// The `test` of every browser test.
import { test as base } from '@playwright/test';

const modules = /^\/(src|node_modules|@fs|@vite|@react-refresh)\b/; // where Vite serves them

// Chromium breaks off what it loads (ERR_NETWORK_CHANGED) whenever Docker adds or removes a network interface on this
// machine. The pages ask the API again by themselves, but a browser never asks for a module again: Node loads those.
export const test = base.extend({
  context: async ({ context }, use) => {
    await context.route(
      (url) => modules.test(url.pathname),
      async (route) => {
        try {
          // Again where Vite closed a connection that had been idle, at the moment in which it was to be used again.
          await route.fulfill({ response: await route.fetch({ maxRetries: 2 }) });
        } catch {
          await route.abort(); // the server is away, or the page was left meanwhile
        }
      },
    );
    await use(context);
  },
});
