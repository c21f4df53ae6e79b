// Two servers, one Redis: what a page at one node sees of what happens at the other.
import { MemoryStore } from 'express-session';
import { html, LiveComponent, type LiveError, type Topic, topic } from 'htmx-liveview';
import { redisBackplane } from 'htmx-liveview/redis';
import supertest from 'supertest';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { Client, type LiveRoot } from '../support/client.ts';
import { news, Reader } from '../support/components.ts';
import { Inbox } from '../support/inbox.ts';
import { describeWithRedis, Redis } from '../support/redis.ts';

/** What a database would hold. */
const stock = { count: 1 };
const sold = topic<number>('sold');

/** Shows the stock, follows it by messages, and queries it again after a gap. */
class Stock extends LiveComponent {
  static component = 'test.Stock';
  count = stock.count;
  mount() {
    this.subscribe(sold, (count) => {
      this.count = count;
    });
  }
  async missed() {
    this.count = await Promise.resolve(stock.count);
  }
  render() {
    return html`<p>${this.count} left</p>`;
  }
}

/** Reads what nothing watches, and has no hook. */
class Glance extends LiveComponent {
  static component = 'test.Glance';
  render() {
    return html`<p>glance: ${stock.count}</p>`;
  }
}

describeWithRedis('two nodes on one Redis', () => {
  let redis: Redis;
  let nodes: TestApp[];
  let errors: Inbox;

  beforeEach(async () => {
    redis = await Redis.start();
    errors = new Inbox();
    const store = new MemoryStore();
    stock.count = 1;
    const start = async () =>
      startApp({
        components: [Reader, Stock, Glance],
        store,
        backplane: await redisBackplane({ url: redis.url }),
        onError: (error, place) => errors.take(`${(error as LiveError).code} ${place.component} ${place.doing}`),
        routes: (app, live) =>
          app.post('/sell', (_req, res) => {
            live.publish(sold, --stock.count);
            res.end();
          }),
      });
    nodes = [await start(), await start()];
  });
  afterEach(async () => {
    await Promise.all(nodes.map((it) => it.close()));
    await redis.stop();
  });

  const at = (index: number) => nodes[index] as TestApp;
  /** A page's components, live. */
  const open = async (node: TestApp): Promise<{ client: Client; find: (name: string) => Promise<string> }> => {
    const client = await Client.open(node);
    await client.subscribe();
    const find = async (text: string) => {
      for (;;) {
        const { html = '', patch } = await client.update();
        const said = html + JSON.stringify(patch ?? '');
        if (said.includes(text)) return said;
      }
    };
    return { client, find };
  };
  const reader = async (node: TestApp): Promise<LiveRoot> => (await Client.open(node)).live();

  test('what a component publishes reaches components at both, in order and once', async () => {
    const [ada, bob] = [await reader(at(0)), await reader(at(1))];
    for (const text of ['one', 'two']) await ada.event('say', { text }).expect(204);
    for (const one of [ada, bob]) {
      const { html } = await one.shows('two');
      expect(html).toContain('<li>one</li><li>two</li>');
    }
    await bob.event('say', { text: 'three' }).expect(204);
    for (const one of [ada, bob])
      expect((await one.shows('three')).html).toContain('<li>one</li><li>two</li><li>three</li>');
  });

  test('what a route publishes reaches both', async () => {
    const pages = [await open(at(0)), await open(at(1))];
    await supertest(at(0).server).post('/sell').expect(200);
    for (const { find } of pages) await find('0 left');
  });

  test('what only this process can hold is refused where it is published', () => {
    const publish = () => at(0).live.publish(news as unknown as Topic<Date>, new Date());
    expect(publish).toThrow('ERR_LIVE_PUBLISH_JSON: publish(news): expected JSON');
  });

  test('a page of one node goes live at the other', async () => {
    const client = new Client(at(0));
    await client.load();
    const moved = new Client(at(1));
    moved.cookie = client.cookie;
    moved.page = client.page;
    moved.agent = supertest.agent(at(1).server).set('Cookie', client.cookie);
    await moved.connect();
    const subscribed = await moved.subscribe();
    expect(subscribed.filter((it) => 'gone' in it)).toEqual([]);
  });

  test('a session is disconnected wherever it is, and no other', async () => {
    const [ada, bob] = [await open(at(1)), await open(at(1))];
    const sessionId = decodeURIComponent(ada.client.cookie).replace(/^connect\.sid=s:|\.[^.]*$/g, '');
    at(0).live.disconnect({ sessionId });
    expect((await ada.client.frame('bye')).data).toEqual({ reason: 'ended' });
    expect(at(1).live.stats()).toMatchObject({ streams: 1, instances: 3 });
    at(0).live.disconnect({ match: () => true });
    await supertest(at(0).server).post('/sell').expect(200);
    await bob.find('0 left');
  });

  test('after Redis was away, components query again and render, and messages flow as before', async () => {
    const pages = [await open(at(0)), await open(at(1))];
    await redis.kill();
    await errors.next();
    await errors.next();
    stock.count = 8;
    at(0).live.publish(sold, 7);
    await pages[0]?.find('7 left');
    await redis.run();
    for (const { client } of pages) {
      const texts = [await client.update(), await client.update()].map(({ html }) => html).sort();
      expect(texts).toEqual(['<p>8 left</p>', '<p>glance: 8</p>']);
    }
    await supertest(at(1).server).post('/sell').expect(200);
    for (const { find } of pages) await find('7 left');
    expect(errors.all).toEqual([
      'ERR_LIVE_REDIS_CONNECT backplane staying connected',
      'ERR_LIVE_REDIS_CONNECT backplane staying connected',
      'ERR_LIVE_REDIS_DROPPED backplane publishing',
    ]);
  });

  test('while Redis is away, events are handled and pages mount', async () => {
    const ada = await reader(at(0));
    await redis.kill();
    await errors.next();
    await ada.event('say', { text: 'alone' }).expect(204);
    await ada.shows('alone');
    const late = await reader(at(0));
    await late.event('say', { text: 'together' }).expect(204);
    await Promise.all([ada.shows('together'), late.shows('together')]);
  });
});
