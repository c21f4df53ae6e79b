// What is sent to whom, and how much of it may wait: acknowledgements, polls, sessions that end, and a server that leaves.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type session from 'express-session';
import { MemoryStore } from 'express-session';
import { html, LiveComponent, topic } from 'htmx-liveview';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseFrames } from '../../protocol/frame.ts';
import type { Hello, Update } from '../../protocol/patch.ts';
import { systemClock } from '../../server/clock.ts';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { Client, text } from '../support/client.ts';
import { Counter } from '../support/components.ts';

const numbers = topic<number>('numbers');

class Board extends LiveComponent {
  static component = 'test.Board';
  static events = { add: true };
  static renders = 0;
  static size = 0;
  n = 0;
  mount() {
    this.subscribe(numbers, (n) => {
      this.n = n;
    });
  }
  add() {
    this.n++;
  }
  render() {
    Board.renders++;
    return html`<p>${this.n}</p><i>${'x'.repeat(Board.size)}${this.n}</i>`;
  }
}

let app: TestApp;
let clients: Client[] = [];
afterEach(async () => {
  Board.size = 0;
  for (const client of clients.splice(0)) client.disconnect();
  await app.close();
});
async function open(options: Partial<TestAppOptions> = {}): Promise<Client> {
  app = await startApp({ components: [Board], ...options });
  const client = await Client.open(app);
  clients = [client];
  return client;
}
const publishAll = async (from: number, to: number) => {
  for (let n = from; n <= to; n++) {
    app.live.publish(numbers, n);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
};
/** Opens a stream that reads its hello and no more. */
async function stall(client: Client): Promise<IncomingMessage> {
  const { cookie } = client;
  const stalled = await new Promise<IncomingMessage>((resolve) =>
    httpRequest(`${app.url}/live/stream?v=1`, { headers: { cookie } }, resolve).end(),
  );
  stalled.on('error', () => {});
  let first = '';
  stalled.on('data', (chunk) => {
    first += chunk;
  });
  await vi.waitFor(() => expect(first).toContain('heartbeat'));
  stalled.pause();
  client.hello = parseFrames(first.slice(first.indexOf('id:')))[0]?.data as Hello;
  return stalled;
}
const lastUpdate = (client: Client) => client.frames.filter(({ event }) => event === 'update').at(-1)?.data as Update;

describe('a reader that does not acknowledge', () => {
  test('gets so many frames and no more; its component is not even rendered', async () => {
    const client = await open();
    client.acks = false;
    await client.live();
    await publishAll(1, 100);
    await vi.waitFor(() => expect(client.frames.filter(({ event }) => event === 'update')).toHaveLength(31));
    const { renders } = Board;
    await publishAll(101, 120);
    expect(Board.renders).toBe(renders);
  });

  test('gets the latest state, and no backlog, once it has caught up', async () => {
    const client = await open();
    client.acks = false;
    await client.live();
    await publishAll(1, 100);
    await vi.waitFor(() => expect(client.frames).toHaveLength(31));
    client.acknowledge('32');
    await vi.waitFor(() => expect(lastUpdate(client).html).toContain('<p>100</p>'));
    expect(client.frames).toHaveLength(32);
    await publishAll(101, 101);
    await vi.waitFor(() => expect(lastUpdate(client).html).toContain('<p>101</p>'));
  });

  test('is told the effect of its own events all the same', async () => {
    const client = await open();
    client.acks = false;
    const board = await client.live();
    await publishAll(1, 100);
    const frames = await board.call('add');
    expect((frames.at(-1) as { data: Update }).data.html).toContain('<p>101</p>');
  });

  test('is dropped when too much waits, or for too long; its state waits for its return', async () => {
    let now = Date.now();
    const client = await open({ heartbeat: 1000, clock: { ...systemClock, now: () => now } });
    client.acks = false;
    await client.live();
    await publishAll(1, 3);
    now += 61_000;
    const move = await client.frame('move');
    expect(move.data).toEqual({ ms: 2000, reason: 'slow' });
    await vi.waitFor(() => expect(app.live.stats().streams).toBeLessThan(2));
    expect(app.live.stats().instances).toBe(1);
  });

  test('gains nothing by acknowledging what was never sent', async () => {
    const client = await open();
    client.acks = false;
    await client.live();
    await publishAll(1, 100);
    await client.post('ack', '?ack=1000', '').expect(204);
    await publishAll(101, 110);
    await vi.waitFor(() => expect(client.frames).toHaveLength(31));
  });

  test('that acknowledges without reading is dropped as well', async () => {
    const client = await open();
    client.disconnect();
    await vi.waitFor(() => expect(app.live.stats().streams).toBe(0));
    Board.size = 60_000;
    const stalled = await stall(client);
    await client.live();
    for (let n = 1; n < 400 && app.live.stats().streams > 0; n++) {
      await publishAll(n, n);
      await client.post('ack', `?ack=${n + 1}`, '');
    }
    expect(app.live.stats().streams).toBe(0);
    stalled.destroy();
  });

  test('is dropped within a minute however rare the heartbeats are', async () => {
    let now = Date.now();
    const client = await open({ heartbeat: 60_000, clock: { ...systemClock, now: () => now } });
    client.acks = false;
    now += 45_000;
    await new Promise((resolve) => setTimeout(resolve, 5_500));
    expect(app.live.stats().streams).toBe(1);
    now += 6_000;
    expect((await client.frame('move')).data).toEqual({ ms: 2000, reason: 'slow' });
  });

  test('that reads nothing costs at most one and a half megabyte', async () => {
    const client = await open();
    client.disconnect();
    Board.size = 20_000;
    const stalled = await stall(client);
    await client.live();
    global.gc?.();
    const before = process.memoryUsage().heapUsed + process.memoryUsage().external;
    await publishAll(1, 400);
    expect(process.memoryUsage().heapUsed + process.memoryUsage().external - before).toBeLessThan(12_000_000);
    expect(Board.renders).toBeLessThan(400);
    stalled.destroy();
  });
});

describe('polls', () => {
  const poll = (client: Client, query = '') =>
    client.agent.get(`/live/stream?v=1&mode=poll${query}`).buffer(true).parse(text);

  test('are answered with hello at once, then with frames as they come, which stay until they are acknowledged', async () => {
    const client = await open();
    client.disconnect();
    const first = await poll(client).expect(200);
    expect(first.headers['cache-control']).toContain('no-store');
    client.hello = parseFrames(first.body)[0]?.data as Hello;
    const stream = `&stream=${client.hello.stream}`;
    await client.live();
    const waiting = poll(client, `${stream}&ack=1`).then(({ body }) => parseFrames(body));
    await publishAll(1, 1);
    const [update] = await waiting;
    expect(update).toMatchObject({ event: 'update', id: '2', data: { version: 2 } });
    const again = await poll(client, `${stream}&ack=1`);
    expect(parseFrames(again.body)).toEqual([update]);
    const next = poll(client, `${stream}&ack=2`).then(({ body }) => parseFrames(body));
    await publishAll(2, 2);
    expect(await next).toMatchObject([{ id: '3' }]);
  });

  test('are for the session that began them, and end with it', async () => {
    const client = await open();
    const [hello] = parseFrames((await poll(client)).body);
    const { stream } = hello!.data as Hello;
    const thief = new Client(app);
    await thief.load();
    await poll(thief, `&stream=${stream}&ack=1`).expect(404);
    await poll(client, `&stream=${client.hello.stream}`).expect(404); // a stream is not polled
    const waiting = poll(client, `&stream=${stream}&ack=1`).then(({ body }) => parseFrames(body));
    await new Promise((resolve) => setTimeout(resolve, 30));
    app.live.disconnect({ match: () => true });
    expect(await waiting).toMatchObject([{ event: 'bye', data: { reason: 'ended' } }]);
  });

  test('that come after the stream was ended are told why, once, and in their own session', async () => {
    const client = await open();
    const [hello] = parseFrames((await poll(client)).body);
    const { stream } = hello!.data as Hello;
    app.live.disconnect({ match: () => true });
    const thief = new Client(app);
    await thief.load();
    await poll(thief, `&stream=${stream}&ack=1`).expect(404);
    const last = await poll(client, `&stream=${stream}&ack=1`).expect(200);
    expect(parseFrames(last.body)).toContainEqual(expect.objectContaining({ event: 'bye', data: { reason: 'ended' } }));
    await poll(client, `&stream=${stream}&ack=1`).expect(404);
  });

  test('that stop end the stream', async () => {
    const timers = new Map<number, () => void>();
    const after = (ms: number, work: () => void) => {
      timers.set(ms, work);
      return () => {
        if (timers.get(ms) === work) timers.delete(ms);
      };
    };
    const client = await open({ clock: { ...systemClock, after } });
    client.disconnect();
    await vi.waitFor(() => expect(app.live.stats().streams).toBe(0));
    await poll(client).expect(200);
    expect(app.live.stats().streams).toBe(1);
    timers.get(12_000)?.();
    expect(app.live.stats().streams).toBe(0);
  });

  test('a probe says whether a stream could be opened, and opens none', async () => {
    const client = await open({ limits: { streams: 1 } });
    await client.agent.get('/live/stream?v=1&probe').expect(429).expect('Retry-After', '1');
    client.disconnect();
    await vi.waitFor(() => expect(app.live.stats().streams).toBe(0));
    await client.agent.get('/live/stream?v=1&probe').expect(204);
    expect(app.live.stats().streams).toBe(0);
  });
});

describe('when its express-session', () => {
  const routes: TestAppOptions['routes'] = (it) => {
    it.get('/destroy', (req, res) => req.session.destroy(() => res.send('')));
    it.get('/regenerate', (req, res) => req.session.regenerate(() => res.send('')));
  };
  test.each(['destroy', 'regenerate'])(
    'is gone by %s, a stream ends within one heartbeat, with its instances',
    async (way) => {
      const client = await open({ heartbeat: 1000, routes });
      await client.live();
      const end = Date.now() + 1500;
      await client.agent.get(`/${way}`).expect(200);
      expect((await client.frame('bye')).data).toEqual({ reason: 'session' });
      expect(Date.now()).toBeLessThan(end);
      client.disconnect();
      expect(app.live.stats()).toMatchObject({ streams: 0, instances: 0 });
    },
  );

  test('is gone, a stream ends that had waited for its context longer than a heartbeat', async () => {
    const context = () => new Promise((resolve) => setTimeout(resolve, 1_300));
    const client = await open({ heartbeat: 1000, routes, context });
    await client.agent.get('/destroy').expect(200);
    expect((await client.frame('bye')).data).toEqual({ reason: 'session' });
  });

  test('expires, the same', async () => {
    const store = new MemoryStore();
    const client = await open({ heartbeat: 1000, store });
    await client.live();
    const id = decodeURIComponent(client.cookie).slice('connect.sid=s:'.length).split('.')[0] as string;
    store.get(id, (_, found) => {
      (found as session.SessionData).cookie.expires = new Date(Date.now() - 1);
      store.set(id, found as session.SessionData);
    });
    expect((await client.frame('bye')).data).toEqual({ reason: 'session' });
  });

  test.each([
    ['fails', (done: (error: unknown) => void) => done(new Error('no store'))],
    [
      'throws',
      () => {
        throw new Error('no store');
      },
    ],
    ['never answers', () => {}],
  ])('can’t be known because its store %s, it may come back, and its state waits', async (_, get) => {
    const store = new MemoryStore();
    const client = await open({ heartbeat: 1000, store });
    await client.live();
    const real = store.get.bind(store);
    store.get = (_id, done) => get(done as never);
    expect((await client.frame('bye')).data).toEqual({ reason: 'unavailable' });
    client.disconnect();
    store.get = real;
    expect(app.live.stats()).toMatchObject({ streams: 0, instances: 1 });
  });

  test('is there, it is asked for once, however many streams it has, and never touched', async () => {
    const store = new MemoryStore();
    const client = await open({ heartbeat: 1000, store });
    clients.push(await client.sibling(), await client.sibling());
    const get = vi.spyOn(store, 'get');
    const touch = vi.spyOn(store, 'touch');
    const set = vi.spyOn(store, 'set');
    await client.frame('beat');
    await client.frame('beat');
    expect(get.mock.calls.length).toBeLessThan(3);
    for (const one of clients) one.disconnect();
    await vi.waitFor(() => expect(app.live.stats().streams).toBe(0));
    expect([touch.mock.calls.length, set.mock.calls.length]).toEqual([0, 0]);
  });
});

describe('drain', () => {
  test('sends readers away one by one, takes no new ones, finishes what is being handled, and lets server.close() return', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    class Slow extends LiveComponent {
      static component = 'test.Slow';
      static events = { go: true };
      done = false;
      async go() {
        await gate;
        this.done = true;
      }
      render() {
        return html`<p>${this.done}</p>`;
      }
    }
    const client = await open({ components: [Slow] });
    const others = await Promise.all(Array.from({ length: 20 }, () => client.sibling()));
    clients.push(...others);
    const slow = await client.live();
    const answer = slow.event('go').then(({ status }) => status);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const drained = app.live.drain({ within: 1000 });
    const moves = await Promise.all(
      clients.map((one) => one.frame('move').then(({ data }) => (data as { ms: number }).ms)),
    );
    const gaps = moves.toSorted((a, b) => a - b).map((ms, at, all) => ms - (all[at - 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(80); // twice 800 / 21, and rounding
    expect(Math.max(...moves)).toBeLessThanOrEqual(800);
    await client.agent.get('/live/stream?v=1').expect(503);
    for (const one of others) one.disconnect();
    release();
    expect(await answer).toBe(204);
    client.disconnect();
    await drained;
    expect(app.live.stats()).toMatchObject({ streams: 0, instances: 0 });
    await new Promise((resolve) => {
      app.server.close(resolve);
      app.server.closeIdleConnections();
    });
  });
});

test.each(['close', 'drain'] as const)(
  '%s() while context(req) is awaited: no stream opens afterwards',
  async (how) => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    let isHeld = false;
    await open({ context: () => (isHeld ? gate : undefined) });
    const client = new Client(app);
    await client.load();
    isHeld = true;
    const answer = client.agent.get('/live/stream?v=1').then(({ status }) => status);
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (how === 'close') app.live.close();
    else await app.live.drain({ within: 50 });
    go();
    expect(await answer).toBe(503);
    expect(app.live.stats().streams).toBe(0);
  },
);

test('an unsubscribe without ids ends all that the viewer has on the stream, and nothing of others', async () => {
  const client = await open();
  await client.subscribe();
  const item = client.roots[0];
  const body = (viewer: string) => JSON.stringify({ viewer, url: app.url, components: [item] });
  await client.post('subscribe', '', body(`${client.viewer}-1`)).expect(200);
  await client.post('subscribe', '', body('other')).expect(200);
  expect(app.live.stats().instances).toBe(3);
  await client.post('unsubscribe', '', JSON.stringify({ viewer: client.viewer })).expect(204);
  expect(app.live.stats().instances).toBe(1);
});

test('streams say that they must not be cached, changed or held back; identity is an option', async () => {
  for (const identityEncoding of [true, false]) {
    const client = await open({ identityEncoding, components: [Counter] });
    const { headers } = await new Promise<IncomingMessage>((resolve) =>
      httpRequest(`${app.url}/live/stream?v=1`, { headers: { cookie: client.cookie } }, (answer) => {
        answer.destroy();
        resolve(answer);
      }).end(),
    );
    expect(headers).toMatchObject({ 'cache-control': 'private, no-store, no-transform', 'x-accel-buffering': 'no' });
    expect(headers['content-encoding']).toBe(identityEncoding ? 'identity' : undefined);
    client.disconnect();
    if (identityEncoding) await app.close();
  }
});
