// What two hundred pages do when their server has no room, or the network fails: they come back one after the other. Time is made here.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createConnection } from '../../htmx-ext/connect.ts';
import type { Connection } from '../../htmx-ext/connection.ts';
import { type FakeSource, fakeSources, hello } from '../support/source.ts';

const COUNT = 200;

/** The server, as EventSource and fetch see it. */
let server: 'up' | 'refuses' | 'away' = 'up';

let sources: FakeSource[];
let opened: number[];
let connections: Connection[];
beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: false });
  sources = fakeSources((source) =>
    server === 'up' ? source.say('hello', hello('s', 3_600_000)) : source.onerror?.(),
  );
  vi.stubGlobal('fetch', async () => {
    if (server === 'away') throw new TypeError('refused');
    return server === 'up'
      ? new Response(null, { status: 204 })
      : new Response('{}', { status: 503, headers: { 'Retry-After': '1' } });
  });
  server = 'up';
  opened = [];
  connections = Array.from({ length: COUNT }, () => {
    const listener = { opened: () => opened.push(Date.now()), lost() {}, received() {}, ended() {} };
    return createConnection(() => '/live/', listener);
  });
});
afterEach(() => {
  for (const connection of connections) connection.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** All are live; then the server is as said for a while, and drops them all. Gives when they are back, in ms. */
async function returnsAfter(trouble: 'refuses' | 'away', ms: number): Promise<number[]> {
  for (const connection of connections) connection.open();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(opened).toHaveLength(COUNT);
  opened = [];
  server = trouble;
  for (const source of sources.filter(({ isClosed }) => !isClosed)) source.onerror?.();
  await vi.advanceTimersByTimeAsync(ms);
  server = 'up';
  const back = Date.now();
  await vi.advanceTimersByTimeAsync(60_000);
  return opened.map((at) => at - back);
}

/** The most that come back within one second, whichever it is. */
function mostInASecond(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1000).length));
}

test('after a refusal no second holds more than a fifth of the returns, and all are back soon', async () => {
  const times = await returnsAfter('refuses', 1500);
  expect(times).toHaveLength(COUNT);
  expect(mostInASecond(times)).toBeLessThanOrEqual(COUNT / 5);
  expect(Math.max(...times)).toBeLessThan(35_000);
});

test('nor after a long one', async () => {
  const times = await returnsAfter('refuses', 20_000);
  expect(times).toHaveLength(COUNT);
  expect(mostInASecond(times)).toBeLessThanOrEqual(COUNT / 5);
});

test('a network that fails for a second costs little more', async () => {
  const times = await returnsAfter('away', 1000);
  expect(times).toHaveLength(COUNT);
  expect(times.filter((ms) => ms < 2_500).length).toBeGreaterThan(COUNT * 0.9);
  expect(Math.max(...times)).toBeLessThan(8_000);
});

test('a network that fails for most of a resume window is back before its end', async () => {
  const times = await returnsAfter('away', 50_000);
  expect(times).toHaveLength(COUNT);
  expect(Math.max(...times)).toBeLessThan(9_500);
});

test('nobody tries in a loop, however long it lasts', async () => {
  const { length } = await returnsAfter('away', 10 * 60_000);
  expect(length).toBe(COUNT);
  expect(sources.length / COUNT).toBeLessThan(45);
});

test('who clicks just after a try that failed waits a second for the next one, not for its turn', async () => {
  const [connection] = connections as [Connection];
  server = 'away';
  connection.open();
  for (let tries = sources.length; tries < 5; tries = sources.length) await vi.advanceTimersByTimeAsync(10);
  server = 'up';
  connection.hurry();
  connection.hurry();
  await vi.advanceTimersByTimeAsync(1_001);
  expect(opened).toHaveLength(1);
});
