// When a page polls, and for how long. Time is made here.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Connection, State } from '../../htmx-ext/connect.ts';

/** The network: all passes; nothing does, without a word; or streams are held back and answers pass. */
let network: 'up' | 'dead' | 'holds' = 'up';
let sources: FakeSource[];
let modes: string[];
let connection: Connection;

const HELLO = { stream: 's', key: 'AAAA', heartbeat: 1000 };
const hello = () => JSON.stringify({ ...HELLO, time: Date.now() });

class FakeSource extends EventTarget {
  onerror: (() => void) | undefined;
  isClosed = false;
  #beats: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    sources.push(this);
    if (network !== 'up') return;
    setTimeout(() => this.#say('hello', hello()), 5);
    this.#beats = setInterval(() => network === 'up' && this.#say('beat', `{"time":${Date.now()}}`), 1000);
  }
  close(): void {
    this.isClosed = true;
    clearInterval(this.#beats);
  }
  #say(name: string, data: string): void {
    if (!this.isClosed) this.dispatchEvent(new MessageEvent(name, { data, lastEventId: '1' }));
  }
}

/** The first poll is answered at once, later ones and those into a dead network late, or not at all. */
async function fakeFetch(url: string, { signal }: { signal: AbortSignal }): Promise<Response> {
  const isDead = network === 'dead';
  if (isDead || url.includes('&stream='))
    await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new TypeError('given up')));
      if (!isDead) setTimeout(resolve, 8000);
    });
  return new Response(url.includes('&stream=') ? '' : `event: hello\nid: 1\ndata: ${hello()}\n\n`);
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeSource);
  vi.stubGlobal('fetch', fakeFetch);
  vi.resetModules(); // what is remembered
  const { Connection } = await import('../../htmx-ext/connect.ts');
  [network, sources, modes] = ['up', [], []];
  const changed = (state: State) => state.name === 'connected' && modes.push(state.mode);
  connection = new Connection(() => '/live/', { opened() {}, lost() {}, received() {}, ended() {}, changed });
});
afterEach(() => {
  connection.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const MINUTES = 60_000;

test('a page whose streams never got through polls for ten minutes', async () => {
  network = 'holds';
  connection.open();
  await pass(9 * MINUTES);
  expect(modes).toEqual(['poll']);
  expect(sources).toHaveLength(1);
});
