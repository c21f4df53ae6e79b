// docs/guides/existing-app.md: the app before and after, and what it says of middleware, paths and view engines.
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import ejs from 'ejs';
import { Eta } from 'eta';
import express, { type Express, type RequestHandler } from 'express';
import session from 'express-session';
import { liveview } from 'htmx-liveview';
import { connectLive } from 'htmx-liveview/testing';
import pug from 'pug';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SECRET } from '../support/app.ts';
import { Counter } from '../support/components.ts';
import { changes, samplesOf, textOf } from '../support/quotes.ts';

const GUIDE = 'docs/guides/existing-app.md';
const hbs = createRequire(import.meta.url)('hbs'); // it has no types
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(app: RequestListener): Promise<string> {
  const server = createServer(app).listen(0);
  servers.push(server);
  await once(server, 'listening');
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

describe('the app of the guide', () => {
  const versions = (file: string) =>
    ['before', 'after'].map((version) => textOf(`examples/guides/existing/${version}/${file}`)) as [string, string];

  beforeAll(() => {
    process.env.SESSION_SECRET = SECRET;
    process.env.LIVE_SECRET = SECRET;
  });

  test('is made live by at most ten lines, which the guide shows', () => {
    const lines = ['app.ts', 'views/page.ejs'].flatMap((file) => changes(...versions(file)));
    const changed = lines.filter((line) => !line.startsWith(' '));
    const added = changed.filter((line) => line.startsWith('+'));
    expect(added.length).toBeLessThanOrEqual(10);
    const shown = samplesOf(GUIDE, 'diff').join('\n').split('\n');
    expect(shown.filter((line) => /^[+-]/.test(line))).toEqual(changed);
    for (const line of shown) if (line.startsWith(' ')) expect(lines).toContain(line);
    expect(textOf(GUIDE)).toContain(
      `${['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'][added.length]} lines`,
    );
  });

  test('does what it did, before and after', async () => {
    for (const version of ['before', 'after']) {
      const { app } = await import(`../../examples/guides/existing/${version}/app.ts`);
      const url = await listen(app);
      expect(await (await fetch(url)).text()).toContain('<li>Soup, € 6</li>');
      const body = new URLSearchParams({ dish: '<Pie>', price: '4' });
      expect(await (await fetch(`${url}/orders`, { method: 'POST', body })).text()).toBe('<li>&lt;Pie&gt;, € 4</li>\n');
    }
  });

  test('shows each order to everybody who looks, after', async () => {
    const { app } = await import('../../examples/guides/existing/after/app.ts');
    const url = await listen(app);
    const [ada, bob] = [await connectLive(url), await connectLive(url)];
    const sum = Number(/€ (\d+)/.exec(ada.view('shop.Till').text)?.[1]);
    await fetch(`${url}/orders`, { method: 'POST', body: new URLSearchParams({ dish: 'Tea', price: '3' }) });
    for (const page of [ada, bob]) {
      await expect.poll(() => page.view('shop.Till').text).toContain(`€ ${sum + 3}`);
      await page.close();
    }
  });
});

/** A page with a counter, in an app that is put together as a test says. */
function shop(use: (app: Express, router: RequestHandler) => void, script = '/live/liveview.js') {
  const app = express();
  app.use(session({ secret: SECRET, resave: false, saveUninitialized: false }));
  const live = liveview({ secret: SECRET, components: [Counter], onRefusal: () => {} });
  use(app, live.router);
  app.get('/', async (req, res) => {
    res.send(
      `<script src="${script}"></script><body hx-ext="liveview">${await live.render(req, Counter, { start: 1 })}`,
    );
  });
  return { app, live };
}

/** Refuses what has no token, as packages for CSRF do. */
const csrf: RequestHandler = (req, res, next) => {
  if (req.method === 'POST' && req.headers['x-csrf-token'] !== 'right') res.status(403).send('no token');
  else next();
};

test('CSRF middleware belongs behind the router', async () => {
  const good = shop((app, router) => app.use('/live', router).use(csrf));
  const page = await connectLive(await listen(good.app));
  await page.view('test.Counter').click('[lv-event=increment]');
  expect(page.view('test.Counter').text).toContain('Count: 2');
  await page.close();

  const bad = shop((app, router) => app.use(csrf).use('/live', router));
  const refused = await connectLive(await listen(bad.app));
  expect(refused.view('test.Counter').gone).toBe('expired');
  await refused.close();
});

test('an app that is mounted below a path serves the router and the script there, with attach too', async () => {
  const { app, live } = shop((it, router) => it.use('/live', router), '/shop/live/liveview.js');
  const site = express().use('/shop', app);
  for (const url of [await listen(site), await listen(live.attach(site, { path: '/shop/live' }))]) {
    const page = await connectLive(`${url}/shop`);
    await page.view('test.Counter').click('[lv-event=increment]');
    expect(page.view('test.Counter').text).toContain('Count: 2');
    await page.close();
  }
});

const engines: [string, (text: string, locals: { till: unknown }) => string][] = [
  ['EJS', (text, locals) => ejs.render(text, locals)],
  ['Pug', (text, locals) => pug.render(text, locals)],
  ['Handlebars', (text, locals) => hbs.handlebars.compile(text)(locals)],
  ['Eta', (text, locals) => new Eta().renderString(text, locals)],
];

test.each(engines)('the guide knows how a component is put into a page of %s', async (name, render) => {
  let shown = '';
  const { app, live } = shop((it) =>
    it.get('/shown', async (req, res) => {
      const till = await live.render(req, Counter, { start: 1 });
      const [, text = ''] = new RegExp(`^\\| ${name} \\| \`(.*?)\` \\|$`, 'm').exec(textOf(GUIDE)) ?? [];
      shown = render(text, { till });
      expect(shown).toBe(String(till));
      res.end();
    }),
  );
  expect((await fetch(`${await listen(app)}/shown`)).status).toBe(200);
  expect(shown).toMatch(/^<div data-id=/);
});
