// When a page polls, and for how long: a network that was dead for a while is not one that holds streams back. Time is made here.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Connection, State } from '../../htmx-ext/connection.ts';
import { type FakeSource, fakeSources, hello, pollAnswer } from '../support/source.ts';

/** The network: all passes; nothing does, without a word; or streams are held back and answers pass. */
let network: 'up' | 'dead' | 'holds' = 'up';
let sources: FakeSource[];
let modes: string[];
let connection: Connection;

const HEARTBEAT = 1000;

function greet(source: FakeSource): void {
  if (network !== 'up') return;
  source.say('hello', hello('s', HEARTBEAT));
  setInterval(() => network === 'up' && source.say('beat', { time: Date.now() }), HEARTBEAT);
}

/** The first poll is answered at once, later ones and those into a dead network late, or not at all. */
async function fakeFetch(url: string, { signal }: { signal: AbortSignal }): Promise<Response> {
  const isDead = network === 'dead';
  if (isDead || url.includes('&stream='))
    await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new TypeError('given up')));
      if (!isDead) setTimeout(resolve, 8000);
    });
  return pollAnswer(url, HEARTBEAT);
}

beforeEach(async () => {
  vi.useFakeTimers();
  sources = fakeSources(greet);
  vi.stubGlobal('fetch', fakeFetch);
  vi.resetModules(); // what is remembered
  const { createConnection } = await import('../../htmx-ext/connect.ts');
  [network, modes] = ['up', []];
  const changed = (state: State) => state.name === 'connected' && modes.push(state.mode);
  connection = createConnection(() => '/live/', { opened() {}, lost() {}, received() {}, ended() {}, changed });
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const MINUTES = 60_000;

test('a page that streamed before its network was dead for a while streams again soon after', async () => {
  connection.open();
  await pass(5000);
  network = 'dead';
  await pass(4000); // noticed, and a stream is opened into nothing
  network = 'up';
  await pass(10_000);
  expect(modes).toEqual(['stream', 'poll', 'stream']);
  await pass(9 * MINUTES);
  expect(modes).toEqual(['stream', 'poll', 'stream']);
});

test('a page that comes into a network that holds streams back tries one more, and then polls', async () => {
  connection.open();
  await pass(5000);
  network = 'holds';
  sources[0]?.onerror?.();
  await pass(9 * MINUTES);
  expect(modes).toEqual(['stream', 'poll']);
  expect(sources).toHaveLength(3);
  await pass(2 * MINUTES);
  expect(sources).toHaveLength(4);
  expect(sources.every(({ isClosed }) => isClosed)).toBe(true);
});

test('a page whose streams never got through polls for ten minutes', async () => {
  network = 'holds';
  connection.open();
  await pass(9 * MINUTES);
  expect(modes).toEqual(['poll']);
  expect(sources).toHaveLength(1);
});

test('a stream that is tried beside the polls goes with them', async () => {
  network = 'holds';
  connection.open();
  await pass(10 * MINUTES + 5000);
  expect(sources).toHaveLength(2);
  connection.close();
  expect(sources[1]?.isClosed).toBe(true);
});
