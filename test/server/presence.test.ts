// Who is there: in one process, and across nodes.
import { type Clock, html, LiveComponent, type Member, presence } from 'htmx-liveview';
import { redisBackplane } from 'htmx-liveview/redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBackplane } from '../../server/backplane.ts';
import { systemClock } from '../../server/clock.ts';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { Client, LiveRoot } from '../support/client.ts';
import { Gate } from '../support/gate.ts';
import { Inbox } from '../support/inbox.ts';
import { describeWithRedis, Redis } from '../support/redis.ts';

const lobby = presence<{ name: string }>('lobby');
let arrivals = 0;
let tabs = 0;
let word: Inbox;

/** Is there under the next letter, and writes down who comes and goes. */
class Guest extends LiveComponent {
  static component = 'test.Guest';
  static events = { rename: true, leave: true };
  name = this.connected ? String.fromCharCode(65 + arrivals++) : '?';
  people = this.presence(
    lobby,
    { name: this.name },
    {
      joined: (member) => this.note('+', member),
      left: (member) => this.note('-', member),
    },
  );
  note(sign: string, { meta }: Member<{ name: string }>) {
    word.take(`${this.name}: ${sign}${meta.name}`);
  }
  rename({ name }: { name?: unknown }) {
    this.people.join({ name: String(name) });
  }
  leave() {
    this.people.leave();
  }
  render() {
    return html`<p>[${this.people.members.map(({ meta }) => meta.name).join()}]</p>`;
  }
}

function fail(): never {
  throw new Error('as a test wants it');
}

/** Only looks. */
class Door extends LiveComponent {
  static component = 'test.Door';
  people = this.presence(lobby);
  render() {
    return html`<p>[${this.people.members.map(({ meta }) => meta.name).join()}]</p>`;
  }
}

/** The tabs of one user. */
class Tab extends LiveComponent {
  static component = 'test.Tab';
  people = this.presence(lobby, { name: this.connected ? `tab ${++tabs}` : '' }, { id: 'ada' });
  render() {
    return html`<p>[${this.people.members.map(({ id, meta }) => `${id} ${meta.name}`).join()}]</p>`;
  }
}

beforeEach(() => {
  arrivals = 0;
  tabs = 0;
  word = new Inbox();
});

/** A component of a page, as it first showed in its live render or then. */
async function enter(node: TestApp, type = 'test.Guest'): Promise<LiveRoot> {
  const client = await Client.open(node);
  client.ackEvery = 1; // where the clock is fast, a stream would end for want of acknowledgements
  const [subscribed] = await client.subscribe(client.roots.filter(({ component }) => component === type));
  if (!subscribed || 'gone' in subscribed) throw new Error('not live');
  const root = new LiveRoot(client, subscribed);
  for (const data of subscribed.updates ?? []) client.frames.push({ event: 'update', data, id: '' });
  return root;
}

/** What holds on one node and on two. */
function contract(start: () => Promise<readonly [TestApp, TestApp]>): void {
  let nodes: readonly [TestApp, TestApp];
  beforeEach(async () => {
    nodes = await start();
  });
  afterEach(() => Promise.all([...new Set(nodes)].map((it) => it.close())));

  test('all who are there see each other, in the order of their coming; the static render shows nobody', async () => {
    const a = await enter(nodes[0]);
    expect(a.client.page('[data-component="test.Guest"]').text()).toBe('[]');
    await a.shows('[A]');
    const b = await enter(nodes[1]);
    for (const one of [a, b]) await one.shows('[A,B]');
    const c = await enter(nodes[0]);
    for (const one of [a, b, c]) await one.shows('[A,B,C]');
  });

  test('who leaves is gone: by its page’s goodbye, by its own word, and at the end of its instance', async () => {
    const [a, b, c] = [await enter(nodes[0]), await enter(nodes[1]), await enter(nodes[1])];
    await a.shows('[A,B,C]');
    await b.client.unsubscribe([b.id]);
    await a.shows('[A,C]');
    await c.event('leave').expect(204);
    await a.shows('[A]');
    await c.shows('[A]');
    await c.event('rename', { name: 'C again' }).expect(204);
    await a.shows('[A,C again]');
    nodes[1].live.disconnect({ match: () => true });
  });

  test('others are told who came and who went, not of themselves and not of whom they found', async () => {
    const a = await enter(nodes[0]);
    const b = await enter(nodes[1]);
    await b.shows('[A,B]');
    await word.until('A: +B');
    await b.client.unsubscribe([b.id]);
    await word.until('A: -B');
    await a.shows('[A]');
    expect(word.all).toEqual(['A: +B', 'A: -B']);
  });

  test('what a member says of itself can change, and its place stays', async () => {
    const [a, b] = [await enter(nodes[0]), await enter(nodes[1])];
    await a.shows('[A,B]');
    await a.event('rename', { name: 'Ada' }).expect(204);
    for (const one of [a, b]) await one.shows('[Ada,B]');
    expect(word.all).toEqual(['A: +B']);
  });

  test('one may look without being there', async () => {
    const door = await enter(nodes[1], 'test.Door');
    const a = await enter(nodes[0]);
    await door.shows('[A]');
    await a.client.unsubscribe([a.id]);
    await door.shows('[]');
  });

  test('instances that give the same id are one member, until the last one leaves', async () => {
    const one = await enter(nodes[0], 'test.Tab');
    const two = await enter(nodes[1], 'test.Tab');
    const door = await enter(nodes[0], 'test.Door');
    await two.shows('[ada tab 2]');
    await one.client.unsubscribe([one.id]);
    await door.shows('[tab 2]');
    await two.client.unsubscribe([two.id]);
    await door.shows('[]');
  });
}

const components = [Guest, Door, Tab];
const startNode = (options: Partial<TestAppOptions> = {}) => startApp({ components, ...options });

describe('presence in one process', () => {
  contract(async () => {
    const app = await startNode();
    return [app, app];
  });

  test('who could not be constructed is not there', async () => {
    class Broken extends LiveComponent {
      static component = 'test.Broken';
      people = this.presence(lobby, { name: 'ghost' });
      fault = this.connected ? fail() : '';
      render() {
        return '';
      }
    }
    const app = await startNode({ components: [Broken, Door], onError: () => {} });
    const client = await Client.open(app);
    await client.subscribe().catch(() => {});
    const door = await enter(app, 'test.Door');
    expect(door.subscribed.updates).toBeUndefined(); // as in the static render: nobody
    await app.close();
  });

  test('what says more than JSON is refused, by name', async () => {
    const errors = new Inbox();
    class Odd extends LiveComponent {
      static component = 'test.Odd';
      mount() {
        if (this.connected) this.presence(presence<Date>('odd'), new Date());
      }
      render() {
        return '';
      }
    }
    const app = await startNode({ components: [Odd], onError: (error) => errors.take(String(error)) });
    const client = await Client.open(app);
    await client.subscribe().catch(() => {}); // mount() threw
    expect(errors.all[0]).toContain('ERR_LIVE_PRESENCE_JSON: presence(odd): meta must be JSON');
    await app.close();
  });
});

describeWithRedis('presence on two nodes', () => {
  let redis: Redis;
  let gate: Gate;
  beforeEach(async () => {
    redis = await Redis.start();
    gate = new Gate(redis.port);
  });
  afterEach(async () => {
    await gate.close();
    await redis.stop();
  });

  /** Time that runs ten times as fast, from now on. */
  const fastClock = (began = Date.now()): Clock => ({
    ...systemClock,
    now: () => began + (Date.now() - began) * 10,
    after: (ms, work) => systemClock.after(ms / 10, work),
    every: (ms, work) => systemClock.every(ms / 10, work),
  });
  const node = async (url: string, options: Partial<TestAppOptions> = {}) =>
    startNode({ onError: () => {}, backplane: await redisBackplane({ url }), ...options });

  describe('as in one', () => contract(async () => [await node(redis.url), await node(redis.url)]));

  test('who looks later finds those who were there before', async () => {
    const [one, two] = [await node(redis.url), await node(redis.url)];
    const a = await enter(one);
    await a.shows('[A]');
    const door = await enter(two, 'test.Door');
    await door.shows('[A]');
    await Promise.all([one.close(), two.close()]);
  });

  test('a server that stops takes its members along', async () => {
    const [one, two] = [await node(redis.url), await node(redis.url)];
    const [a] = [await enter(one), await enter(two)];
    await a.shows('[A,B]');
    await two.close();
    await a.shows('[A]');
    await one.close();
  });

  test('a node that dies leaves nobody behind for longer than 15 s; its return is one of the living', async () => {
    const clock = fastClock();
    const link = (await gate.listen()).replace('http', 'redis');
    const [one, two] = [await node(redis.url, { clock }), await node(link, { clock })];
    const [a, b] = [await enter(one), await enter(two)];
    await a.shows('[A,B]');
    gate.mode = 'refuse';
    const died = clock.now();
    gate.cut(); // all that the others can see of kill -9
    await a.shows('[A]');
    expect(clock.now() - died).toBeLessThan(17_000);
    await word.until('A: -B');
    gate.mode = 'pass';
    await a.shows('[A,B]');
    await b.event('rename', { name: 'Bob' }).expect(204);
    await a.shows('[A,Bob]');
    await Promise.all([one.close(), two.close()]);
  });

  test('while Redis is away nobody is taken for dead; what changed meanwhile is known afterwards', async () => {
    const clock = fastClock();
    const [one, two] = [await node(redis.url, { clock }), await node(redis.url, { clock })];
    const [a, b, c] = [await enter(one), await enter(two), await enter(two)];
    await a.shows('[A,B,C]');
    await redis.kill();
    await c.client.unsubscribe([c.id]);
    await b.shows('[A,B]');
    await new Promise<void>((resolve) => clock.after(30_000, resolve)); // nothing must happen: there is no event to wait for
    expect(word.all.filter((it) => String(it).includes('A: -'))).toEqual([]);
    await redis.run();
    await a.shows('[A,B]');
    await Promise.all([one.close(), two.close()]);
  });

  test('an in-process backplane can be given too', async () => {
    const app = await startNode({ backplane: createBackplane() });
    await (await enter(app)).shows('[A]');
    await app.close();
  });
});
