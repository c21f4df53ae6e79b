// The one stream of many tabs, without a browser: what a hub hears from tabs, and does with its stream. Time is made here.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ToHub, ToTabs } from '../../htmx-ext/hub.ts';
import '../../htmx-ext/sha.ts';
import { type FakeSource, fakeSources, hello, pollAnswer } from '../support/source.ts';

const NAME = 'liveview /live/ share';
const SECONDS = 1000;
const HEARTBEAT = 1e9;

let sources: FakeSource[];
let requests: { readonly url: string; readonly body: string }[];
/** What the hub has said since it was looked at last. */
let said: ToTabs[];
/** How a tab is heard by the hub. */
let hear: (message: ToHub) => void;

class FakeChannel {
  onmessage: ((event: { data: ToHub }) => void) | undefined;
  constructor() {
    hear = (data) => this.onmessage?.({ data });
  }
  postMessage(message: ToTabs): void {
    said.push(message);
  }
}

async function fakeFetch(url: string, { body = '' }: { body?: string | Uint8Array } = {}): Promise<Response> {
  requests.push({ url, body: typeof body === 'string' ? body : new TextDecoder().decode(body) });
  if (url.includes('&stream=')) await new Promise((resolve) => setTimeout(resolve, 8 * SECONDS));
  return url.includes('mode=poll') ? pollAnswer(url, HEARTBEAT) : new Response('');
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const join = (from: string, polls = false) => hear({ to: 'hub', kind: 'join', from, polls });
const tell = (kind: 'leave' | 'pong' | 'hurry', from: string) => hear({ to: 'hub', kind, from });
const take = () => said.splice(0);
const goodbyes = () => requests.filter(({ url }) => url.startsWith('/live/unsubscribe')).map(({ body }) => body);

beforeEach(async () => {
  vi.useFakeTimers();
  sources = fakeSources((source, number) => source.say('hello', hello(`s${number}`, HEARTBEAT)));
  vi.stubGlobal('BroadcastChannel', FakeChannel);
  vi.stubGlobal('fetch', fakeFetch);
  vi.stubGlobal('crypto', { randomUUID: () => 'x' }); // as on an insecure origin: WebCrypto has a time of its own
  vi.resetModules(); // what is remembered of this network
  [requests, said] = [[], []];
  const { startHub } = await import('../../htmx-ext/hub.ts');
  const { createConnection } = await import('../../htmx-ext/connect.ts');
  const { post } = await import('../../htmx-ext/post.ts');
  const mode = await import('../../htmx-ext/mode.ts');
  startHub({ createConnection, post, ...mode }, '/live/', NAME);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a new hub says that the stream before it is lost, and asks who is there', () => {
  expect(take()).toEqual([
    { to: 'tabs', kind: 'lost' },
    { to: 'tabs', kind: 'ping' },
  ]);
  expect(sources).toHaveLength(0);
});

test('the first tab opens the stream; the next is greeted alone, with the time as it is now', async () => {
  join('one');
  await pass(10);
  expect(sources).toHaveLength(1);
  take();
  await pass(3 * SECONDS);
  join('two');
  expect(sources).toHaveLength(1);
  const data = expect.objectContaining({ stream: 's1', time: Date.now() });
  expect(take()).toEqual([{ to: 'tabs', kind: 'frame', name: 'hello', data, only: 'two' }]);
});

test('frames go to all tabs', async () => {
  join('one');
  await pass(10);
  take();
  sources[0]?.say('update', { id: 'x', version: 2 });
  expect(take()).toEqual([{ to: 'tabs', kind: 'frame', name: 'update', data: { id: 'x', version: 2 } }]);
});

test('a tab that says nothing for too long is buried: the server is told, and the others keep the stream', async () => {
  join('silent');
  join('talks');
  for (let passed = 0; passed < 160; passed += 20) {
    if (passed < 140) expect(goodbyes()).toEqual([]);
    await pass(20 * SECONDS);
    tell('pong', 'talks');
  }
  expect(goodbyes()).toEqual(['{"viewer":"silent"}']);
  expect(sources.map(({ isClosed }) => isClosed)).toEqual([false]);
});

test('a tab that was buried and wakes up is greeted anew: it must subscribe again', async () => {
  join('sleeps');
  join('talks');
  for (let passed = 0; passed < 160; passed += 20) {
    await pass(20 * SECONDS);
    tell('pong', 'talks');
  }
  take();
  tell('pong', 'sleeps');
  tell('pong', 'sleeps');
  expect(take()).toMatchObject([{ kind: 'frame', name: 'hello', only: 'sleeps' }]);
});

test('a tab that has left answers no ping, or the stream would be held for it', async () => {
  vi.stubGlobal('document', {});
  vi.stubGlobal('SharedWorker', class {});
  const { SHARED_PART } = await import('../../htmx-ext/parts.ts');
  await import('../../htmx-ext/shared.ts');
  const heard: ToHub[] = [];
  const channel = Object.assign(new EventTarget(), {
    name: NAME,
    postMessage: (message: ToHub) => heard.push(message),
  });
  const code = { pollUntil: () => 0 };
  const open = (globalThis as any)[SHARED_PART](code, { base: '/live/', viewer: 'one', channel, takeTurns() {} });
  const say = (data: unknown) => channel.dispatchEvent(new MessageEvent('message', { data }));
  const tab = open({ frame() {} });
  say({ to: 'tabs', kind: 'frame', name: 'hello', data: {} });
  say({ to: 'tabs', kind: 'ping' });
  tab.close();
  say({ to: 'tabs', kind: 'ping' });
  expect(heard.map(({ kind }) => kind)).toEqual(['join', 'pong', 'leave']);
});

test('with the last tab the stream goes, whether it left or fell silent', async () => {
  join('one');
  join('two');
  await pass(10);
  tell('leave', 'one');
  expect(sources[0]?.isClosed).toBe(false);
  tell('leave', 'two');
  expect(sources[0]?.isClosed).toBe(true);
  expect(goodbyes()).toEqual([]);
  join('three');
  await pass(160 * SECONDS);
  expect(goodbyes()).toEqual(['{"viewer":"three"}']);
  expect(sources.map(({ isClosed }) => isClosed)).toEqual([true, true]);
});

test('a stream that a tab found dead is opened anew, once', async () => {
  join('one');
  join('two');
  await pass(5 * SECONDS);
  take();
  for (const from of ['one', 'two']) hear({ to: 'hub', kind: 'dead', from, stream: 's1' });
  expect(take()).toEqual([{ to: 'tabs', kind: 'lost' }]);
  await pass(10);
  hear({ to: 'hub', kind: 'dead', from: 'two', stream: 's1' });
  await pass(5 * SECONDS);
  expect(sources.map(({ isClosed }) => isClosed)).toEqual([true, false]);
  expect(take()).toEqual([
    { to: 'tabs', kind: 'frame', name: 'hello', data: expect.objectContaining({ stream: 's2' }) },
  ]);
});

test('where a tab knows that streams are held back, the hub polls', async () => {
  join('one', true);
  await pass(10);
  expect(sources).toHaveLength(0);
  expect(requests[0]?.url).toContain('mode=poll');
  expect(take().at(-1)).toMatchObject({ kind: 'frame', name: 'hello' });
});

test('when the server ends it for good, the tabs are told why', async () => {
  join('one');
  await pass(10);
  take();
  sources[0]?.say('bye', { reason: 'session' });
  expect(take()).toContainEqual({ to: 'tabs', kind: 'frame', name: 'bye', data: { reason: 'session' } });
  await pass(60 * SECONDS);
  expect(sources).toHaveLength(1);
});
