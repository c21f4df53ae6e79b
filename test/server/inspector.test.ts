// The inspector over HTTP: who gets in, what it shows and hides, and that it leaves the app alone.
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Express } from 'express';
import { MemoryStore } from 'express-session';
import { html, type Live, LiveComponent, type MonitorMessages } from 'htmx-liveview';
import { connectLive, type LivePage } from 'htmx-liveview/testing';
import supertest from 'supertest';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MEDIA } from '../../protocol/names.ts';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { Client } from '../support/client.ts';
import { Counter } from '../support/components.ts';
import { Network } from '../support/network.ts';

const PANEL = 'htmx-liveview.Inspector';
const CHANNELS = ['stream', 'mount', 'event', 'render', 'patch', 'drain'];

/** Holds what is not for everybody. */
class Vault extends LiveComponent<{ owner?: string; pin?: string }> {
  static component = 'test.Vault';
  static events = { open: true, fail: true };
  password = 'hunter2';
  account = { iban: 'DE99', apiKey: 'k-123', holder: 'Ada' };
  sid = '';
  seen = '';
  opened = 0;
  open() {
    this.opened++;
  }
  fail() {
    throw new Error('the lock is stuck');
  }
  render() {
    return html`<p>${this.opened}</p><button lv-event="open">Open</button><button lv-event="fail">Fail</button>`;
  }
}

/** Serves a page of many counters. */
function serveMany(it: Express, live: Live): void {
  it.get('/many', async (req, res) => {
    const made = Array.from({ length: Number(req.query.count ?? 120) }, () => live.render(req, Counter, {}));
    res.send(String(html`<body hx-ext="liveview">${await Promise.all(made)}</body>`));
  });
}

let app: TestApp;
const apps: TestApp[] = [];
const pages: LivePage[] = [];
const clients: Client[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const client of clients.splice(0)) client.disconnect();
  await Promise.all(pages.splice(0).map((page) => page.close().catch(() => {})));
  await Promise.all(apps.splice(0).map((one) => one.close()));
});

async function start(options: Partial<TestAppOptions> = {}): Promise<TestApp> {
  app = await startApp({ components: [Counter, Vault], inspector: true, ...options });
  apps.push(app);
  return app;
}
async function visit(path = '/', headers: Record<string, string> = {}): Promise<LivePage> {
  const page = await connectLive(app.url + path, { headers });
  pages.push(page);
  return page;
}
/** A page of the inspector, and its component. */
async function inspect(query = '') {
  const page = await visit(`/live/inspector${query}`);
  return { page, panel: page.view(PANEL) };
}
/** A page of the inspector as a client of the protocol: it lets POSTs go wrong. */
async function client(one = app): Promise<Client> {
  const made = new Client(one);
  made.base = '/live/inspector';
  await made.load('/live/inspector');
  await made.connect();
  clients.push(made);
  return made;
}
const isHeard = () => CHANNELS.map((name) => channel(`htmx-liveview:${name}`).hasSubscribers);
const get = (path: string) => supertest(app.server).get(`/live/inspector${path}`);
/** The texts of a table's cells, row by row. */
const rows = (page: LivePage, selector: string) =>
  page
    .$(`${selector} tbody tr`)
    .toArray()
    .map((row) => {
      const cells = page.$(row).children().toArray();
      return cells.map((cell) => page.$(cell).text().replace(/\s+/g, ' ').trim()).join(' | ');
    });

describe('the inspector', () => {
  test('is not there unless it is asked for', async () => {
    await start({ inspector: false });
    for (const path of ['', '/', '/inspector.css', '/stream?v=1']) await get(path).expect(404);
    await supertest(app.server).post('/live/inspector/event').expect(404);
    expect(app.refusals).toEqual([]);
  });

  test('serves a page and its files, below the router alone', async () => {
    await start();
    const answer = await get('').expect(200).expect('Content-Type', /html/);
    expect(answer.text).toContain(`data-component="${PANEL}"`);
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
    expect(answer.headers['cache-control']).toContain('no-store');
    expect(answer.text).not.toMatch(/<style|\sstyle=|<script(?! src=)|\son\w+=/);
    const files = [...answer.text.matchAll(/(?:src|href)="(inspector\/[^"]+)"/g)].map(([, path]) => path);
    expect(new Set(files).size).toBe(5);
    for (const path of files) await supertest(app.server).get(`/live/${path}`).expect(200);
    const slashed = await get('/').expect(200);
    expect(slashed.text).toContain('href="inspector.css"');
    await get('/nothing').expect(404);
    await get('/nodes.ts').expect(404);
  });

  test('says that a file has not changed, and which methods there are', async () => {
    await start();
    const { headers } = await get('/inspector.css').expect(200).expect('Content-Type', /css/);
    await get('/inspector.css')
      .set('If-None-Match', headers.etag ?? '')
      .expect(304);
    await supertest(app.server).post('/live/inspector').expect(405);
    await supertest(app.server).post('/live/inspector/inspector.css').expect(405);
  });

  test('leaves a policy of the app’s own alone, and takes htmx from where the app has it', async () => {
    const policy = "default-src 'self'; img-src *";
    await start({
      inspector: { htmx: '/my/htmx.js' },
      before: (it) =>
        it.use((_req, res, next) => {
          res.setHeader('Content-Security-Policy', policy);
          next();
        }),
    });
    const answer = await get('').expect(200).expect('Content-Security-Policy', policy);
    expect(answer.text).toContain('<script src="/my/htmx.js">');
  });
});

describe('who may see it:', () => {
  /** Everything that it answers. */
  const everything = (): supertest.Test[] => [
    ...['', '/', '/inspector.css', '/switches.js', '/icon.svg', '/htmx.js', '/liveview.min.js', '/stream?v=1'].map(get),
    ...['/subscribe', '/event', '/ack', '/unsubscribe', ''].map((path) =>
      supertest(app.server).post(`/live/inspector${path}`).send('{}'),
    ),
    get('/nothing'),
  ];
  const isRefused = async () => {
    for (const request of everything()) {
      const answer = await request.buffer(true);
      expect([request.url, answer.status]).toEqual([request.url, 403]);
      expect(JSON.parse(answer.text)).toEqual({ type: 'urn:htmx-liveview:forbidden', title: 'forbidden', status: 403 });
    }
  };

  test('in production nobody, without authorize; and the log says what to do', async () => {
    await start();
    vi.stubEnv('NODE_ENV', 'production');
    await isRefused();
    expect(app.refusals.at(-1)).toMatchObject({
      kind: 'forbidden',
      detail: expect.stringContaining('authorize: (req) =>'),
    });
    await supertest(app.server).get('/live/liveview.js').expect(200);
  });

  test.each([
    ['says false', () => false],
    ['says something that is true, but not `true`', () => 1 as never],
    ['says a user', () => ({ id: 7 }) as never],
    ['says nothing', () => undefined as never],
    ['promises false', async () => false],
  ])('nobody, in every environment, where authorize %s', async (_, authorize) => {
    await start({ inspector: { authorize } });
    await isRefused();
    vi.stubEnv('NODE_ENV', 'production');
    await isRefused();
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no database');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
  ])('nobody where authorize %s, and the log says why', async (_, authorize) => {
    const lines: unknown[] = [];
    const logger = { error: (...line: unknown[]) => lines.push(line), warn: () => {} };
    await start({ inspector: { authorize }, logger });
    await isRefused();
    expect(lines[0]).toMatchObject([{ err: { message: 'no database' } }, expect.stringContaining('authorize')]);
  });

  test('in production whom authorize lets in; it is asked for every request, and sees the app’s session', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const asked: string[] = [];
    await start({
      inspector: {
        authorize: async (req) => {
          asked.push(`${req.method} ${req.path} ${req.session !== undefined}`);
          return true;
        },
      },
    });
    const { panel } = await inspect();
    await panel.click('#tab-streams');
    for (const request of [
      'GET /inspector',
      'GET /inspector/stream',
      'POST /inspector/subscribe',
      'POST /inspector/event',
    ])
      expect(asked).toContain(`${request} true`);
  });

  test('one whose right is taken away loses the stream with the next request', async () => {
    let isAllowed = true;
    await start({ inspector: { authorize: () => isAllowed } });
    const one = await client();
    await one.subscribe();
    isAllowed = false;
    await one.post('ack', '?ack=1', '').expect(403);
    expect((await one.frame('bye')).data).toMatchObject({ reason: 'ended' });
  });

  test('POSTs are signed there, too: by another session, for another stream, or not at all they are refused', async () => {
    await start();
    const [one, other] = [await client(), await client()];
    await one.post('ack', '?ack=1', '').expect(204);
    await one.post('ack', '?ack=1', '', { key: other.hello.key }).expect(401);
    await one.post('ack', '?ack=1', '', { key: other.hello.key, keyid: other.hello.stream }).expect(401);
    await supertest(app.server).post('/live/inspector/ack').set('Content-Type', MEDIA.json).expect(401);
    const { stream, key } = one.hello;
    one.base = '/live'; // a stream of the inspector is none of the app
    await one.post('ack', '?ack=1', '', { keyid: stream, key }).expect(401);
  });
});

describe('the lists show', () => {
  test('instances and streams of the app, and nothing of the inspector’s own', async () => {
    await start();
    const page = await visit();
    await page.view('test.Counter').click('button');
    const { page: shown, panel } = await inspect();
    expect(rows(shown, '#list')).toEqual([
      expect.stringMatching(/^test\.Vault \| .{8} \| \/ \| 1 \| 1 \| $/),
      expect.stringMatching(/^test\.Counter \| .{8} \| \/ \| 2 \| 1 \| $/),
    ]);
    await panel.click('#tab-streams');
    expect(rows(shown, '#list')).toEqual([
      expect.stringMatching(/^\S{8} \| [0-9a-f]{6} \| stream \| \d+ s \| .* \| 2$/),
    ]);
    await panel.click('#tab-components');
    expect(rows(shown, '#list').map((row) => row.split(' ')[0])).toEqual(['test.Counter', 'test.Vault']);
    expect(app.live.stats()).toMatchObject({
      streams: 1,
      instances: 2,
      components: { 'test.Counter': 1, 'test.Vault': 1 },
    });
    expect(shown.$.html().match(new RegExp(PANEL, 'g'))).toHaveLength(1); // its own root element
  });

  test('a hundred at most, and what is searched for', async () => {
    await start({
      components: [Counter],
      routes: serveMany,
    });
    const many = await visit('/many');
    const { page, panel } = await inspect();
    expect(rows(page, '#list')).toHaveLength(100);
    expect(page.$('#list').text()).toContain('The newest 100 of 120');
    const id = many.views[0]?.root.attr('data-id') ?? '';
    await panel.change('#search', id.slice(2, 9));
    await panel.until(() => rows(page, '#list').length === 1);
    expect(page.$('#list button').attr('value')).toBe(id);
    await panel.change('#search', 'no such thing');
    await panel.until(() => page.$('#list').text().includes('No instance'));
  });

  test('those of one stream', async () => {
    await start();
    const [, two] = [await visit(), await visit()];
    const { page, panel } = await inspect('?tab=streams');
    const button = page.$(`#list [lv-event="on"]`).first();
    const stream = button.attr('value');
    await panel.click(`[lv-event="on"][value="${stream}"]`);
    expect(rows(page, '#list')).toHaveLength(2);
    await two.close();
    await panel.until(() => rows(page, '#list').length === 0);
    await panel.click('.filter button');
    expect(rows(page, '#list')).toHaveLength(2);
  });
});

describe('an instance that is selected shows', () => {
  test('its state as it changes, and what happens to it', async () => {
    await start();
    const vault = (await visit()).view('test.Vault');
    const { page, panel } = await inspect();
    const detail = () => page.$('#detail').text();
    await panel.click('#list button:contains("test.Vault")');
    expect(detail()).toMatch(/opened\s*0/);
    await vault.click('button:contains("Open")');
    await panel.until(() => /opened\s*1/.test(detail()));
    expect(rows(page, '#detail').map((row) => row.split(' | ')[1])).toEqual(
      expect.arrayContaining(['event', 'patch', 'render']),
    );
    expect(detail()).toMatch(/Last render\s*\d/);
  });

  test('nothing secret: no password at any depth, no session’s id, no key, and what the app names', async () => {
    await start({
      inspector: { redact: ['iban'] },
      routes: (it, live) => {
        it.get('/vault', async (req, res) => {
          const made = await live.render(req, Vault, { owner: req.sessionID, pin: '0000' });
          res.send(String(html`<body hx-ext="liveview">${made}</body>`));
        });
      },
    });
    const vault = (await visit('/vault')).view('test.Vault');
    const id = vault.root.attr('data-id');
    const one = await Client.open(app);
    clients.push(one);
    const { page, panel } = await inspect(`?id=${id}`);
    const detail = page.$('#detail').text();
    expect(detail).toContain('"Ada"');
    expect(detail.match(/«redacted»/g)).toHaveLength(6); // password, iban, apiKey, sid, owner, pin
    const [sid = ''] = /s%3A([^.]+)/.exec(one.cookie)?.slice(1) ?? [];
    for (const tab of ['instances', 'streams', 'components']) {
      await panel.click(`#tab-${tab}`);
      const all = page.$.html();
      for (const secret of ['hunter2', 'DE99', 'k-123', '0000', sid, one.hello.key, one.cookie])
        expect(all).not.toContain(secret);
    }
    expect(sid.length).toBeGreaterThan(20);
  });

  test('that it has gone', async () => {
    await start();
    const page = await visit();
    const { page: shown, panel } = await inspect(`?id=${page.view('test.Vault').root.attr('data-id')}`);
    expect(shown.$('#detail').text()).toContain('password');
    await page.close();
    await panel.until(() => shown.$('#detail').text().includes('not any more'));
  });
});

describe('the timeline', () => {
  const timeline = (page: LivePage) => rows(page, '#timeline');

  test('tells of mounts, events, renders, patches, refusals and errors as they happen, the newest first', async () => {
    await start();
    const { page, panel } = await inspect();
    const app1 = await visit();
    await app1.view('test.Counter').click('button');
    await app1.view('test.Vault').click('button:contains("Fail")', { fails: true });
    await supertest(app.server).post('/live/ack').set('Content-Type', 'text/plain').expect(415);
    await panel.until(() => timeline(page).some((row) => row.includes('media')));
    const told = timeline(page).join('\n');
    for (const expected of [
      /\| stream \| {2}\| \S{8} opened/,
      /\| mount \| test\.Counter \S{8} \| mounted \| \d/,
      /\| render \| test\.Counter \| page \| \d/,
      /\| event \| test\.Counter \S{8} \| increment \| \d/,
      /\| patch \| test\.Counter \S{8} \| v2 whole → 1 \| {2}\| \d+ B/,
      /\| event \| test\.Vault \S{8} \| fail 500 \| \d/,
      /\| error \| test\.Vault \S{8} \| fail\(\) the lock is stuck/,
      /\| refusal \| {2}\| 415 media expected application\/\S+json, got text\/plain/,
    ])
      expect(told).toMatch(expected);
    const times = timeline(page).map((row) => row.slice(0, 12));
    expect(times).toEqual(times.toSorted().reverse());
  });

  test('has no word of the inspector, which causes none by what it shows', async () => {
    await start();
    const { page, panel } = await inspect();
    await panel.click('#tab-streams');
    let count = 0;
    const hear = (message: unknown) => {
      if ((message as MonitorMessages['render']).component === PANEL) count++;
    };
    subscribe('htmx-liveview:render', hear);
    const renders = () => count;
    // it looks once a second; were it to hear itself, it would render some four times
    const [before, since] = [renders(), performance.now()];
    await vi.waitFor(() => expect(renders()).toBeGreaterThanOrEqual(before + 3), { timeout: 10_000 });
    expect(performance.now() - since).toBeGreaterThan(1_800);
    expect(timeline(page)).toEqual([]);
    expect(page.$('#timeline').text()).not.toContain(PANEL);
    unsubscribe('htmx-liveview:render', hear);
  });

  test('has no word of another server of the same process', async () => {
    const other = await start();
    await start({ components: [Counter] });
    const { page, panel } = await inspect();
    const theirs = await connectLive(other.url);
    pages.push(theirs);
    await theirs.view('test.Counter').click('button');
    await theirs.view('test.Vault').click('button:contains("Fail")', { fails: true });
    const ours = (await visit()).view('test.Counter');
    await ours.click('button');
    await panel.until(() => timeline(page).some((row) => row.includes('increment')));
    const rest = timeline(page).filter((row) => !row.includes('| page |'));
    expect(rest.filter((row) => row.includes('increment'))).toHaveLength(1);
    expect(rest.join()).not.toContain('Vault');
    expect(rest.filter((row) => row.includes('stream'))).toHaveLength(1);
  });

  test('is filtered by kind and component, paused and cleared', async () => {
    await start();
    const { page, panel } = await inspect();
    const app1 = await visit();
    await app1.view('test.Counter').click('button');
    await panel.until(() => timeline(page).some((row) => row.includes('increment')));
    await panel.click('#kind-render');
    expect(timeline(page).filter((row) => row.includes('render'))).toEqual([]);
    expect(page.$('#kind-render').attr('aria-pressed')).toBe('false');
    await panel.change('#only', 'test.Vault');
    expect(timeline(page).every((row) => row.includes('test.Vault'))).toBe(true);
    await panel.click('#pause');
    const paused = timeline(page);
    await app1.view('test.Vault').click('button:contains("Open")');
    await panel.click('#tab-streams'); // it renders after what has happened
    expect(timeline(page)).toEqual(paused);
    await panel.click('#pause');
    expect(timeline(page)[0]).toContain('open');
    await panel.click('#clear');
    expect(timeline(page)).toEqual([]);
  });

  test('is bounded, and a busy kind pushes no rare one out', async () => {
    await start({ components: [Counter], routes: serveMany });
    await (await client()).subscribe(); // it watches
    await supertest(app.server).post('/live/ack').set('Content-Type', 'text/plain').expect(415);
    await supertest(app.server).get('/many?count=250').expect(200);
    const { page, panel } = await inspect();
    expect(timeline(page)).toHaveLength(100);
    expect(new Set(timeline(page).map((row) => row.split(' | ')[1]))).toEqual(new Set(['render']));
    await panel.click('#kind-render');
    expect(timeline(page)).toContainEqual(expect.stringContaining('media'));
  });

  test('shows the beginning of a refusal, however long what was sent is', async () => {
    await start();
    await supertest(app.server)
      .get(`/live/stream?v=${'9'.repeat(12_000)}`)
      .expect(400);
    const answer = await get('').expect(200);
    expect(answer.text).toContain('<b>malformed</b> version 99999');
    expect(answer.text).not.toMatch(/9{600}/);
  });
});

test('whoever does not look pays nothing: nobody listens before the first page, and after the last one has gone', async () => {
  const [nobody, somebody] = [CHANNELS.map(() => false), CHANNELS.map(() => true)];
  await start();
  expect(isHeard()).toEqual(nobody);
  await get('').expect(200); // a static render watches nothing
  expect(isHeard()).toEqual(nobody);
  const [one, two] = [await inspect(), await inspect()];
  expect(isHeard()).toEqual(somebody);
  await one.page.close();
  expect(isHeard()).toEqual(somebody);
  await two.page.close();
  await vi.waitFor(() => expect(isHeard()).toEqual(nobody));
  await inspect();
  expect(isHeard()).toEqual(somebody);
  app.live.close();
  expect(isHeard()).toEqual(nobody);
});

test('its streams end with live.close(), and with live.drain()', async () => {
  for (const end of [() => app.live.close(), () => app.live.drain({ within: 100 })]) {
    await start();
    const one = await client();
    await end();
    await vi.waitFor(() => expect(one.source?.readyState).not.toBe(1));
    await one.agent.get('/live/inspector/stream?v=1').expect(503);
    one.disconnect();
  }
});

test('behind a load balancer a POST reaches the node that has its stream, and a logout ends it', async () => {
  const network = new Network();
  const store = new MemoryStore();
  const node = () => start({ backplane: network.join(), store });
  const [here, there] = [await node(), await node()];
  const one = await client(here);
  const panel = await one.live();
  one.agent = supertest.agent(there.server);
  one.agent.set('Cookie', one.cookie);
  const answer = JSON.stringify(await panel.call('show', { tab: 'streams' }));
  expect(answer).toContain('No stream');
  const [, sid = ''] = /s%3A([^.]+)/.exec(one.cookie) ?? [];
  there.live.disconnect({ sessionId: decodeURIComponent(sid) });
  await one.frame('bye');
});
