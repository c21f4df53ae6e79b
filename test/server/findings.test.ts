// What a security review found. Each of these did not hold once.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from 'express-session';
import { type Fields, html, LiveComponent } from 'htmx-liveview';
import { afterEach, describe, expect, test } from 'vitest';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { Client, type LiveRoot } from '../support/client.ts';
import { Counter } from '../support/components.ts';

class Shelf extends LiveComponent {
  static component = 'test.Shelf';
  static uploads = { bytes: 1000 };
  static events = { add: true };
  static name_: string | undefined;
  add({ p }: Fields) {
    Shelf.name_ = p instanceof File ? p.name : undefined;
  }
  render() {
    return html`<p>Shelf</p>`;
  }
}

/** A store that takes a while, as one over the network does. */
class SlowStore extends MemoryStore {
  override get(sid: string, done: (error: unknown, session?: any) => void): void {
    setTimeout(() => super.get(sid, done), 40);
  }
}

let app: TestApp;
let client: Client;
let it: LiveRoot;
let folder: string;
async function start(options: Partial<TestAppOptions> = {}) {
  folder = mkdtempSync(join(tmpdir(), 'findings-'));
  app = await startApp({ components: [Shelf, Counter], uploadDirectory: folder, ...options });
  client = await Client.open(app);
  it = await client.live();
}
afterEach(async () => {
  client.disconnect();
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const TYPE = 'multipart/form-data; boundary=b';
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const send = (body: string) => it.event('add', body, { type: TYPE });
const withoutAnswer = (body: string) => Promise.race([send(body).then(({ status }) => status), wait(8000)]);

describe('an upload', () => {
  test.each([
    ['a text', '--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n'],
    ['two files', `${'--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx\r\n'.repeat(2)}--b--\r\n`],
    ['a large file', `--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\n${'x'.repeat(1001)}\r\n--b--\r\n`],
  ])('with %s that has no field name is refused as malformed', async (_, body) => {
    await start();
    await send(body).expect(400);
  });

  test('with a file that has no field name is refused as malformed, and nothing of it stays', async () => {
    await start();
    const { status } = await send('--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx\r\n--b--\r\n');
    expect([status, readdirSync(folder)]).toEqual([400, []]);
  });

  test('that is given up before its session is there leaves no folder, and no place taken', async () => {
    await start({ store: new SlowStore(), limits: { waiting: 1 } });
    const query = it.query('add');
    const headers = {
      ...client.sign('event', query, '', { type: TYPE }),
      cookie: client.cookie,
      'Content-Length': 500,
    };
    const request = httpRequest(`${app.url}/live/event${query}`, { method: 'POST', agent: false, headers });
    request.on('error', () => {}).write('--b\r\n');
    await wait(20);
    request.destroy();
    const whole = '--b\r\nContent-Disposition: form-data; name="p"; filename="a"\r\n\r\nx\r\n--b--\r\n';
    await expect.poll(() => send(whole).then(({ status }) => status), { timeout: 10_000, interval: 200 }).toBe(204);
    await expect.poll(() => readdirSync(folder)).toEqual([]);
  });

  test('with a part after its end is answered', async () => {
    await start();
    const body = '--b--\r\n--b\r\n--b\r\no:\r\nContent-Disposition: form-data; name="p"; filename="a"\r\n\r\nw';
    expect(await withoutAnswer(body)).toBeDefined();
  });

  test('never has a file that is named as a folder', async () => {
    await start();
    await send('--b\r\nContent-Disposition: form-data; name="p"; filename*=utf-8\'\'.%01.\r\n\r\nx\r\n--b--\r\n');
    expect(Shelf.name_).not.toBe('..');
  });
});

describe('a limit holds', () => {
  test('of components, for a session that opens one stream after another', async () => {
    await start({ limits: { components: 2, streams: 1 } });
    for (let n = 0; n < 10; n++) {
      client.disconnect();
      await expect.poll(() => app.live.stats().streams).toBe(0);
      await client.connect();
      client.viewer = `viewer-${n}`;
      await client.subscribe();
    }
    expect(app.live.stats().instances).toBeLessThan(10);
  });

  test('of streams, while context() is awaited', async () => {
    await start({ limits: { streams: 2 }, context: () => wait(30) });
    const more = Array.from({ length: 5 }, () => client.sibling().catch(() => undefined));
    await wait(300);
    const { streams } = app.live.stats();
    for (const sibling of await Promise.all(more.map((one) => Promise.race([one, wait(50)]))))
      (sibling as Client | undefined)?.disconnect();
    expect(streams).toBe(2);
  });

  test('of events, for a session that opens another stream', async () => {
    await start({ limits: { events: 1, burst: 3 }, components: [Counter] });
    for (let n = 0; n < 2; n++) await it.event('increment').expect(204);
    client.disconnect();
    await client.connect();
    await it.event('increment').expect(429);
  });
});

test('what is reported of a refusal is one line', async () => {
  await start();
  await client.agent.get('/live/stream?v=1%0Aforged%1b[2J').expect(400);
  expect(app.refusals[0]?.detail).not.toMatch(/\p{Cc}/u);
});

test('a refusal is not kept by a cache, whatever the app says of its other answers', async () => {
  const before: TestAppOptions['before'] = (on) =>
    on.use((_, res, next) => {
      res.setHeader('Cache-Control', 'public, max-age=3600');
      next();
    });
  await start({ before });
  const { headers } = await client.agent.get('/live/stream?v=9').expect(400);
  expect(headers['cache-control']).toContain('no-store');
});
