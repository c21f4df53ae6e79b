// Files: streamed to disk, within the component's limits, there as long as their handler runs.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fields, html, type InvalidEvent, LiveComponent, type Params } from 'htmx-liveview';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { startApp, type TestApp } from '../support/app.ts';
import { Client, type LiveRoot } from '../support/client.ts';
import { Counter } from '../support/components.ts';

class Album extends LiveComponent {
  static component = 'test.Album';
  static uploads = { bytes: 1000, files: 2, types: ['image/*', '.txt'] };
  static events = { add: true, one: z.object({ photo: z.instanceof(File), title: z.string() }), click: true };
  static gate: Promise<void> | undefined;
  static kept: File[] = [];
  said = '';
  clicks = 0;

  async add({ photo, title }: Fields) {
    const files = [photo].flat().filter((it): it is File => it instanceof File);
    Album.kept = files;
    await Album.gate;
    const texts = await Promise.all(files.map(async (file) => `${file.name} ${file.type} ${await file.text()}`));
    this.said = `${title}: ${texts.join(', ')}`;
  }
  async one({ photo, title }: Params<typeof Album, 'one'>) {
    this.said = `${title}: ${photo.name} ${photo.size}`;
  }
  click() {
    this.clicks++;
  }
  invalid({ messages, issues }: InvalidEvent) {
    this.said = `refused ${messages.photo} (${(issues[0] as { limit?: string }).limit ?? 'schema'})`;
  }
  render() {
    return html`<p>${this.said}</p><b>${this.clicks}</b>`;
  }
}

const BOUNDARY = 'live-boundary';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
type Part = readonly [name: string, value: string, file?: string, type?: string];
const multipart = (...parts: Part[]) =>
  `${parts
    .map(([name, value, file, type = 'image/png']) => {
      const more = file === undefined ? '' : `; filename="${file}"\r\nContent-Type: ${type}`;
      return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
    })
    .join('')}--${BOUNDARY}--\r\n`;

let app: TestApp;
let client: Client;
let album: LiveRoot;
let folder: string;
beforeEach(async () => {
  Album.gate = undefined;
  folder = mkdtempSync(join(tmpdir(), 'uploads-'));
  app = await startApp({ components: [Album, Counter], uploadDirectory: folder, limits: { body: 2000 } });
  client = await Client.open(app);
  album = await client.live();
});
afterEach(async () => {
  client.disconnect();
  await app.close();
  rmSync(folder, { recursive: true });
});
const send = (body: string, name = 'add', options = {}) => album.event(name, body, { type: TYPE, ...options });
const noFilesAreLeft = () => vi.waitFor(() => expect(readdirSync(folder)).toEqual([]));

describe('an upload', () => {
  test('reaches its handler as Files beside the texts, and is gone afterwards', async () => {
    const body = multipart(['title', 'Žluť'], ['photo', 'AAA', 'a.png'], ['photo', 'BB', 'b.txt', 'text/plain']);
    await send(body).expect(204);
    expect((await client.update()).html).toContain('Žluť: a.png image/png AAA, b.txt text/plain BB');
    await noFilesAreLeft();
    await expect(Album.kept[0]?.text()).rejects.toThrow();
  });

  test('goes through a schema', async () => {
    await send(multipart(['title', 'x'], ['photo', 'AAAA', 'a.png']), 'one').expect(204);
    expect((await client.update()).html).toContain('x: a.png 4');
    await send(multipart(['title', 'x']), 'one').expect(422);
    await noFilesAreLeft();
  });

  test('names no folder, and a file input without a choice brings nothing', async () => {
    await send(multipart(['title', 'x'], ['photo', 'A', '../../etc/pass\twd.png'], ['photo', '', ''])).expect(204);
    expect((await client.update()).html).toContain('x: passwd.png');
  });

  test('does not hold back a click, however slow its handler is', async () => {
    let open = () => {};
    Album.gate = new Promise((resolve) => (open = resolve));
    const slow = send(multipart(['photo', 'A', 'a.png'])).then((answer) => answer.status);
    await vi.waitFor(() => expect(Album.kept).toHaveLength(1));
    const click = album.event('click').then((answer) => answer.status);
    open();
    expect([await slow, await click]).toEqual([204, 204]);
  });

  test('that is sent again is handled once, and answered alike', async () => {
    const query = album.query('add');
    const body = multipart(['title', 'once'], ['photo', 'A', 'a.png']);
    const both = await Promise.all([1, 2].map(() => client.post('event', query, body, { type: TYPE })));
    const third = await client.post('event', query, body, { type: TYPE });
    expect([...both, third].map(({ status }) => status)).toEqual([204, 204, 204]);
    const [{ settled }] = (await client.subscribe([{ ...client.roots[0]!, epoch: album.epoch, version: 2 }])) as any;
    expect(settled).toEqual([{ id: album.id, viewer: album.client.viewer, lane: 'upload', number: 1, status: 200 }]);
    expect((await client.update()).version).toBe(2);
    await noFilesAreLeft();
  });
});

describe('an upload is refused, and invalid() is told why,', () => {
  test.each([
    ['for its size', multipart(['photo', 'A'.repeat(1001), 'a.png']), 'refused a.png is larger than 1 KB (bytes)'],
    [
      'for its number',
      multipart(['photo', 'A', 'a.png'], ['photo', 'A', 'b.png'], ['photo', 'A', 'c.png']),
      'refused at most 2 files (files)',
    ],
    [
      'for its type',
      multipart(['photo', 'A', 'a.exe', 'application/x-msdownload']),
      'refused a.exe is not of a type that is taken: image/*, .txt (types)',
    ],
  ])('%s', async (_, body, why) => {
    await send(body).expect(422);
    expect((await client.update()).html).toContain(why);
    await noFilesAreLeft();
    await send(multipart(['title', 'then'], ['photo', 'B', 'b.png'])).expect(204);
  });

  test('before it has been sent to its end: its settlement comes by the stream', async () => {
    const query = album.query('add');
    const body = multipart(['photo', 'A'.repeat(200_000), 'a.png']);
    const headers = { ...client.sign('event', query, body, { type: TYPE }), cookie: client.cookie };
    const request = httpRequest(`${app.url}/live/event${query}`, {
      method: 'POST',
      headers: { ...headers, 'Content-Length': body.length },
    });
    request.on('error', () => {});
    request.write(body.slice(0, 5000));
    const settled = (await client.frame('settled')).data;
    expect(settled).toEqual({ id: album.id, viewer: album.client.viewer, lane: 'upload', number: 1, status: 422 });
    request.destroy();
    await noFilesAreLeft();
  });
});

describe('an upload is refused', () => {
  test('by a component without uploads', async () => {
    const [, second] = await client.subscribe();
    const { id, epoch } = second as { id: string; epoch: string };
    const query = album.query('increment', { id, epoch });
    const answer = await client.post('event', query, multipart(['a', 'b', 'c.png']), { type: TYPE }).expect(415);
    expect(answer.body.title).toBe('media');
    expect(app.refusals.at(-1)?.detail).toContain('static uploads');
  });

  test.each([
    ['cut off', multipart(['photo', 'A', 'a.png']).slice(0, -30), 400, 'malformed'],
    ['no multipart at all', 'hello', 400, 'malformed'],
    ['with too much text', multipart(['title', 'x'.repeat(2100)]), 413, 'too-large'],
    ['with too many texts', multipart(...Array.from({ length: 1100 }, (): Part => ['t', ''])), 413, 'too-large'],
    ['with an endless name', multipart(['t'.repeat(5000), 'x']), 413, 'too-large'],
  ])('where its body is %s', async (_, body, status, kind) => {
    const answer = await send(body).expect(status);
    expect(answer.body.title).toBe(kind);
    await noFilesAreLeft();
    await album.event('click').expect(204);
  });

  test('without a boundary, by another’s signature, for another query', async () => {
    const body = multipart(['photo', 'A', 'a.png']);
    await send(body, 'add', { type: 'multipart/form-data; x=y' }).expect(400);
    await send(body, 'add', { key: 'AAAA' }).expect(401);
    await send(body, 'add', { signedQuery: '?id=other' }).expect(401);
    await send(body, 'nothing').expect(404);
    await noFilesAreLeft();
  });

  test('when its sender goes away: nothing is handled, and nothing is left', async () => {
    Album.kept = [];
    const query = album.query('add');
    const body = multipart(['photo', 'A'.repeat(900), 'a.png']);
    const header = client.sign('event', query, body, { type: TYPE });
    const request = httpRequest(`${app.url}/live/event${query}`, {
      method: 'POST',
      headers: { ...header, cookie: client.cookie, 'Content-Length': body.length },
    });
    request.on('error', () => {});
    request.write(body.slice(0, 500));
    await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(1));
    request.destroy();
    await noFilesAreLeft();
    expect(Album.kept).toEqual([]);
  });
});

test('an upload of 200 MB takes no memory to speak of', async () => {
  class Big extends LiveComponent {
    static component = 'test.Big';
    static uploads = { bytes: 300_000_000 };
    static events = { add: true };
    size = 0;
    async add({ file }: Fields) {
      let size = 0;
      for await (const chunk of (file as File).stream()) size += chunk.length;
      this.size = size;
    }
    render() {
      return html`<p>${this.size}</p>`;
    }
  }
  const big = await startApp({ components: [Big] });
  const visitor = await Client.open(big);
  const live = await visitor.live();
  const query = live.query('add');
  const header = visitor.sign('event', query, '', { type: TYPE });
  const [head, tail] = multipart(['file', '|', 'a.bin']).split('|') as [string, string];
  const chunk = Buffer.alloc(1_000_000, 65);
  let most = 0;
  const before = process.memoryUsage().rss;
  const status = await new Promise((resolve, reject) => {
    const request = httpRequest(
      `${big.url}/live/event${query}`,
      { method: 'POST', headers: { ...header, cookie: visitor.cookie } },
      (answer) => resolve(answer.resume().statusCode),
    );
    request.on('error', reject);
    void (async () => {
      request.write(head);
      for (let n = 0; n < 200; n++) {
        if (!request.write(chunk)) await new Promise((resolve) => request.once('drain', resolve));
        most = Math.max(most, process.memoryUsage().rss);
      }
      request.end(tail);
    })();
  });
  // after a second of reading, the settlement comes by the stream
  if (status === 202) expect((await visitor.frame('settled')).data).toMatchObject({ number: 1, status: 200 });
  else expect(status).toBe(204);
  expect((await visitor.update()).html).toContain('200000000');
  expect(most - before).toBeLessThan(100_000_000);
  visitor.disconnect();
  await big.close();
});
