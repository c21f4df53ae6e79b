// How the page follows what the server says of its stream: when to move, and that it comes in lumps. Time is made here.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Connection, State } from '../../htmx-ext/connection.ts';
import { type FakeSource, fakeSources, hello, pollAnswer } from '../support/source.ts';

const HEARTBEAT = 15_000;

let sources: FakeSource[];
let polls: string[];
let modes: string[];
let connection: Connection;

async function fakeFetch(url: string): Promise<Response> {
  polls.push(url);
  if (url.includes('&stream=')) await new Promise((resolve) => setTimeout(resolve, 8000));
  return pollAnswer(url, HEARTBEAT);
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** A heartbeat that was sent so many milliseconds ago. */
const beat = (ago: number) => sources.at(-1)?.say('beat', { time: Date.now() - ago });
const isOpen = () => sources.map(({ isClosed }) => !isClosed);

beforeEach(async () => {
  vi.useFakeTimers();
  sources = fakeSources((source) => source.say('hello', hello('s', HEARTBEAT)));
  vi.stubGlobal('fetch', fakeFetch);
  vi.resetModules(); // what is remembered of this network
  [polls, modes] = [[], []];
  const { createConnection } = await import('../../htmx-ext/connect.ts');
  const changed = (state: State) => state.name === 'connected' && modes.push(state.mode);
  connection = createConnection(() => '/live/', { opened() {}, lost() {}, received() {}, ended() {}, changed });
  connection.open();
  await pass(1500);
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a server that asks to move', () => {
  test('is left when its time has come, and not before', async () => {
    sources[0]?.say('move', { ms: 4000, reason: 'drain' });
    await pass(3999);
    expect(isOpen()).toEqual([true]);
    await pass(1);
    expect(isOpen()).toEqual([false, true]);
    await pass(10);
    expect(modes).toEqual(['stream', 'stream']);
  });

  test('and ends the stream itself is not asked again before that time', async () => {
    sources[0]?.say('move', { ms: 4000, reason: 'slow' });
    await pass(100);
    sources[0]?.onerror?.();
    await pass(3899);
    connection.hurry();
    expect(isOpen()).toEqual([false]);
    await pass(10);
    expect(isOpen()).toEqual([false, true]);
  });
});

describe('heartbeats that come', () => {
  test('in lumps, two in a row, make the page poll', async () => {
    beat(0);
    await pass(5000);
    beat(2001);
    expect(modes).toEqual(['stream']);
    beat(2500);
    await pass(100);
    expect(isOpen()).toEqual([false]);
    expect(modes).toEqual(['stream', 'poll']);
    expect(polls[0]).toContain('mode=poll');
  });

  test('late now and then are taken for what they are', async () => {
    for (const ago of [0, 3000, 100, 3000, 2000, 3000, 0]) {
      beat(ago);
      await pass(1000);
    }
    expect(modes).toEqual(['stream']);
    expect(isOpen()).toEqual([true]);
  });

  test('by a clock that goes wrong are on time', async () => {
    for (const ago of [60_000, 61_900, 60_500, 61_999, 60_001]) {
      beat(ago);
      await pass(1000);
    }
    expect(modes).toEqual(['stream']);
    expect(isOpen()).toEqual([true]);
  });

  test('in lumps no longer matter while the page polls, and a stream is tried after ten minutes', async () => {
    for (const ago of [0, 9000, 9000]) beat(ago);
    await pass(9 * 60_000);
    expect(sources).toHaveLength(1);
    await pass(61_000);
    expect(modes).toEqual(['stream', 'poll', 'stream']);
    expect(isOpen()).toEqual([false, true]);
  });
});
