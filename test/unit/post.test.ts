// How many POSTs a page has on their way: never so many that its connections are used up, and never so that a file keeps a click waiting.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Connection } from '../../htmx-ext/connection.ts';
import '../../htmx-ext/sha.ts';
import type { Post } from '../../htmx-ext/post.ts';

const HELLO = { stream: 's', key: 'AAAA', heartbeat: 15_000, time: 0 };

/** What is on its way; each is answered, or fails, when the test says so. */
let sent: { readonly what: string; readonly answer: () => void; readonly fail: () => void }[];
let post: typeof import('../../htmx-ext/post.ts').post;
let send: typeof import('../../htmx-ext/post.ts').send;
let connection: Connection;

/** Takes a request on, as fetch and XMLHttpRequest both do. */
const take = (what: string, answer: () => void, fail: () => void) => sent.push({ what, answer, fail });
const whats = () => sent.map(({ what }) => what);

function fakeFetch(url: string, { signal }: { signal: AbortSignal }): Promise<Response> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new TypeError('the network failed'));
    signal?.addEventListener('abort', fail);
    take(url.replace(/.*name=/, ''), () => resolve(new Response(null, { status: 204 })), fail);
  });
}

class FakeRequest {
  upload: { onprogress?: () => void } = {};
  onload: (() => void) | undefined;
  onerror: (() => void) | undefined;
  onabort: (() => void) | undefined;
  status = 204;
  responseText = '';
  #url = '';
  open(_method: string, url: string): void {
    this.#url = url;
  }
  setRequestHeader(): void {}
  getResponseHeader(): null {
    return null;
  }
  abort(): void {
    this.onabort?.();
  }
  send(): void {
    take(
      this.#url.replace(/.*name=/, ''),
      () => this.onload?.(),
      () => this.onerror?.(),
    );
  }
}

const request = (name: string, body: string | Blob, more: Partial<Post> = {}) =>
  post(connection, { endpoint: 'event', query: `?name=${name}`, type: 'text/plain', body, ...more });
/** What is said of a POST that nobody waits for. */
const fire = (...args: Parameters<typeof request>) => void request(...args).catch(() => {});
const file = (name: string) => fire(name, new Blob(['x']));
const click = (name: string) => fire(name, 'a=1');
/** Lets the promises have their turns. */
const turn = () => vi.advanceTimersByTimeAsync(0);

async function answer(what: string): Promise<void> {
  const at = sent.findIndex((it) => it.what === what);
  sent.splice(at, 1)[0]?.answer();
  await turn();
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', fakeFetch);
  vi.stubGlobal('crypto', { randomUUID: () => 'x' }); // as on an insecure origin: WebCrypto has a time of its own
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
  vi.resetModules(); // what is in flight
  ({ post, send } = await import('../../htmx-ext/post.ts'));
  sent = [];
  connection = {
    base: () => '/live/',
    hello: HELLO,
    lastHello: HELLO,
    inFlight: new Set(),
    now: () => 0,
    takeAck: () => '',
  } as unknown as Connection;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('two are in flight; the next goes when one is answered, in the order in which they were made', async () => {
  for (const name of ['a', 'b', 'c', 'd']) click(name);
  await turn();
  expect(whats()).toEqual(['a', 'b']);
  await answer('b');
  expect(whats()).toEqual(['a', 'c']);
  await answer('a');
  await answer('c');
  expect(whats()).toEqual(['d']);
});

test('one that fails makes room as well', async () => {
  for (const name of ['a', 'b', 'c']) click(name);
  await turn();
  sent.shift()?.fail();
  await turn();
  expect(whats()).toEqual(['b', 'c']);
});

test('one upload is in flight, and clicks go beside it and before the next', async () => {
  for (const name of ['file1', 'file2']) file(name);
  await turn();
  expect(whats()).toEqual(['file1']);
  for (const name of ['a', 'b']) click(name);
  await turn();
  expect(whats()).toEqual(['file1', 'a']);
  await answer('a');
  expect(whats()).toEqual(['file1', 'b']);
  await answer('file1');
  expect(whats()).toEqual(['b', 'file2']);
});

test('a goodbye waits for nobody', async () => {
  for (const name of ['a', 'b']) click(name);
  await turn();
  const signal = new AbortController().signal;
  void send({ url: '/live/unsubscribe?name=bye', headers: {}, body: '' }, { keepalive: true, signal });
  await turn();
  expect(whats()).toEqual(['a', 'b', 'bye']);
});

test('one without an answer counts as lost after ten seconds, an upload does not', async () => {
  file('file');
  const lost = expect(request('a', '')).rejects.toThrow('the network failed');
  click('b');
  await vi.advanceTimersByTimeAsync(9_999);
  expect(whats()).toEqual(['file', 'a']);
  await vi.advanceTimersByTimeAsync(1);
  await lost;
  expect(whats()).toEqual(['file', 'a', 'b']);
  await vi.advanceTimersByTimeAsync(9_999);
  file('file2');
  await turn();
  expect(whats()).toEqual(['file', 'a', 'b']);
});

test('one that is taken back before its turn is never sent', async () => {
  for (const name of ['a', 'b']) click(name);
  const stop = new AbortController();
  const taken = expect(request('c', '', { signal: stop.signal })).rejects.toThrow('aborted');
  stop.abort();
  await turn();
  await answer('a');
  await taken;
  expect(whats()).toEqual(['b']);
});
