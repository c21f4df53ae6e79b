// One app for all tests of a file, each of which begins with a page whose counter is live. For suites whose tests leave the app as it was.
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startApp, type TestApp, type TestAppOptions } from './app.ts';
import { Client, type LiveRoot } from './client.ts';
import { Counter } from './components.ts';

export let app: TestApp;
export let client: Client;
/** The page's first component. */
export let counter: LiveRoot;

/** Call it once in a suite's file, with what its app has beside a counter. */
export function useCounter({ components, ...options }: TestAppOptions): void {
  beforeAll(async () => {
    app = await startApp({ components: [Counter, ...components], limits: { body: 4000 }, ...options });
    client = await Client.open(app);
  });
  afterAll(async () => {
    client.disconnect();
    await app.close();
  });
  beforeEach(async () => {
    await client.load();
    counter = await client.live();
    app.refusals.length = 0;
    client.frames.length = 0;
  });
}
