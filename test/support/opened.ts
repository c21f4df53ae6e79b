// One app for each test, and clients that are gone when it is over.
import { afterEach } from 'vitest';
import { startApp, type TestApp, type TestAppOptions } from './app.ts';
import { Client } from './client.ts';

/** Call it once in a suite's file. `open` starts the app of a test, and gives its first client. */
export function useApp() {
  let app: TestApp | undefined;
  const clients: Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await app?.close();
    app = undefined;
  });
  /** A visitor with a session of her own, at a page. */
  async function visitor(path = '/'): Promise<Client> {
    const client = await Client.open(app as TestApp, path);
    clients.push(client);
    return client;
  }
  return {
    get app(): TestApp {
      return app as TestApp;
    },
    clients,
    visitor,
    async open(options: TestAppOptions): Promise<Client> {
      app = await startApp(options);
      return visitor();
    },
  };
}
