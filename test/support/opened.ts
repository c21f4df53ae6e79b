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
  return {
    get app(): TestApp {
      return app as TestApp;
    },
    clients,
    async open(options: TestAppOptions): Promise<Client> {
      app = await startApp(options);
      const client = await Client.open(app);
      clients.push(client);
      return client;
    },
  };
}
