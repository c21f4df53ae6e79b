// The gallery on a server of its own, started anew for each test.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryStore } from 'express-session';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach } from 'vitest';
import { createApp } from '../../examples/app.ts';
import { isLive, type Visitor } from './browser.ts';

const secrets = { session: 's'.repeat(32), live: 'l'.repeat(32) };

/** Serves the gallery for each test of a suite; the visitors come with that suite's htmx. */
export function useGallery(visit: () => Promise<Visitor>, version: string) {
  let server: Server;
  let live: ReturnType<typeof createApp>['live'];
  let port = 0;
  let store: MemoryStore;

  async function serve(): Promise<void> {
    const made = createApp(secrets, { onRefusal: () => {} }, store);
    live = made.live;
    server = createServer(made.app);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  }
  async function stop(): Promise<void> {
    live.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  /** As after a crash: no word to anybody. */
  async function crash(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    live.close();
  }
  beforeEach(async () => {
    port = 0;
    store = new MemoryStore();
    await serve();
  });
  afterEach(stop);

  const open = async (page: Page, path: string): Promise<void> => {
    await page.goto(`http://127.0.0.1:${port}${path}?htmx=${version}`);
    await isLive(page);
  };
  const visitTo = async (path: string): Promise<Visitor> => {
    const visitor = await visit();
    await open(visitor.page, path);
    return visitor;
  };
  return { open, visitTo, crash, restart: serve };
}
