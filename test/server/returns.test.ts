// What two hundred pages do when their server sends them away, or has no room: they come back one after the other, with the extension's own code.
import { EventSource } from 'eventsource';
import { MemoryStore } from 'express-session';
import { afterEach, expect, test, vi } from 'vitest';
import type { Connection } from '../../htmx-ext/connect.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { Client } from '../support/client.ts';
import { Counter } from '../support/components.ts';
import { Gate } from '../support/gate.ts';

const COUNT = 200;
let app: TestApp;
let connections: Connection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  vi.unstubAllGlobals();
  await app.close();
});

/** Opens connections as pages do; gives when each of them has opened a stream. */
async function openMany(origin: string, cookie: string): Promise<number[][]> {
  const nodeFetch = globalThis.fetch;
  const withCookie = (url: string | URL, init: RequestInit = {}) =>
    nodeFetch(new URL(String(url), origin), { ...init, headers: { ...(init.headers as object), cookie } });
  class CookieSource extends EventSource {
    constructor(url: string) {
      super(new URL(url, origin), { fetch: withCookie as never });
    }
  }
  vi.stubGlobal('EventSource', CookieSource);
  vi.stubGlobal('fetch', withCookie);
  const { Connection } = await import('../../htmx-ext/connect.ts');
  const opened: number[][] = [];
  connections = Array.from({ length: COUNT }, (_, at) => {
    opened[at] = [];
    return new Connection(() => '/live/', {
      opened: () => opened[at]?.push(Date.now()),
      lost() {},
      received() {},
      ended() {},
    });
  });
  for (const connection of connections) connection.open();
  await vi.waitFor(() => expect(opened.every((times) => times.length === 1)).toBe(true), 15_000);
  return opened;
}

/** The most that come back within one second, whichever it is. */
function mostInASecond(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((from, at) => sorted.slice(at).filter((time) => time < from + 1000).length));
}

const portOf = (one: TestApp) => Number(new URL(one.url).port);

test('after a move no second holds more than a fifth of the returns, and nobody is refused', async () => {
  const store = new MemoryStore();
  const options = { components: [Counter], limits: { streams: 1000 }, store };
  app = await startApp(options);
  const next = await startApp(options);
  const gate = new Gate(portOf(app));
  const url = await gate.listen();
  const client = new Client(app);
  await client.load();
  const opened = await openMany(url, client.cookie);
  gate.target = portOf(next);
  await app.live.drain({ within: 10_000 });
  await vi.waitFor(() => expect(opened.every((times) => times.length === 2)).toBe(true), 15_000);
  expect(mostInASecond(opened.map((times) => times[1] as number))).toBeLessThanOrEqual(COUNT / 5);
  expect(next.live.stats().streams).toBe(COUNT);
  expect([...app.refusals, ...next.refusals]).toEqual([]);
  for (const connection of connections.splice(0)) connection.close();
  await gate.close();
  await next.close();
}, 60_000);

test('after a refusal no second holds more than a fifth of the returns', async () => {
  let isDown = false;
  app = await startApp({
    components: [Counter],
    limits: { streams: 1000 },
    before: (it) => {
      it.use((_req, res, next) => (isDown ? void res.status(503).set('Retry-After', '1').end() : next()));
    },
  });
  const client = new Client(app);
  await client.load();
  const opened = await openMany(app.url, client.cookie);
  isDown = true;
  app.server.closeAllConnections();
  setTimeout(() => {
    isDown = false;
  }, 1500);
  await vi.waitFor(() => expect(opened.every((times) => times.length === 2)).toBe(true), 40_000);
  expect(mostInASecond(opened.map((times) => times[1] as number))).toBeLessThanOrEqual(COUNT / 5);
}, 60_000);
