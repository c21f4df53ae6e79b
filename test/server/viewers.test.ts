// Viewers of shared components who come, go and come back: nobody is forgotten, nothing counts twice, nothing is shown twice.
import { html, LiveComponent } from 'htmx-liveview';
import { describe, expect, test, vi } from 'vitest';
import type { Subscribed } from '../../protocol/patch.ts';
import type { TestAppOptions } from '../support/app.ts';
import { type Client, LiveRoot, type Root } from '../support/client.ts';
import { useApp } from '../support/opened.ts';

type Answered = Exclude<Subscribed, { gone: unknown }>;

class Room extends LiveComponent {
  static component = 'test.Room';
  static scope = 'app';
  static events = { say: true, ring: true };
  lines: string[] = [];
  say({ text }: { readonly text?: unknown }) {
    this.lines.push(String(text));
  }
  ring() {
    this.browser.push('ring');
  }
  render() {
    return html`<ul>${this.lines.map((line, n) => html`<li id="l${n}">${line}</li>`)}</ul>`;
  }
}

/** A page's own component, which shows the room at times. */
class Desk extends LiveComponent<{ open?: boolean }> {
  static component = 'test.Desk';
  static events = { toggle: true };
  open = true;
  mount() {
    this.open = this.session.open ?? true;
    if (this.connected) this.browser.push('welcome');
  }
  toggle() {
    this.open = !this.open;
  }
  render() {
    return html`<section>${this.open ? this.child(Room, {}) : 'closed'}</section>`;
  }
}

class Lamp extends LiveComponent {
  static component = 'test.Lamp';
  render() {
    return html`<i>on</i>`;
  }
}

/** A shared component with one inside. */
class Hall extends LiveComponent {
  static component = 'test.Hall';
  static scope = 'app';
  static events = { toggle: true };
  lit = true;
  toggle() {
    this.lit = !this.lit;
  }
  render() {
    return html`<div>${this.lit ? this.child(Lamp, {}) : 'dark'}</div>`;
  }
}

/** Each session's own. */
class Cart extends LiveComponent {
  static component = 'test.Cart';
  static scope = 'session';
  render() {
    return html`<p>cart</p>`;
  }
}

class Fragile extends LiveComponent {
  static component = 'test.Fragile';
  static scope = 'app';
  static isBroken = false;
  mount() {
    if (this.connected && Fragile.isBroken) throw new Error('broken');
  }
  render() {
    return html`<p>fine</p>`;
  }
}

const server = useApp();
const { visitor } = server;

async function open(path: string, options: Partial<TestAppOptions> = {}): Promise<Client> {
  const client = await server.open({
    components: [Room, Desk, Hall, Lamp, Cart, Fragile] as never,
    routes: (app, live) => {
      app.get('/room', async (req, res) => void res.send(String(await live.render(req, Room))));
      app.get('/desk', async (req, res) => void res.send(String(await live.render(req, Desk, { open: false }))));
      app.get('/hall', async (req, res) => void res.send(String(await live.render(req, Hall))));
      app.get('/cart', async (req, res) => void res.send(String(await live.render(req, Cart))));
      app.get('/fragile', async (req, res) => void res.send(String(await live.render(req, Fragile))));
      app.get('/desks', async (req, res) => {
        res.send(`${await live.render(req, Desk, {})}${await live.render(req, Desk, {})}`);
      });
    },
    ...options,
  });
  await client.load(path);
  return client;
}

describe('a viewer', () => {
  test('who comes after most of many have left is found, too', async () => {
    const ann = await open('/room');
    const first = ann.viewer;
    const hers = await ann.live();
    for (let n = 1; n <= 20; n++) {
      ann.viewer = `${first}-${n}`;
      await ann.live();
    }
    for (let n = 1; n <= 20; n++) {
      ann.viewer = `${first}-${n}`;
      await ann.unsubscribe([hers.id]);
    }
    const bob = await visitor('/room');
    const his = await bob.live();
    await his.event('say', { text: 'hello' }).expect(204);
  });

  test('whose page shows all is sent nothing, although she has just left another', async () => {
    const ann = await open('/room');
    const hers = await ann.live();
    await hers.call('say', { text: 'one' });
    await hers.call('say', { text: 'two' });
    await hers.call('ring');
    await ann.unsubscribe([hers.id]);
    await ann.load('/room'); // the page puts another element there: the same viewer
    const [item] = await ann.subscribe();
    expect(item).toMatchObject({ epoch: hers.epoch, version: hers.version });
    expect(item).not.toHaveProperty('updates');
  });

  test('who is shown a shared child by her own component is not sent again what it shows', async () => {
    const bob = await open('/room');
    const his = await bob.live();
    await his.call('say', { text: 'one' });
    await his.call('say', { text: 'two' });
    const ann = await visitor('/desk');
    const [update] = await (await ann.live()).call('toggle');
    const text = JSON.stringify(update).replaceAll('\\"', '"');
    const [, id = '', component = '', session = ''] =
      /data-id="([^"]*)" data-component="(test.Room)" data-session="([^"]*)"/.exec(text) ?? [];
    expect(id).toBe(his.id);
    const [item] = await ann.subscribe([{ id, component, session }]);
    expect(item).toMatchObject({ version: his.version });
    expect(item).not.toHaveProperty('updates');
  });

  test('gets the orders that mount() gave, although its content is there', async () => {
    const ann = await open('/desk');
    const hers = await ann.live();
    expect(hers.subscribed.updates).toEqual([
      { id: hers.id, from: 1, version: 2, orders: [['push', 'welcome', null]] },
    ]);
  });

  test('whose place was given up has no event counted twice', async () => {
    const ann = await open('/room', { resumeWindow: 0 });
    const bob = await visitor('/room');
    const [hers, his] = [await ann.live(), await bob.live()];
    const query = hers.query('say');
    await ann.post('event', query, 'text=once').expect(204); // and the answer does not arrive
    await his.shows('once');
    ann.disconnect();
    await vi.waitFor(() => expect(server.app.live.stats().streams).toBe(1));
    await ann.connect();
    const [root] = ann.roots as [Root];
    const [back] = (await ann.subscribe([{ ...root, epoch: hers.epoch, version: hers.version }])) as Answered[];
    await ann.post('event', query, 'text=once').expect(409);
    expect(back?.epoch).not.toBe(hers.epoch);
    expect(back?.updates).toMatchObject([{ from: 0, html: expect.stringContaining('once') }]);
    await new LiveRoot(ann, back as Answered).event('say', { text: 'twice' }).expect(204);
    expect(await bob.update()).toMatchObject({ from: 2, version: 3, patch: [['a', 'l0', '<li id="l1">twice</li>']] });
  });

  test('who has changed streams is not away when the old one ends', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room');
    const [hers, his] = [await ann.live(), await bob.live()];
    const old = ann.source;
    await ann.connect();
    const [root] = ann.roots as [Root];
    await ann.subscribe([{ ...root, epoch: hers.epoch, version: hers.version }]);
    old?.close();
    await vi.waitFor(() => expect(server.app.live.stats().streams).toBe(2));
    await his.call('say', { text: 'hello' });
    expect(await ann.update()).toMatchObject({ from: 1, version: 2 });
  });

  test('who was too slow, and opens another stream, gets what comes then', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room');
    const [hers, his] = [await ann.live(), await bob.live()];
    ann.acks = false;
    for (let n = 0; n < 40; n++) await his.call('say', { text: `${n}` });
    ann.disconnect();
    await vi.waitFor(() => expect(server.app.live.stats().streams).toBe(1));
    await ann.connect();
    ann.frames.length = 0;
    const [root] = ann.roots as [Root];
    const [item] = (await ann.subscribe([{ ...root, epoch: hers.epoch, version: 1 }])) as Answered[];
    expect(item?.version).toBe(41);
    await his.call('say', { text: 'and more' });
    expect(await ann.update()).toMatchObject({ from: 41, version: 42 });
  });

  test('can’t be taken away by another one who knows her name', async () => {
    const ann = await open('/room');
    const bob = await visitor('/room');
    const hers = await ann.live();
    await bob.live();
    bob.viewer = ann.viewer;
    await bob.unsubscribe([hers.id]);
    await hers.event('say', { text: 'still here' }).expect(204);
  });
});

describe('a shared instance', () => {
  test('waits 2 s after its last goodbye, however soon that came after another one', async () => {
    const ann = await open('/room');
    const hers = await ann.live();
    const bob = await visitor('/room');
    await ann.unsubscribe([hers.id]);
    const his = await bob.live();
    await new Promise((resolve) => setTimeout(resolve, 500)); // her two seconds are to be over before his
    await bob.unsubscribe([his.id]);
    const left = Date.now();
    await vi.waitFor(() => expect(server.app.live.stats().instances).toBe(0), 5_000);
    expect(Date.now() - left).toBeGreaterThan(1_900);
  });

  test('stays where else the page shows it when one parent lets it go', async () => {
    const ann = await open('/desks');
    const [first, room, second, copy] = ann.roots as [Root, Root, Root, Root];
    expect(copy.id).toBe(room.id);
    const answers = (await ann.subscribe([first, room, second])) as Answered[];
    const [, inFirst, desk] = answers.map((item) => new LiveRoot(ann, item)) as [LiveRoot, LiveRoot, LiveRoot];
    const viewer = ann.viewer;
    const asCopy = async (work: () => Promise<unknown>) => {
      ann.viewer = `${viewer}-1`; // what a page calls the second place of one id
      await work();
      ann.viewer = viewer;
    };
    await asCopy(() => ann.subscribe([copy]));
    await desk.call('toggle');
    await asCopy(() => ann.unsubscribe([copy.id]));
    await inFirst.event('say', { text: 'still here' }).expect(204);
    await inFirst.shows('still here');
  });

  test('goes with the parent for which it came, where the page never asked for it', async () => {
    const ann = await open('/desk');
    const desk = await ann.live();
    await desk.call('toggle');
    expect(server.app.live.stats().instances).toBe(2);
    await desk.call('toggle');
    await vi.waitFor(() => expect(server.app.live.stats().instances).toBe(1), 4_000);
  });

  test('is kept by a parent that shows it, before the page has asked for it', async () => {
    const bob = await open('/room', { resumeWindow: 100 });
    const his = await bob.live();
    await his.call('say', { text: 'hello' });
    const ann = await visitor('/desk');
    await (await ann.live()).call('toggle');
    await bob.unsubscribe([his.id]);
    await new Promise((resolve) => setTimeout(resolve, 300)); // what would end it must not
    expect(server.app.live.stats().instances).toBe(2);
  });

  test('takes what stands in it along at once', async () => {
    const ann = await open('/hall');
    const [hall] = (await ann.subscribe()) as Answered[];
    const hers = new LiveRoot(ann, hall as Answered);
    expect(server.app.live.stats().instances).toBe(2);
    await hers.call('toggle');
    expect(server.app.live.stats().instances).toBe(1);
    await hers.call('toggle');
    await ann.subscribe(ann.roots.slice(1));
    expect(server.app.live.stats().instances).toBe(2);
    await ann.unsubscribe(ann.roots.map(({ id }) => id));
    const left = Date.now();
    await vi.waitFor(() => expect(server.app.live.stats().instances).toBe(0), 6_000);
    expect(Date.now() - left).toBeLessThan(3_000);
  });

  test('waits no longer than the resume window', async () => {
    const ann = await open('/room', { resumeWindow: 100 });
    const hers = await ann.live();
    await ann.unsubscribe([hers.id]);
    await vi.waitFor(() => expect(server.app.live.stats().instances).toBe(0), 1_000);
  });

  test('is each session’s own, for all of its tabs', async () => {
    const ann = await open('/cart');
    const bob = await visitor('/cart');
    const tab = await bob.sibling();
    server.clients.push(tab);
    const ids = [];
    for (const client of [ann, bob, tab]) ids.push((await client.live()).id);
    expect(ids[1]).not.toBe(ids[0]);
    expect(ids[2]).toBe(ids[1]);
    expect(server.app.live.stats().instances).toBe(2);
  });

  test('is of one class: another one with the same payload has its own', async () => {
    const ann = await open('/room');
    const bob = await visitor('/hall');
    expect((await bob.live()).id).not.toBe((await ann.live()).id);
  });

  test('whose mount() failed leaves nothing, and is tried again for the next viewer', async () => {
    const ann = await open('/fragile');
    const bob = await visitor('/fragile');
    Fragile.isBroken = true;
    const body = JSON.stringify({ viewer: ann.viewer, url: server.app.url, components: ann.roots });
    const answer = await ann.post('subscribe', '', body).expect(200);
    expect(answer.body).toEqual({ components: [{ id: ann.roots[0]?.id, gone: 'failed' }] });
    expect(server.app.live.stats().instances).toBe(0);
    Fragile.isBroken = false;
    await bob.live();
  });
});
