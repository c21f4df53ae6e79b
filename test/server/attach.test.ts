// Signed POSTs that are answered before Express sees them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import session, { MemoryStore } from 'express-session';
import { liveview } from 'htmx-liveview';
import supertest from 'supertest';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SECRET, type TestApp } from '../support/app.ts';
import { Client } from '../support/client.ts';
import { Counter } from '../support/components.ts';

let app: TestApp;
let seen: string[];
let store: MemoryStore;
async function start(maxAge?: number): Promise<Client> {
  seen = [];
  store = new MemoryStore();
  const web = express();
  web.use((req, _res, next) => {
    seen.push(`${req.method} ${req.path}`);
    next();
  });
  const cookie = maxAge ? { maxAge } : {};
  web.use(session({ secret: SECRET, resave: false, saveUninitialized: false, store, cookie }));
  const live = liveview({ secret: SECRET, components: [Counter], heartbeat: 1000, onRefusal: () => {} });
  web.use('/live', live.router);
  web.post('/live/mine', (_req, res) => res.send('mine'));
  web.get('/', async (req, res) => res.send(String(await live.render(req, Counter))));
  const server = createServer(live.attach(web));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    live.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  app = { app: web, live, server, url, refusals: [], errors: [], close };
  return Client.open(app);
}
let client: Client;
beforeEach(async () => {
  client = await start();
});
afterEach(async () => {
  client.disconnect();
  await app.close();
});

test('an event never reaches Express, and counts', async () => {
  const counter = await client.live();
  await counter.event('increment').expect(204);
  expect((await client.update()).html).toContain('Count: 1');
  expect(seen).toEqual(['GET /', 'GET /live/stream']);
});

test('what is not ours goes on to the app, below the path and elsewhere', async () => {
  expect((await supertest(app.server).post('/live/mine').expect(200)).text).toBe('mine');
  await supertest(app.server).post('/other').expect(404);
});

test('the stream’s session is known by its cookie', async () => {
  const counter = await client.live();
  const query = counter.query('increment');
  const headers = client.sign('event', query, '');
  await supertest(app.server).post(`/live/event${query}`).set(headers).expect(401);
  await supertest(app.server).post(`/live/event${query}`).set(headers).set('Cookie', client.cookie).expect(204);
});

test('events keep the session alive, seldom', async () => {
  client.disconnect();
  await app.close();
  client = await start(60_000);
  const counter = await client.live();
  const touch = vi.spyOn(store, 'touch');
  for (let n = 0; n < 5; n++) await counter.event('increment').expect(204);
  expect(touch).toHaveBeenCalledTimes(1);
  const [[, touched]] = touch.mock.calls as never as [[string, { cookie: { expires: Date } }]];
  expect(+touched.cookie.expires).toBeGreaterThan(Date.now() + 59_000);
});

test.each(['live', '/', '/live/', '/live?x'])('a path that can’t be one is an error at start: %s', (path) => {
  expect(() => app.live.attach(app.app, { path })).toThrow('ERR_LIVE_ATTACH');
});
