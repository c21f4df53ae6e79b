// The router behind what applications put in front of it, under both versions of Express.
import type { ServerResponse } from 'node:http';
import compression from 'compression';
import express from 'express';
import session, { MemoryStore } from 'express-session';
import express4 from 'express4';
import helmet from 'helmet';
import { html } from 'htmx-liveview';
import supertest from 'supertest';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SECRET, startApp, type TestApp } from '../support/app.ts';
import { Client } from '../support/client.ts';
import { Counter, news, Reader } from '../support/components.ts';

let app: TestApp;
let client: Client | undefined;
afterEach(async () => {
  client?.disconnect();
  await app?.close();
});

const versions = [
  ['Express 5', express],
  ['Express 4.18', express4],
] as const;

describe.each(versions)('%s', (_, make) => {
  test('counts behind json, urlencoded, compression and helmet', async () => {
    app = await startApp({
      components: [Counter],
      express: make,
      before: (it) => it.use(helmet(), compression({ threshold: 0 }), make.json(), make.urlencoded({ extended: true })),
    });
    client = await Client.open(app);
    const counter = await client.live();
    await counter.event('increment').expect(204);
    await counter.shows('Count: 1');
    expect(await counter.call('set', { count: '7' })).toEqual([
      { event: 'update', data: expect.objectContaining({ version: 3 }) },
    ]);
  });

  test('sends res.send(html) to the error handler, with the cure', async () => {
    let caught: unknown;
    app = await startApp({
      components: [Counter],
      express: make,
      routes: (it) => {
        it.get('/wrong', (_req, res) => void res.send(html`<p></p>`));
        it.use((error: unknown, _req: unknown, res: express.Response, _next: unknown) => {
          caught = error;
          res.sendStatus(500);
        });
      },
    });
    await supertest(app.server).get('/wrong').expect(500);
    expect(caught).toMatchObject({ code: 'ERR_LIVE_HTML_JSON' });
  });
});

test('a body that something else has eaten is an error with the cure, once', async () => {
  const caught: unknown[] = [];
  app = await startApp({
    components: [Counter],
    before: (it) => it.use(express.text({ type: '*/*' })),
    routes: (it) =>
      it.use((error: unknown, _req: unknown, res: express.Response, _next: unknown) => {
        caught.push(error);
        res.sendStatus(500);
      }),
  });
  client = await Client.open(app);
  const subscribe = JSON.stringify({ viewer: 'v', url: app.url, components: client.roots });
  for (let tries = 0; tries < 3; tries++) await client.post('subscribe', '', subscribe).expect(500);
  const cure = expect.stringContaining('Mount live.router');
  expect(caught).toEqual([expect.objectContaining({ code: 'ERR_LIVE_BODY_PARSED', message: cure })]);
});

test('a body that was kept whole, as a Buffer, is used', async () => {
  app = await startApp({ components: [Counter], before: (it) => it.use(express.raw({ type: '*/*' })) });
  client = await Client.open(app);
  await (await client.live()).event('increment').expect(204);
});

test('a page without live components saves no session', async () => {
  app = await startApp({ components: [Counter], routes: (it) => it.get('/plain', (_req, res) => void res.send('x')) });
  expect((await supertest(app.server).get('/plain')).headers['set-cookie']).toBeUndefined();
});

test('the stream’s headers keep caches and proxies from holding frames', async () => {
  app = await startApp({ components: [Counter] });
  client = new Client(app);
  await client.load();
  const answer = await fetch(`${app.url}/live/stream?v=1`, { headers: { cookie: client.cookie } });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect(answer.headers.get('cache-control')).toBe('private, no-store, no-transform');
  expect(answer.headers.get('x-accel-buffering')).toBe('no');
  await answer.body?.cancel();
});

test('a stream’s end saves no session: one that was destroyed stays so', async () => {
  const store = new MemoryStore();
  app = await startApp({ components: [Counter], store });
  client = await Client.open(app);
  await client.live();
  const all = () => new Promise<object>((resolve) => store.all((_error, sessions) => resolve(sessions ?? {})));
  const [sid = ''] = Object.keys(await all());
  await new Promise((resolve) => store.destroy(sid, resolve));
  app.live.disconnect({ sessionId: sid });
  await client.frame('bye');
  await vi.waitFor(async () => expect(Object.keys(await all())).toEqual([]));
});

/** Calls `begin` just before the head of an answer is written, by which time express-session has set its headers. */
const atHead = (begin: (res: ServerResponse) => void) => (_req: unknown, res: ServerResponse, next: () => void) => {
  const { writeHead } = res;
  Object.assign(res, {
    writeHead: (...args: [number]) => {
      begin(res);
      return writeHead.apply(res, args);
    },
  });
  next();
};

test.each([
  ['a stream', ''],
  ['a poll', '&mode=poll'],
])('nor does the end of %s where every answer saves its session', async (_, mode) => {
  const store = new MemoryStore();
  const always = session({ secret: SECRET, resave: true, saveUninitialized: false, store });
  let begun = () => {};
  const head = atHead(() => begun());
  app = await startApp({ components: [Counter], store, before: (it) => it.use(head, always) });
  client = new Client(app);
  await client.load();
  const { cookie } = client;
  const open = (more: string) => fetch(`${app.url}/live/stream?v=1${mode}${more}`, { headers: { cookie } });
  const greeting = mode ? await (await open('')).text() : '';
  const [, stream] = /"stream":"([^"]+)"/.exec(greeting) ?? [];
  const isOpen = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const answer = open(stream ? `&stream=${stream}&ack=1` : '');
  await isOpen;
  const all = () => new Promise<object>((resolve) => store.all((_error, sessions) => resolve(sessions ?? {})));
  const [sid = ''] = Object.keys(await all());
  await new Promise((resolve) => store.destroy(sid, resolve));
  app.live.disconnect({ sessionId: sid });
  expect(await (await answer).text()).toContain('event: bye');
  expect(await all()).toEqual({});
});

describe('compression that is mounted in spite of no-transform', () => {
  const allowed = atHead((res) => res.setHeader('Cache-Control', 'no-store'));
  const start = async () => {
    app = await startApp({ components: [Reader], before: (it) => it.use(compression({ threshold: 0 }), allowed) });
    client = new Client(app);
    await client.load();
    return client;
  };

  test('holds no frame of a stream back, and loses none at its end', async () => {
    const viewer = await start();
    await viewer.connect();
    const reader = await viewer.live();
    for (const word of ['one', 'two']) {
      app.live.publish(news, word);
      await reader.shows(word);
    }
    app.live.disconnect({ match: () => true });
    await viewer.frame('bye');
  });

  test('leaves polls alone', async () => {
    const { cookie } = await start();
    const answer = await fetch(`${app.url}/live/stream?v=1&mode=poll`, { headers: { cookie } });
    expect(await answer.text()).toContain('event: hello');
  });
});

test('whatever gathers a stream’s text is told to let each frame go', async () => {
  const gather = (_req: unknown, res: ServerResponse, next: () => void) => {
    const { write } = res;
    const held: string[] = [];
    const flush = () => held.splice(0).forEach((text) => void write.call(res, text, 'utf8'));
    Object.assign(res, { write: (text: string) => held.push(text) > 0, flush });
    next();
  };
  app = await startApp({ components: [Reader], before: (it) => it.use('/live/stream', gather) });
  client = await Client.open(app);
  const reader = await client.live();
  for (const word of ['one', 'two']) {
    app.live.publish(news, word);
    await reader.shows(word);
  }
});

test('the extension is served beside the stream, readable and minified', async () => {
  app = await startApp({ components: [Counter] });
  for (const name of ['liveview.js', 'liveview.min.js']) {
    const answer = await supertest(app.server).get(`/live/${name}`).expect(200);
    expect(answer.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(answer.text).toContain('EventSource');
  }
  for (const name of ['hub.js', 'liveview-sha.js', 'liveview-tools.js'])
    await supertest(app.server).get(`/live/${name}`).expect(200);
});

test('a file of the extension that a browser has already is not sent again', async () => {
  app = await startApp({ components: [Counter] });
  const { headers } = await supertest(app.server).get('/live/liveview.min.js').expect(200);
  expect(headers['cache-control']).toBe('no-cache');
  const again = () => supertest(app.server).get('/live/liveview.min.js');
  for (const tag of [headers.etag as string, `W/${headers.etag}`]) await again().set('If-None-Match', tag).expect(304);
  await again().set('If-None-Match', '"another"').expect(200);
});
