// Streams that are compressed: the option `compression`.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createGunzip, type Gunzip } from 'node:zlib';
import compressing from 'compression';
import { html, LiveComponent, topic } from 'htmx-liveview';
import { afterEach, expect, test, vi } from 'vitest';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { Client } from '../support/client.ts';

const words = topic<string>('words');

class Board extends LiveComponent {
  static component = 'test.Board';
  static events = { set: true };
  word = 'first';
  mount() {
    this.subscribe(words, (word) => {
      this.word = word;
    });
  }
  set({ word }: { word?: unknown }) {
    this.word = String(word);
  }
  render() {
    return html`<p>${this.word}</p>`;
  }
}

let app: TestApp;
const streams: IncomingMessage[] = [];
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.destroy();
  await app.close();
});

async function load(options: Partial<TestAppOptions> = {}): Promise<Client> {
  app = await startApp({ components: [Board], compression: true, ...options });
  const client = new Client(app);
  await client.load();
  return client;
}

async function answerTo({ cookie }: Client, coding?: string): Promise<IncomingMessage> {
  const headers = { cookie, ...(coding ? { 'accept-encoding': coding } : {}) };
  const [answer] = (await once(get(`${app.url}/live/stream?v=1`, { agent: false, headers }), 'response')) as [
    IncomingMessage,
  ];
  streams.push(answer.on('error', () => {}));
  return answer;
}

/** Opens a compressed stream, and reads it. */
async function open(client: Client): Promise<{ answer: IncomingMessage; gunzip: Gunzip; text: () => string }> {
  const answer = await answerTo(client, 'gzip, deflate, br');
  const gunzip = answer.pipe(createGunzip());
  let text = '';
  gunzip.on('data', (data) => {
    text += data;
  });
  await vi.waitFor(() => expect(text).toContain('event: hello'));
  client.hello = JSON.parse(/event: hello\ndata: (.*)/.exec(text)?.[1] ?? '');
  await client.subscribe();
  return { answer, gunzip, text: () => text };
}

test('a stream is compressed where the browser reads gzip, and each frame is there at once', async () => {
  const client = await load();
  const { answer, text } = await open(client);
  expect(answer.headers).toMatchObject({
    'content-encoding': 'gzip',
    'content-type': 'text/event-stream',
    'cache-control': 'private, no-store, no-transform',
  });
  for (const word of ['one', 'zwei: ä€😀', 'x'.repeat(100_000), 'four']) {
    app.live.publish(words, word);
    await vi.waitFor(() => expect(text()).toContain(`<p>${word}</p>`));
  }
});

test('it has a proper end, by disconnect and by drain', async () => {
  const client = await load();
  const first = await open(client);
  app.live.disconnect({ match: () => true });
  await once(first.gunzip, 'end'); // an error where the sums at the end are wrong
  expect(first.text()).toContain('event: bye');
  await client.load();
  const second = await open(client);
  const drained = app.live.drain({ within: 100 });
  await once(second.gunzip, 'end');
  expect(second.text()).toContain('event: move');
  await drained;
});

test.each<[string | undefined, Partial<TestAppOptions>]>([
  [undefined, {}],
  ['br, gzip;q=0', {}],
  ['gzip', { compression: undefined }],
])('nothing is compressed for Accept-Encoding: %s with %o', async (coding, options) => {
  const client = await load(options);
  const answer = await answerTo(client, coding);
  expect(answer.headers['content-encoding']).toBe('identity');
  expect(String((await once(answer, 'data'))[0])).toContain('retry: 2000');
});

test('a stream that stays on its response is compressed, once', async () => {
  const client = await load({ before: (it) => it.use(compressing({ threshold: 0 })) });
  const { text, gunzip } = await open(client);
  app.live.publish(words, 'second');
  await vi.waitFor(() => expect(text()).toContain('<p>second</p>'));
  app.live.disconnect({ match: () => true });
  await once(gunzip, 'end');
});

test('polls and answers are short, and are not', async () => {
  const client = await load();
  const poll = client.agent.get('/live/stream?v=1&mode=poll').set('Accept-Encoding', 'gzip');
  expect((await poll.expect(200)).headers['content-encoding']).toBe('identity');
});

test('a reader that does not read is dropped all the same', async () => {
  const client = await load();
  const { answer } = await open(client);
  answer.pause();
  answer.socket.pause();
  // as bad as it gets: random text, and acknowledgements of what was never read
  const noise = () => Array.from({ length: 40_000 }, () => Math.random().toString(36).slice(2, 8)).join('');
  for (let n = 2; n < 60 && app.live.stats().streams > 0; n++) {
    app.live.publish(words, noise());
    await new Promise((resolve) => setImmediate(resolve));
    await client.post('ack', `?ack=${n}`, '');
  }
  expect(app.live.stats().streams).toBe(0);
});
