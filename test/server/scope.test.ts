// Components that are for many viewers: one instance, rendered once, for all tabs of a session or for everybody.
import { html, LiveComponent, type LiveEvent, liveview } from 'htmx-liveview';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Subscribed } from '../../protocol/patch.ts';
import type { TestAppOptions } from '../support/app.ts';
import { type Client, LiveRoot, type Root } from '../support/client.ts';
import { useApp } from '../support/opened.ts';

const log: string[] = [];

class Room extends LiveComponent<{ name?: string; floor?: number }> {
  static component = 'test.Room';
  static scope = 'app';
  static events = { say: true, whoami: true, breaks: true };
  static renders = 0;
  lines: string[] = [];
  mount() {
    if (this.connected) log.push(`mount ${this.session.name}`);
  }
  unmount() {
    log.push(`unmount ${this.session.name}`);
  }
  say({ text }: { readonly text?: unknown }) {
    this.lines.push(String(text));
  }
  whoami(_: object, event: LiveEvent) {
    this.lines.push(`I am ${event.context}`);
    event.browser.title(`for ${event.context}`);
    this.browser.push('all');
  }
  breaks() {
    this.lines.push(String(this.context));
  }
  render() {
    Room.renders++;
    return html`<p>${this.lines.join(', ')}</p>`;
  }
}

class Basket extends LiveComponent {
  static component = 'test.Basket';
  static scope = 'session';
  static events = { add: true };
  n = 0;
  add() {
    this.n++;
  }
  render() {
    return html`<p>items: ${this.n}</p>`;
  }
}

class Seatbelt extends LiveComponent<{ of: string }> {
  static component = 'test.Seatbelt';
  static events = { click: true };
  clicks = 0;
  click() {
    this.clicks++;
  }
  render() {
    return html`<i>${this.session.of}: ${this.clicks}</i>`;
  }
}

class Car extends LiveComponent {
  static component = 'test.Car';
  static scope = 'app';
  static events = { add: true };
  belts = ['left'];
  add() {
    this.belts.push('right');
  }
  render() {
    return html`<div>${this.belts.map((of) => this.child(Seatbelt, { of }, { key: of }))}</div>`;
  }
}

class Desk extends LiveComponent {
  static component = 'test.Desk';
  static events = { leave: true };
  room: string | undefined = 'blue';
  leave() {
    this.room = undefined;
  }
  render() {
    return html`<section>${this.room ? this.child(Room, { name: this.room }) : 'outside'}</section>`;
  }
}

type Answered = Exclude<Subscribed, { gone: unknown }>;

const server = useApp();
const { visitor } = server;
/** The sessions, in the order in which they came. */
const sessions: string[] = [];

async function open(path: string, options: Partial<TestAppOptions> = {}): Promise<Client> {
  const client = await server.open({
    components: [Room, Basket, Seatbelt, Car, Desk] as never,
    context: ({ sessionID }) => {
      if (!sessions.includes(sessionID)) sessions.push(sessionID);
      return `user ${sessions.indexOf(sessionID) + 1}`;
    },
    routes: (app, live) => {
      app.get('/room', async (req, res) => {
        res.send(String(await live.render(req, Room, { name: 'blue', floor: 1 })));
      });
      app.get('/room/twice', async (req, res) => {
        const [one, two] = [
          await live.render(req, Room, { floor: 1, name: 'blue' }),
          await live.render(req, Room, { name: 'red' }),
        ];
        res.send(`${one}${two}`);
      });
      app.get('/basket', async (req, res) => void res.send(String(await live.render(req, Basket))));
      app.get('/car', async (req, res) => void res.send(String(await live.render(req, Car))));
      app.get('/desk', async (req, res) => void res.send(String(await live.render(req, Desk))));
    },
    ...options,
  });
  await client.load(path);
  return client;
}

const textOf = (client: Client) => client.page('[data-id]').first().text();

beforeEach(() => {
  log.length = 0;
  sessions.length = 0;
  Room.renders = 0;
});

describe('a component of scope app', () => {
  test('is one instance for all viewers: mounted with the first, unmounted with the last', async () => {
    const ann = await open('/room', { resumeWindow: 0 });
    const bob = await visitor('/room');
    await ann.live();
    await bob.live();
    expect(server.app.live.stats()).toMatchObject({ streams: 2, instances: 1 });
    expect(log).toEqual(['mount blue']);
    ann.disconnect();
    await vi.waitFor(() => expect(server.app.live.stats().streams).toBe(1));
    expect(log).toEqual(['mount blue']);
    bob.disconnect();
    await vi.waitFor(() => expect(log).toEqual(['mount blue', 'unmount blue']));
    expect(server.app.live.stats()).toMatchObject({ streams: 0, instances: 0 });
  });

  test('waits 2 s for the next page of its last viewer, and ends without one', async () => {
    const ann = await open('/room');
    const hers = await ann.live();
    await hers.call('say', { text: 'hello' });
    await ann.unsubscribe([hers.id]);
    const next = await visitor('/room');
    expect(textOf(next)).toBe('hello');
    const his = await next.live();
    expect(log).toEqual(['mount blue']);
    await new Promise((resolve) => setTimeout(resolve, 2_500)); // what would end it must not
    await his.call('say', { text: 'again' });
    await next.unsubscribe([his.id]);
    expect(server.app.live.stats().instances).toBe(1);
    await vi.waitFor(() => expect(log).toEqual(['mount blue', 'unmount blue']), 5_000);
    expect(server.app.live.stats().instances).toBe(0);
  });

  test('is rendered once for an event, and the same update goes to everybody', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room');
    const [hers, his] = [await ann.live(), await bob.live()];
    Room.renders = 0;
    const [update] = await hers.call('say', { text: 'hello' });
    expect(update).toMatchObject({ data: { html: '<p>hello</p>' } });
    expect(await his.shows('hello')).toEqual(update?.data);
    expect(Room.renders).toBe(1);
    await his.call('say', { text: 'hi' });
    await hers.shows('hello, hi');
  });

  test('is told apart by its payload alone, in whatever order that was written', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room/twice');
    const hers = await ann.live();
    const [blue, red] = (await bob.subscribe()) as Answered[];
    expect(blue?.id).toBe(hers.id);
    expect(red?.id).not.toBe(hers.id);
    expect(server.app.live.stats().instances).toBe(2);
  });

  test('is in a later page with what it shows now, and that page is sent nothing', async () => {
    const ann = await open('/room');
    const early = await visitor('/room');
    const hers = await ann.live();
    await hers.call('say', { text: 'hello' });
    const late = await visitor('/room');
    expect(textOf(late)).toBe('hello');
    const [item] = await late.subscribe();
    expect(item).not.toHaveProperty('updates');
    const [behind] = (await early.subscribe()) as Answered[];
    expect(behind?.updates).toMatchObject([{ from: 0, version: hers.version, html: '<p>hello</p>' }]);
  });

  test('gives a handler the context of whoever acted, whose browser alone obeys event.browser', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room');
    const [hers, his] = [await ann.live(), await bob.live()];
    const frames = await hers.call('whoami');
    expect(frames.map(({ event }) => event)).toEqual(['update', 'settled']);
    expect(frames[1]?.data).toMatchObject({ viewer: ann.viewer, orders: [['title', 'for user 1']] });
    expect(await his.shows('I am user 1')).toMatchObject({ orders: [['push', 'all', null]] });
  });

  test('has no context of its own, and says what to use instead', async () => {
    const ann = await open('/room');
    const hers = await ann.live();
    await hers.event('breaks').expect(500);
    expect(server.app.errors[0]?.error).toMatchObject({
      code: 'ERR_LIVE_SHARED_CONTEXT',
      message: expect.stringContaining('event.context'),
    });
  });

  test('sends a settlement to its own viewer alone', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room');
    const [hers, his] = [await ann.live(), await bob.live()];
    await his.call('say', { text: 'one' });
    await hers.call('whoami');
    await his.shows('I am');
    expect(bob.frames.filter(({ event }) => event === 'settled')).toEqual([]);
  });

  test('counts the events of each viewer by themselves, each once', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room');
    const [hers, his] = [await ann.live(), await bob.live()];
    const query = hers.query('say');
    await ann.post('event', query, 'text=a').expect(204);
    await ann.post('event', query, 'text=a').expect(204);
    await his.event('say', { text: 'b' }).expect(204);
    await hers.shows('a, b');
  });

  test('brings a viewer who was away up to date, from what she holds', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room');
    const [hers, his] = [await ann.live(), await bob.live()];
    ann.disconnect();
    await vi.waitFor(() => expect(server.app.live.stats().streams).toBe(1));
    await his.call('say', { text: 'missed' });
    await ann.connect();
    const [item] = (await ann.subscribe([
      { ...(ann.roots[0] as Root), epoch: hers.epoch, version: hers.version },
    ])) as Answered[];
    expect(item?.updates).toMatchObject([{ from: 1, version: 2, html: '<p>missed</p>' }]);
  });

  test('reaches a stream that tabs share once', async () => {
    const ann = await open('/room');
    const hers = await ann.live();
    const first = ann.viewer;
    ann.viewer = `${first}-1`;
    const copy = await ann.live();
    expect(copy.id).toBe(hers.id);
    const bob = await visitor('/room');
    const his = await bob.live();
    await his.call('say', { text: 'hello' });
    await hers.shows('hello');
    await his.call('say', { text: 'end' });
    await hers.shows('end');
    expect(ann.frames.filter(({ event }) => event === 'update')).toEqual([]);
  });

  test('lets a session that ends take only its own viewers along', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room');
    await ann.live();
    const his = await bob.live();
    server.app.live.disconnect({ match: ({ context }) => context === 'user 1' });
    expect((await ann.frame('bye')).data).toEqual({ reason: 'ended' });
    await his.call('say', { text: 'still here' });
    expect(server.app.live.stats()).toMatchObject({ streams: 1, instances: 1 });
  });

  test('refuses a viewer of another session, under whatever name', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room');
    const hers = await ann.live();
    bob.viewer = ann.viewer;
    await bob
      .post('subscribe', '', JSON.stringify({ viewer: bob.viewer, url: server.app.url, components: bob.roots }))
      .expect(403);
    await bob.post('event', hers.query('say'), 'text=stolen').expect(404);
    await hers.call('say', { text: 'mine' });
  });

  test('is found under many viewers as under few', async () => {
    const ann = await open('/room', { resumeWindow: 0 });
    const hers = await ann.live();
    const first = ann.viewer;
    for (let n = 1; n <= 40; n++) {
      ann.viewer = `${first}-${n}`;
      await ann.live();
    }
    const last = new LiveRoot(ann, hers.subscribed);
    await last.call('say', { text: 'from the last' });
    for (let n = 2; n <= 40; n++) {
      ann.viewer = `${first}-${n}`;
      await ann.unsubscribe([hers.id]);
    }
    ann.viewer = `${first}-40`;
    await new LiveRoot(ann, hers.subscribed).event('say', { text: 'gone' }).expect(404);
    ann.viewer = first;
    await hers.call('say', { text: 'from the first' });
    ann.disconnect();
    await vi.waitFor(() => expect(server.app.live.stats().instances).toBe(0));
  });
});

describe('a component of scope session', () => {
  test('is one for all tabs of a session, and another one for each session', async () => {
    const ann = await open('/basket');
    const tab = await ann.sibling();
    server.clients.push(tab);
    await tab.load('/basket');
    const bob = await visitor('/basket');
    const [one, two, his] = [await ann.live(), await tab.live(), await bob.live()];
    expect(two.id).toBe(one.id);
    expect(his.id).not.toBe(one.id);
    await one.call('add');
    await two.shows('items: 1');
    expect(textOf(await visitor('/basket'))).toBe('items: 0');
    await his.call('add');
    expect(server.app.live.stats().instances).toBe(2);
  });
});

describe('children', () => {
  test('of a shared component are shared, too', async () => {
    const ann = await open('/car');
    const bob = await visitor('/car');
    expect(bob.roots.map(({ id }) => id)).toEqual(ann.roots.map(({ id }) => id));
    const [, hers] = (await ann.subscribe()) as Answered[];
    const [, his] = (await bob.subscribe()) as Answered[];
    expect(server.app.live.stats().instances).toBe(2);
    await new LiveRoot(ann, hers as Answered).call('click');
    await new LiveRoot(bob, his as Answered).shows('left: 1');
  });

  test('of a shared component are live for a page that shows them a second time, as a copy', async () => {
    const ann = await open('/car');
    const [car, belt] = ann.roots;
    await ann.subscribe([car as Root]);
    const page = ann.viewer;
    for (const copy of [`${page}-1`, `${page}-2`]) {
      ann.viewer = copy;
      expect(await ann.subscribe([belt as Root])).toMatchObject([{ id: belt?.id, epoch: expect.any(String) }]);
    }
    ann.viewer = 'another';
    const components = [belt];
    await ann.post('subscribe', '', JSON.stringify({ viewer: 'another', url: server.app.url, components })).expect(403);
  });

  test('that come with an update are live for all viewers', async () => {
    const ann = await open('/car');
    const bob = await visitor('/car');
    const [car] = (await ann.subscribe()) as Answered[];
    await bob.subscribe();
    await new LiveRoot(ann, car as Answered).call('add');
    const { html: text = '', patch } = await bob.update(car?.id);
    const added = /data-id="([^"]*)" data-component="([^"]*)" data-session="([^"]*)"[^>]*><i>right/.exec(
      text || String(patch),
    );
    const [, id = '', component = '', token = ''] = added ?? [];
    const [belt] = (await bob.subscribe([{ id, component, session: token }])) as Exclude<
      Subscribed,
      { gone: unknown }
    >[];
    await new LiveRoot(bob, belt as Answered).call('click');
    expect(await ann.update(id)).toMatchObject({ html: '<i>right: 1</i>' });
  });

  test('of a shared component are for those alone who have that one', async () => {
    const ann = await open('/car');
    await ann.subscribe();
    const eve = await visitor('/basket');
    await eve
      .post('subscribe', '', JSON.stringify({ viewer: eve.viewer, url: server.app.url, components: [ann.roots[1]] }))
      .expect(403);
    await eve
      .post('subscribe', '', JSON.stringify({ viewer: eve.viewer, url: server.app.url, components: [ann.roots[0]] }))
      .expect(403);
  });

  test('come back with their parent after the server has lost both', async () => {
    const ann = await open('/car', { resumeWindow: 0 });
    await ann.subscribe();
    ann.disconnect();
    await vi.waitFor(() => expect(server.app.live.stats().instances).toBe(0));
    await ann.connect();
    const back = await ann.subscribe();
    expect(back.map((item) => 'gone' in item)).toEqual([false, false]);
    expect(server.app.live.stats().instances).toBe(2);
  });

  test('that are shared join the page of a parent that is not, and leave with it', async () => {
    const ann = await open('/desk');
    const bob = await visitor('/desk');
    const [desk, room] = (await ann.subscribe()) as Answered[];
    const [, his] = (await bob.subscribe()) as Answered[];
    expect(his?.id).toBe(room?.id);
    expect(server.app.live.stats().instances).toBe(3);
    await new LiveRoot(ann, room as Answered).call('say', { text: 'hello' });
    const bobs = new LiveRoot(bob, his as never);
    await bobs.shows('hello');
    await new LiveRoot(ann, desk as Answered).call('leave');
    await ann.unsubscribe([room?.id as string]); // as a page does with what an update takes away
    await bobs.call('say', { text: 'alone' });
    expect(log).toEqual(['mount blue']);
    expect(ann.frames.filter(({ event }) => event === 'update')).toEqual([]);
  });
});

describe('at start', () => {
  const secret = 'x'.repeat(32);
  test('an unknown scope is refused', () => {
    class Odd extends Room {
      static override scope = 'galaxy';
    }
    expect(() => liveview({ secret, components: [Odd] })).toThrow(/static scope must be 'page', 'session' or 'app'/);
  });

  test('so is a shared component that follows an address', () => {
    class Follower extends Room {
      navigate() {}
    }
    expect(() => liveview({ secret, components: [Follower] })).toThrow(/navigate\(\) follows one page's address/);
  });
});
