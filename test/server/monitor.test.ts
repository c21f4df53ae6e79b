// What whoever runs the server is told: diagnostics channels, live.stats(), the log.
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { html, LiveComponent, type Logger, type Params } from 'htmx-liveview';
import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { encodeFrame } from '../../protocol/frame.ts';
import type { Client } from '../support/client.ts';
import { Broken, Counter } from '../support/components.ts';
import { useNodes } from '../support/nodes.ts';
import { useApp } from '../support/opened.ts';
import { useChannels } from '../support/watched.ts';

const its = useApp();
const { open, visitor } = its;
const heard = useChannels();

let go = () => {};

function fail(why: string): never {
  throw new Error(why);
}

/** Takes what it is given, slowly if asked, and throws if asked. */
class Desk extends LiveComponent {
  static component = 'test.Desk';
  static durable = true;
  static events = { take: z.object({ note: z.string().max(20) }), wait: true, fail: true, spoil: true };
  note = '';
  isSpoilt = false;

  take({ note }: Params<typeof Desk, 'take'>) {
    this.note = note;
  }
  wait() {
    return new Promise<void>((resolve) => {
      go = resolve;
    });
  }
  fail() {
    fail('on purpose');
  }
  spoil() {
    this.isSpoilt = true;
  }
  render() {
    if (this.isSpoilt) throw new Error('spoilt');
    return html`<p>${this.note}</p>`;
  }
}

/** One for all. */
class Board extends LiveComponent {
  static component = 'test.Board';
  static scope = 'app' as const;
  static events = { write: true };
  text = '';
  write({ text }: { readonly text?: unknown }) {
    this.text = String(text);
  }
  render() {
    return html`<p>${this.text}</p>`;
  }
}

const nodes = useNodes({ components: [Desk] });
const ms = expect.any(Number);

describe('the channel', () => {
  test('stream tells that one was opened, and that it has ended, and after how long', async () => {
    const client = await open({ components: [Counter] });
    const about = { id: client.hello.stream, mode: 'stream' };
    expect(heard.stream).toEqual([{ ...about, state: 'open' }]);
    client.disconnect();
    await vi.waitFor(() => expect(heard.stream).toHaveLength(2));
    expect(heard.stream[1]).toEqual({ ...about, state: 'ended', ms });
  });

  test('stream tells which ones poll', async () => {
    const client = await open({ components: [Counter] });
    await client.agent.get('/live/stream?v=1&mode=poll').expect(200);
    its.app.live.disconnect({ match: () => true });
    const polls = heard.stream.filter(({ mode }) => mode === 'poll');
    expect(polls.map(({ state }) => state)).toEqual(['open', 'ended']);
  });

  test('mount tells how long it took, and whether it went live', async () => {
    const client = await open({ components: [Counter, Broken] });
    expect(heard.mount).toEqual([]); // the page's static render
    const [counter, broken] = client.roots;
    await client.subscribe();
    expect(heard.mount).toContainEqual({ component: 'test.Counter', id: counter?.id, ms, ok: true, resumed: false });
    expect(heard.mount).toContainEqual({ component: 'test.Broken', id: broken?.id, ms, ok: false, resumed: false });
  });

  test('mount tells where the state of a durable instance was taken up', async () => {
    const [here, there] = [await nodes.start(), await nodes.start()];
    const client = await nodes.open(here);
    const desk = await client.live();
    await here.live.drain({ within: 0 });
    await nodes.moveTo(client, there);
    await client.subscribe([{ ...(client.roots[0] as never as Client['roots'][0]), epoch: desk.epoch, version: 1 }]);
    expect(heard.mount.map(({ resumed }) => resumed)).toEqual([false, true]);
  });

  test('event tells how it ended, and how long that took', async () => {
    const desk = await (await open({ components: [Desk] })).live();
    const about = { component: 'test.Desk', id: desk.id, ms };
    await desk.call('take', { note: 'short' });
    await desk.call('take', { note: 'x'.repeat(21) });
    await desk.call('fail');
    expect(heard.event).toEqual([
      { ...about, name: 'take', status: 200 },
      { ...about, name: 'take', status: 422 },
      { ...about, name: 'fail', status: 500 },
    ]);
  });

  test('event tells the time from when it was read until its effect is out', async () => {
    const desk = await (await open({ components: [Desk] })).live();
    const start = performance.now();
    const waits = desk.call('wait');
    await vi.waitFor(() => expect(its.app.live.stats().waiting).toBe(1));
    const taken = performance.now();
    await desk.client.agent.get('/').expect(200); // something that takes a while
    const least = performance.now() - taken;
    go();
    await waits;
    expect(heard.event[0]?.ms).toBeGreaterThanOrEqual(least);
    expect(heard.event[0]?.ms).toBeLessThanOrEqual(performance.now() - start);
  });

  test('event tells nothing of one that was sent again', async () => {
    const counter = await (await open({ components: [Counter] })).live();
    const query = counter.query('increment');
    await counter.client.post('event', query, '').expect(204);
    await counter.client.post('event', query, '').expect(204);
    expect(heard.event).toHaveLength(1);
  });

  test('event and render speak within the request, so that a tracer finds its span', async () => {
    const requests = new AsyncLocalStorage<string>();
    const found: unknown[] = [];
    const note = () => found.push(requests.getStore());
    const names = ['htmx-liveview:event', 'htmx-liveview:render'];
    const client = await open({
      components: [Desk],
      before: (app) => app.use((req, _, next) => requests.run(req.path, next)),
    });
    const desk = await client.live();
    for (const name of names) subscribe(name, note);
    await desk.call('take', { note: 'short' });
    for (const name of names) unsubscribe(name, note);
    expect(found).toEqual(['/live/event', '/live/event']);
  });

  test('render tells of pages and of updates, and where it threw', async () => {
    const client = await open({ components: [Desk] });
    const [root] = client.roots;
    const about = { component: 'test.Desk', id: root?.id, ms };
    expect(heard.render).toEqual([{ ...about, ok: true, live: false }]);
    const desk = await client.live();
    await desk.call('take', { note: 'short' });
    await desk.call('spoil');
    const live = heard.render.slice(1);
    expect(live).toEqual([true, true, false].map((ok) => ({ ...about, ok, live: true })));
  });

  test('patch tells the bytes of its frame, whatever letters it has', async () => {
    const desk = await (await open({ components: [Desk] })).live();
    const [update] = await desk.call('take', { note: 'grün' });
    const bytes = Buffer.byteLength(encodeFrame('update', JSON.stringify(update?.data)));
    expect(bytes).toBeGreaterThan(encodeFrame('update', JSON.stringify(update?.data)).length);
    const about = { component: 'test.Desk', id: desk.id };
    expect(heard.patch).toEqual([{ ...about, version: 2, bytes, whole: true, readers: 1 }]);
  });

  test('patch counts the readers of a shared component, and none where nothing changed', async () => {
    const ann = await open({ components: [Board] });
    const [hers] = [await ann.live(), await (await visitor()).live(), await (await visitor()).live()];
    await hers.call('write', { text: 'hello' });
    await hers.call('write', { text: 'hello' });
    expect(heard.patch.map(({ readers, version }) => ({ readers, version }))).toEqual([{ readers: 3, version: 2 }]);
  });

  test('refusal tells the kind, and never a name that a browser made up', async () => {
    const client = await open({ components: [Counter] });
    const counter = await client.live();
    await counter.event('nope').expect(404);
    const [root] = client.roots as [Client['roots'][0]];
    await client.subscribe([{ ...root, component: 'made.Up' }, root]);
    await client.agent.get('/live/event').expect(405);
    expect(heard.refusal).toEqual([
      { kind: 'unknown', status: 404, component: 'test.Counter' },
      { kind: 'unknown', status: 404, component: undefined },
      { kind: 'method', status: 405, component: undefined },
    ]);
  });

  test('drain tells how many streams were sent away, and how many had not gone', async () => {
    const client = await open({ components: [Counter] });
    const stays = await visitor();
    const drained = its.app.live.drain({ within: 200 });
    await client.frame('move');
    client.disconnect();
    await drained;
    expect(heard.drain).toEqual([{ streams: 2, left: 1, ms }]);
    expect(heard.drain[0]?.ms).toBeGreaterThan(150);
    stays.disconnect();
  });

  test('no message has what a user sent, or who that is', async () => {
    const client = await open({ components: [Desk] });
    const desk = await client.live();
    await desk.call('take', { note: 'my secret' });
    await desk.event('my-secret-event').expect(404);
    await its.app.live.drain({ within: 0 });
    const said = JSON.stringify(heard);
    for (const list of Object.values(heard)) expect(list).not.toEqual([]);
    const sid = decodeURIComponent(client.cookie).replace(/^connect\.sid=s:|\.[^.]*$/g, '');
    for (const secret of ['my secret', 'my-secret-event', sid, client.hello.key, client.viewer])
      expect(said).not.toContain(secret);
  });
});

describe('live.stats()', () => {
  test('counts streams and polls, and instances by their class', async () => {
    const client = await open({ components: [Counter, Desk] });
    await client.subscribe();
    const twin = await client.sibling();
    its.clients.push(twin);
    await twin.subscribe();
    await client.agent.get('/live/stream?v=1&mode=poll').expect(200);
    expect(its.app.live.stats()).toEqual({
      streams: 3,
      polls: 1,
      slow: 0,
      queued: 0,
      instances: 4,
      components: { 'test.Counter': 2, 'test.Desk': 2 },
      away: 0,
      durable: 2,
      waiting: 0,
      joined: true,
    });
  });

  test('counts the instances whose viewers are away', async () => {
    const client = await open({ components: [Counter, Desk] });
    await client.subscribe();
    client.disconnect();
    await vi.waitFor(() => expect(its.app.live.stats()).toMatchObject({ streams: 0, instances: 2, away: 2 }));
  });

  test('counts events that have not settled, those that wait for their turn included', async () => {
    const desk = await (await open({ components: [Desk] })).live();
    const calls = [desk.call('wait'), desk.call('take', { note: 'next' })];
    await vi.waitFor(() => expect(its.app.live.stats().waiting).toBe(2));
    go();
    await Promise.all(calls);
    expect(its.app.live.stats().waiting).toBe(0);
  });

  test('counts the readers that are behind', async () => {
    const client = await open({ components: [Counter] });
    client.acks = false;
    const counter = await client.live();
    for (let sent = 0; sent < 32; sent++) await counter.event('increment').expect(204);
    expect(its.app.live.stats()).toMatchObject({ streams: 1, slow: 1 });
    client.acknowledge('32');
    await vi.waitFor(() => expect(its.app.live.stats().slow).toBe(0));
  });

  test('says whether other nodes can be reached', async () => {
    const node = await nodes.start();
    expect(node.live.stats().joined).toBe(true);
    (nodes.backplanes[0] as { isOpen: boolean }).isOpen = false;
    expect(node.live.stats().joined).toBe(false);
  });
});

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [about: string]: unknown;
}

/** A real pino, and its lines. */
function log() {
  const lines: Line[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  return { lines, logger: pino({ base: undefined, timestamp: false }, { write }) satisfies Logger };
}

const [INFO, WARN, ERROR] = [30, 40, 50];
/** The app's own hooks, which a test has otherwise. */
const NO_HOOKS = { onError: undefined, onRefusal: undefined };

describe('a logger gets', () => {
  test('what a component throws, with where that was', async () => {
    const { lines, logger } = log();
    const desk = await (await open({ components: [Desk], logger, ...NO_HOOKS })).live();
    await desk.event('fail').expect(500);
    expect(lines[0]).toEqual({
      level: ERROR,
      component: 'test.Desk',
      id: desk.id,
      doing: 'fail()',
      err: expect.objectContaining({ message: 'on purpose', stack: expect.any(String) }),
      msg: `htmx-liveview: test.Desk (${desk.id}) threw in fail()`,
    });
  });

  test('refusals, with their detail', async () => {
    const { lines, logger } = log();
    const desk = await (await open({ components: [Desk], logger, ...NO_HOOKS })).live();
    await desk.event('nope').expect(404);
    const about = { kind: 'unknown', status: 404, component: 'test.Desk', id: desk.id };
    const detail = 'no event "nope"';
    const msg = `htmx-liveview: refused (unknown) test.Desk ${desk.id}: ${detail}`;
    expect(lines).toEqual([{ level: WARN, ...about, detail, msg }]);
  });

  test('neither where the app has hooks of its own', async () => {
    const { lines, logger } = log();
    const desk = await (await open({ components: [Desk], logger })).live();
    await desk.event('nope').expect(404);
    await desk.event('fail').expect(500);
    expect(lines).toEqual([]);
    expect([its.app.refusals.length, its.app.errors.length]).toEqual([2, 1]); // a 500 is both
  });

  test('the beginning and the end of a drain', async () => {
    const { lines, logger } = log();
    await open({ components: [Desk], logger });
    await its.app.live.drain({ within: 20 });
    expect(lines).toEqual([
      { level: INFO, streams: 1, within: 20, msg: 'htmx-liveview: draining: 1 streams are sent away within 20 ms' },
      {
        level: INFO,
        streams: 1,
        left: 1,
        ms,
        msg: 'htmx-liveview: drained: 1 of 1 streams had not gone by themselves',
      },
    ]);
  });

  test('that other nodes can’t be reached, and that they can again, once for each', async () => {
    const { lines, logger } = log();
    await nodes.start({ logger, ...NO_HOOKS });
    const [backplane] = nodes.backplanes as unknown as [{ node: string; isOpen: boolean }];
    backplane.isOpen = false;
    nodes.network.fault(new Error('gone'), 'staying connected');
    backplane.isOpen = true;
    nodes.network.lose();
    nodes.network.lose(); // another node's word
    const { node } = backplane;
    expect(lines.map(({ level, msg, node: name }) => ({ level, msg, name }))).toEqual([
      { level: ERROR, msg: `htmx-liveview: backplane (${node}) threw in staying connected` },
      { level: INFO, msg: 'htmx-liveview: other nodes cannot be reached', name: node },
      { level: INFO, msg: 'htmx-liveview: other nodes can be reached again', name: node },
    ]);
  });

  test('what goes wrong past Express', async () => {
    const { lines, logger } = log();
    vi.stubEnv('ATTACH', '1');
    class Fragile extends LiveComponent {
      static component = 'test.Fragile';
      static isBroken = false;
      static get scope() {
        return Fragile.isBroken ? fail('in a getter') : undefined;
      }
      render() {
        return '';
      }
    }
    const client = await open({ components: [Fragile], logger, ...NO_HOOKS });
    Fragile.isBroken = true;
    const body = JSON.stringify({ viewer: client.viewer, url: its.app.url, components: client.roots });
    await client.post('subscribe', '', body).expect(500);
    vi.unstubAllEnvs();
    const msg = 'htmx-liveview: a POST that came past Express failed';
    expect(lines).toEqual([{ level: ERROR, err: expect.objectContaining({ message: 'in a getter' }), msg }]);
  });
});

test('a logger that throws is not the server’s end, and one without info() is told no drains', async () => {
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
  const full = () => fail('the log is full');
  const desk = await (await open({ components: [Desk], logger: { error: full, warn: full }, ...NO_HOOKS })).live();
  await desk.event('fail').expect(500);
  await its.app.live.drain({ within: 0 });
  expect(quiet).toHaveBeenCalled();
  quiet.mockRestore();
});

test('without a logger errors and refusals go to the console, and nothing else', async () => {
  const [error, warn, info, line] = (['error', 'warn', 'info', 'log'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation(() => {}),
  );
  const desk = await (await open({ components: [Desk], ...NO_HOOKS })).live();
  await desk.event('fail').expect(500);
  await its.app.live.drain({ within: 0 });
  expect(error?.mock.calls).toEqual([
    [`htmx-liveview: test.Desk (${desk.id}) threw in fail():`, expect.objectContaining({ message: 'on purpose' })],
  ]);
  expect(warn?.mock.calls).toEqual([[`htmx-liveview: refused (failed) ${desk.id}: event 1 ended with 500`]]);
  expect([info?.mock.calls, line?.mock.calls]).toEqual([[], []]);
  vi.restoreAllMocks();
});
