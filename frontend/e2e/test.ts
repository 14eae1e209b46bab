// The `test` of every browser test.
import { test as base, type APIRequestContext, type APIResponse, type Route } from '@playwright/test';

const modules = /^\/(src|node_modules|@fs|@vite|@react-refresh)\b/; // where Vite serves them

type Module = { response: APIResponse; body: Buffer };

/** What Vite has served well, by address: nobody edits the pages while they are tested. */
const served = new Map<string, Promise<Module>>();

export const test = base.extend<{ nothingIsLeftRunning: void }>({
  // Chromium breaks off what it loads (ERR_NETWORK_CHANGED) whenever Docker adds or removes a network interface on this
  // machine. The pages ask the API again by themselves, but a browser never asks for a module again: Node loads those,
  // once for all tests.
  context: async ({ context }, use) => {
    await context.route(
      (url) => modules.test(url.pathname),
      async (route) => {
        const address = route.request().url();
        try {
          if (!served.has(address)) served.set(address, load(route));
          await route.fulfill(await served.get(address)!);
        } catch {
          served.delete(address);
          await route.abort(); // the server is away, or the page was left meanwhile
        }
      },
    );
    await use(context);
  },

  // The next test doesn't wait behind the jobs of this one.
  nothingIsLeftRunning: [
    async ({ request }, use) => {
      await use();
      await cancelAll(request);
    },
    { auto: true },
  ],
});

async function load(route: Route): Promise<Module> {
  const headers = route.request().headers();
  delete headers['if-none-match']; // the whole of it, also where the browser has it
  // Again where Vite closed a connection that had been idle, at the moment in which it was to be used again.
  const response = await route.fetch({ headers, maxRetries: 2 });
  if (!response.ok()) served.delete(route.request().url()); // the next one asks Vite again
  return { response, body: await response.body() };
}

let token: string | undefined; // of the user that the browser is signed in as

async function cancelAll(request: APIRequestContext) {
  if (!token) {
    const signedIn = await request.post('/api/token/', { data: { username: 'demo', password: 'demo' } });
    token = ((await signedIn.json()) as { token: string }).token;
  }
  const headers = { Authorization: `Token ${token}` };
  const listed = await request.get('/api/jobs/', { headers });
  const { results } = (await listed.json()) as { results: { id: string; finished_at: string | null }[] };
  const ids = results.filter(({ finished_at }) => finished_at === null).map(({ id }) => id);
  if (ids.length > 0) await request.post('/api/jobs/many/cancel/', { headers, data: { ids } });
}
