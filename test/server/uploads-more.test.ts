// The bounds of an upload, to the letter: each file, name, type and text. Every test fails where its one check is left out.
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fields, html, type InvalidEvent, LiveComponent } from 'htmx-liveview';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { Client, type LiveRoot, type PostOptions } from '../support/client.ts';

/** Says what came: names, types and sizes of files, and texts. */
function list(fields: Fields): string {
  return Object.entries(fields)
    .flatMap(([name, value]) =>
      [value].flat().map((it) => `${name}=${it instanceof File ? `${it.name}/${it.size}` : it}`),
    )
    .join(' ');
}

class Shelf extends LiveComponent {
  static component = 'test.Shelf';
  static uploads = { bytes: 1000, files: 2, types: ['image/*', '.txt', 'application/pdf'] };
  static events = { add: true, stop: true };
  static gate: Promise<void> | undefined;
  static started = 0;
  static onInvalid: () => void = () => {};
  said = '';
  async add(fields: Fields) {
    Shelf.started++;
    await Shelf.gate;
    this.said = `took ${list(fields)}`;
  }
  stop() {}
  invalid({ messages, fields }: InvalidEvent) {
    Shelf.onInvalid();
    this.said = `${JSON.stringify(messages)} ${list(fields)}`;
  }
  render() {
    return html`<p>${this.said}.</p>`;
  }
}

class Anything extends LiveComponent {
  static component = 'test.Anything';
  static uploads = { bytes: 1000 };
  static events = { add: true };
  said = '';
  add(fields: Fields) {
    this.said = `took ${list(fields)}`;
  }
  render() {
    return html`<p>${this.said}</p>`;
  }
}

const TYPE = 'multipart/form-data; boundary=b';
const file = (name: string, given: string, type = 'image/png', value = 'A') =>
  `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${given}"\r\nContent-Type: ${type}\r\n\r\n${value}\r\n`;
const text = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const END = '--b--\r\n';

let app: TestApp;
let client: Client;
let shelf: LiveRoot;
let folder: string;
let before: ((app: any) => void) | undefined;
async function start() {
  folder = mkdtempSync(join(tmpdir(), 'uploads-'));
  app = await startApp({
    components: [Shelf, Anything],
    uploadDirectory: folder,
    limits: { body: 2000, waiting: 2 },
    handlerTimeout: 20_000,
    ...(before ? { before } : {}),
  });
  client = await Client.open(app);
  shelf = await client.live();
}
beforeEach(async () => {
  Shelf.gate = undefined;
  Shelf.started = 0;
  Shelf.onInvalid = () => {};
  before = undefined;
  await start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  client.disconnect();
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});
const send = (body: string, options: PostOptions = {}) => shelf.event('add', body + END, { type: TYPE, ...options });
const shown = async () => (await client.update(shelf.id)).html;
/** Begins to send an upload. */
function begin(size: number, options: PostOptions = {}, name = 'add') {
  const query = shelf.query(name);
  const headers = { ...client.sign('event', query, '', { type: TYPE, ...options }), cookie: client.cookie };
  const request = httpRequest(`${app.url}/live/event${query}`, {
    method: 'POST',
    agent: new Agent({ keepAlive: true }),
    headers: { ...headers, 'Content-Length': size },
  });
  request.on('error', () => {});
  request.flushHeaders();
  const answer = new Promise<import('node:http').IncomingMessage>((resolve) => request.once('response', resolve));
  return { request, answer };
}

describe('a file is taken', () => {
  test('of just as many bytes as may be, and not of one more', async () => {
    await send(file('p', 'a.png', 'image/png', 'x'.repeat(1000))).expect(204);
    expect(await shown()).toContain('took p=a.png/1000.');
    await send(file('p', 'a.png', 'image/png', 'x'.repeat(1001))).expect(422);
  });

  test.each([
    ['of a group of types', 'a.bin', 'image/webp', 204],
    ['of no group that begins alike', 'a.bin', 'imagery/x', 422],
    ['by its ending, in any letters', 'a.TXT', 'text/x', 204],
    ['by no other ending', 'a.txt.exe', 'text/plain', 422],
    ['of a type', 'a.bin', 'application/pdf', 204],
    ['of no type that begins alike', 'a.bin', 'application/pdfx', 422],
  ])('%s', async (_, name, type, status) => {
    await send(file('p', name, type)).expect(status);
  });

  test('of any type, where a component names none; and one, where it says no number', async () => {
    const [, second] = await client.subscribe();
    const { id, epoch } = second as { id: string; epoch: string };
    const post = (n: string, body: string) =>
      client.post('event', shelf.query('add', { id, epoch, n }), body + END, { type: TYPE });
    await post('1', file('p', 'a.exe', 'application/x-msdownload')).expect(204);
    await post('2', file('p', 'a.png') + file('p', 'b.png')).expect(422);
  });

  test('with a name of 255 letters at most', async () => {
    await send(file('p', `${'n'.repeat(300)}.png`)).expect(204);
    expect(await shown()).toContain(`took p=${'n'.repeat(255)}/1.`);
  });

  test('not at all, where nothing was chosen', async () => {
    await send(file('p', '', 'application/octet-stream', '') + text('t', 'x')).expect(204);
    expect(await shown()).toContain('took t=x.');
  });

  test('and can be read by nobody else meanwhile', async () => {
    let open = () => {};
    Shelf.gate = new Promise((resolve) => (open = resolve));
    const answer = send(file('p', 'a.png')).then(({ status }) => status);
    await vi.waitFor(() => expect(Shelf.started).toBe(1));
    const [made] = readdirSync(folder) as [string];
    expect(statSync(join(folder, made, '1')).mode & 0o777).toBe(0o600);
    open();
    expect(await answer).toBe(204);
  });
});

test('two of one number that are on their way at once are handled once', async () => {
  const query = shelf.query('add');
  const send = () => {
    const headers = { ...client.sign('event', query, '', { type: TYPE }), cookie: client.cookie };
    const request = httpRequest(`${app.url}/live/event${query}`, { method: 'POST', headers });
    request.write(file('p', 'a.png'));
    const status = new Promise<number | undefined>((resolve) =>
      request.once('response', (answer) => resolve(answer.resume().statusCode)),
    );
    return { request, status };
  };
  const both = [send(), send()];
  await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(2));
  for (const { request } of both) request.end(END);
  expect(await Promise.all(both.map(({ status }) => status))).toEqual([204, 204]);
  expect(Shelf.started).toBe(1);
  await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]));
});

describe('where a file is refused', () => {
  test('invalid() gets the texts before it, and no file', async () => {
    await send(text('t', 'x') + file('p', 'a.png') + file('q', 'b.exe', 'x/y')).expect(422);
    expect(await shown()).toMatch(/t=x\.<\/p>$/);
  });

  test('the files before it are gone when invalid() is called', async () => {
    let left: string[] | undefined;
    Shelf.onInvalid = () => {
      left = readdirSync(folder);
    };
    await send(file('p', 'a.png') + file('q', 'b.exe', 'x/y')).expect(422);
    expect(left).toEqual([]);
  });

  test('the first reason is told, and under the name without its brackets', async () => {
    await send(file('p[]', 'one.exe', 'x/y') + file('q', 'two.exe', 'x/y')).expect(422);
    expect(await shown()).toMatch(/\{&quot;p&quot;:&quot;one.exe is not/);
  });
});

describe('a body is refused', () => {
  test.each([
    ['with a malformed head of a part', `--b\r\nA\r\n\r\nx\r\n`, 400],
    ['with more texts than a form may have, a file after them', text('t', '').repeat(1000) + file('p', 'a.png'), 413],
    ['with an endless number of empty files', file('p', '', 'application/octet-stream', '').repeat(2100), 413],
    [
      'cut off within a file that has no name',
      file('p', '', 'application/octet-stream', 'x'.repeat(200)).slice(0, -2),
      400,
      '',
    ],
    ['with much text in several fields', text('t', 'x'.repeat(700)).repeat(3), 413],
    ['with much text in names', text('t'.repeat(700), '').repeat(3), 413],
  ] as [string, string, number, string?][])('%s', async (_, body, status, end = END) => {
    await shelf.event('add', body + end, { type: TYPE }).expect(status);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]));
  });

  test.each(['multipart/form-data', 'multipart/form-datax; boundary=b', 'multipart/mixed; boundary=b'])(
    'of type %s',
    async (type) => {
      await send(file('p', 'a.png'), { type }).expect(415);
    },
  );

  test('for too many texts, before it has come to its end', async () => {
    const { request, answer } = begin(1_000_000);
    request.write(text('t', '').repeat(1001));
    request.write('--b\r\n');
    expect((await answer).statusCode).toBe(413);
    request.destroy();
  });

  test('of another boundary than was signed', async () => {
    const tamper = (headers: Record<string, string>) => ({ ...headers, 'Content-Type': `${TYPE}x` });
    await send(file('p', 'a.png'), { tamper }).expect(401);
  });

  test('and leaves no place taken: the next ones are read', async () => {
    for (let n = 0; n < 4; n++) await send(text('t', 'x'.repeat(2100))).expect(413);
    await send(file('p', 'a.png')).expect(204);
  });

  test('where nothing can be written: at first, and in the middle', async () => {
    const { request, answer } = begin(2000);
    request.write(text('t', 'x'));
    await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(1));
    rmSync(folder, { recursive: true });
    request.write(file('p', 'a.png') + END);
    expect((await answer).statusCode).toBe(503);
    request.destroy();
    const refused = await send(file('p', 'a.png')).expect(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(existsSync(folder)).toBe(false);
  });

  // nothing reads before the router there
  test.skipIf(process.env.ATTACH)('with an error to the app, where something has read it before', async () => {
    client.disconnect();
    await app.close();
    rmSync(folder, { recursive: true });
    before = (it) =>
      it.use((req: any, _: unknown, next: () => void) => {
        if (req.headers['content-type']?.startsWith('multipart')) req.resume().on('end', next);
        else next();
      });
    await start();
    await send(file('p', 'a.png')).expect(500);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('what is still to come of a refused upload', () => {
  test('is let come for a while: its sender reads the answer, on a connection that stays', async () => {
    const { request, answer } = begin(3_000_000, {}, 'nothing');
    const { statusCode, headers } = await answer;
    expect([statusCode, headers.connection]).toEqual([404, 'keep-alive']);
    for (let n = 0; n < 30; n++) request.write('x'.repeat(100_000));
    const sent = new Promise((resolve) => request.end(resolve));
    await sent;
    expect(request.errored).toBeNull();
  });

  test('is cut off after that while', async () => {
    const real = globalThis.setTimeout;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms = 0, ...more: []) =>
      real(work, ms === 30_000 ? 50 : ms, ...more)) as never);
    const { request, answer } = begin(3_000_000, {}, 'nothing');
    (await answer).resume().on('error', () => {});
    await new Promise((resolve) => request.once('close', resolve));
  });

  test('is cut off at once, where it is of nobody who reads a stream', async () => {
    const { request, answer } = begin(3_000_000, { key: 'AAAA' });
    const { statusCode, headers } = await answer;
    expect([statusCode, headers.connection]).toEqual([401, 'close']);
    request.destroy();
  });
});
