// Viewers of shared components who come, go and come back: nobody is forgotten, nothing counts twice, nothing is shown twice.
import { html, LiveComponent } from 'htmx-liveview';
import { describe, expect, test, vi } from 'vitest';
import type { Subscribed } from '../../protocol/patch.ts';
import type { TestAppOptions } from '../support/app.ts';
import { Client, LiveRoot, type Root } from '../support/client.ts';
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

const server = useApp();

async function open(path: string, options: Partial<TestAppOptions> = {}): Promise<Client> {
  const client = await server.open({
    components: [Room, Desk, Hall, Lamp] as never,
    routes: (app, live) => {
      app.get('/room', async (req, res) => void res.send(String(await live.render(req, Room))));
      app.get('/desk', async (req, res) => void res.send(String(await live.render(req, Desk, { open: false }))));
      app.get('/hall', async (req, res) => void res.send(String(await live.render(req, Hall))));
      app.get('/desks', async (req, res) => {
        res.send(`${await live.render(req, Desk, {})}${await live.render(req, Desk, {})}`);
      });
    },
    ...options,
  });
  await client.load(path);
  return client;
}

async function visitor(path: string): Promise<Client> {
  const client = new Client(server.app);
  await client.load(path);
  await client.connect();
  server.clients.push(client);
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
});
