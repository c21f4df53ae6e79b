// State that outlives its node: what is kept, who gets it back, and what becomes of the events on their way.
import { html, LiveComponent, type LiveError, type LiveEvent, presence, topic } from 'htmx-liveview';
import { expect, test, vi } from 'vitest';
import type { Subscribed } from '../../protocol/patch.ts';
import type { TestApp } from '../support/app.ts';
import type { Client, LiveRoot } from '../support/client.ts';
import { LiveRoot as Root } from '../support/client.ts';
import { type Live, useNodes } from '../support/nodes.ts';

const news = topic<string>('news');
const party = presence<{ name: string }>('party');
let log: string[] = [];
let gates: (() => void)[] = [];

/** Counts, notes, and shows all that it has. */
class Pad extends LiveComponent<{ name?: string }> {
  static component = 'test.Pad';
  static durable: boolean | 'sync' = true;
  static events = { add: true, fail: true, order: true, wait: true, spoil: true, quiet: true } as const;
  count = 0;
  texts: string[] = [];
  seen = new Map<string, Date>();
  big = 1n;
  bytes = new Uint8Array([1, 2]);
  ticks = 0;
  odd: unknown;
  helper = () => 'made by the constructor';
  #private = 'from the constructor';

  mount() {
    log.push(`mount ${this.connected}`);
    this.#private = 'from mount';
    this.#start();
  }
  resumed() {
    log.push('resumed');
    this.#private = 'from resumed';
    this.#start();
  }
  suspended() {
    log.push('suspended');
  }
  unmount() {
    log.push('unmount');
  }
  #start() {
    this.subscribe(news, (text) => {
      this.texts.push(text);
    });
  }
  add({ text = '' }: { readonly text?: unknown }) {
    this.count++;
    this.big *= 2n;
    this.texts.push(String(text));
    this.seen.set(String(text), new Date(0));
    this.bytes[0] = this.count;
  }
  async wait() {
    this.count += 10;
    await new Promise<void>((resolve) => gates.push(resolve));
    this.count += 100;
  }
  quiet() {}
  order({ to }: { readonly to?: unknown }, event: LiveEvent) {
    if (to === 'me') event.browser.push('mine', 'ann');
    else this.browser.push('ours');
  }
  fail() {
    this.count++;
    throw new Error('on purpose');
  }
  spoil({ how }: { readonly how?: unknown }) {
    this.count++;
    if (how === 'function') this.odd = { deep: [() => {}] };
    if (how === 'class') this.odd = new Map([['key', new (class Basket {})()]]);
    if (how === 'late') (this as { late?: () => void }).late = () => {};
    if (how === 'large') this.odd = 'x'.repeat(300_000);
    if (how === 'well') this.odd = undefined;
  }
  render() {
    return html`<p>count ${this.count} texts ${this.texts.join(',')} big ${this.big} bytes ${this.bytes[0]} private ${this.#private} seen ${[...this.seen].map(([text, when]) => `${text}@${when.getTime()}`).join()} helper ${typeof this.helper}</p>`;
  }
}

class SyncPad extends Pad {
  static override component = 'test.SyncPad';
  static override durable = 'sync' as const;
}

/** Not kept: for contrast. */
class Plain extends LiveComponent {
  static component = 'test.Plain';
  static events = { add: true } as const;
  count = 0;
  add() {
    this.count++;
  }
  render() {
    return html`<p>plain ${this.count}</p>`;
  }
}

/** Says who is there, and keeps what it said. */
class Guest extends LiveComponent {
  static component = 'test.Guest';
  static durable = 'sync' as const;
  static events = { greet: true } as const;
  said: string[] = [];
  people = this.presence(party, { name: 'ann' });
  greet() {
    this.said.push('hello');
  }
  render() {
    const names = this.people.members.map(({ meta }) => meta.name);
    return html`<p>${names[0]}: ${names.length}, ${this.said.join(' ')}.</p>`;
  }
}

const suite = useNodes({ components: [SyncPad, Pad, Plain, Guest] });
const { back, kill, moveTo, sendTo, start } = suite;

/** The pages' components, live at a node. */
async function live(node: TestApp): Promise<{ client: Client; sync: LiveRoot; pad: LiveRoot; plain: LiveRoot }> {
  log = [];
  gates = [];
  const { client, roots } = await suite.live(node, 3);
  const [sync, pad, plain] = roots as [LiveRoot, LiveRoot, LiveRoot];
  return { client, sync, pad, plain };
}

async function liveGuest(node: TestApp): Promise<{ client: Client; guest: LiveRoot }> {
  const { client, roots } = await suite.live(node, 1, 3);
  return { client, guest: roots[0] as LiveRoot };
}

const shown = (item: Subscribed | undefined): string =>
  item && 'updates' in item ? (item.updates ?? []).map(({ html: text = '' }) => text).join() : JSON.stringify(item);
/** Waits until what was done is kept. */
const kept = () => new Promise((resolve) => setTimeout(resolve, 150));

test('a page that comes to another node finds its component as it was: fields of all kinds, epoch, and no mount()', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('add', { text: 'one' }).expect(204);
  await sync.event('add', { text: 'two' }).expect(204);
  log = [];
  await moveTo(client, there);
  const [item] = await back(client, [sync]);
  expect(item).toMatchObject({ id: sync.id, epoch: sync.epoch });
  expect(shown(item)).toContain(
    'count 2 texts one,two big 4 bytes 2 private from resumed seen one@0,two@0 helper function',
  );
  expect(log).toEqual(['suspended', 'resumed']);
  expect(here.live.stats().instances).toBe(2); // the other two, whose page has not asked for them
  await sync.event('add', { text: 'three' }).expect(204);
  await sync.shows('count 3 ');
});

test('what a new content is, is newer than all that the page has seen', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('add').expect(204);
  const { version } = await client.update(sync.id);
  await moveTo(client, there);
  const [item] = (await back(client, [sync])) as Live[];
  expect(item?.version).toBeGreaterThan(version);
  expect(item?.updates).toMatchObject([{ from: 0, version: item?.version, html: expect.any(String) }]);
});

test('when its node dies, nothing that was answered is lost', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('add', { text: 'one' }).expect(204);
  kill(here);
  await moveTo(client, there);
  const [item] = await back(client, [sync]);
  expect(shown(item)).toContain('count 1 texts one');
});

test('write-behind: what is older than a moment is not lost either', async () => {
  const [here, there] = [await start(), await start()];
  const { client, pad } = await live(here);
  await pad.event('add', { text: 'one' }).expect(204);
  await kept();
  kill(here);
  await moveTo(client, there);
  expect(shown((await back(client, [pad]))[0])).toContain('count 1 texts one');
});

test('an event that was handled and comes again elsewhere gets its outcome, and is not handled again', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  const [good, bad] = [sync.query('add'), sync.query('fail')];
  await client.post('event', good, '').expect(204);
  await client.post('event', bad, '').expect(500);
  kill(here);
  await moveTo(client, there);
  const [item] = (await back(client, [sync])) as Live[];
  expect(item).toMatchObject({ settled: [{ id: sync.id, number: 2, status: 500 }], taken: { event: 2 } });
  await client.post('event', bad, '').expect(500);
  await client.post('event', good, '').expect(409);
  await sync.event('add').expect(204);
  await sync.shows('count 3 ');
});

test('orders for the one who acted are in the outcome that comes again elsewhere', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  const query = sync.query('order');
  await client.post('event', query, 'to=me').expect(204);
  kill(here);
  await moveTo(client, there);
  const [item] = (await back(client, [sync])) as Live[];
  expect(item).toMatchObject({ settled: [{ number: 1, status: 200, orders: [['push', 'mine', 'ann']] }] });
  expect(item?.updates?.[0]).not.toHaveProperty('gap');
});

test('a page is told when what was ordered died with its node, and not when it had come', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync, pad } = await live(here);
  await sync.event('order', { to: 'all' }).expect(204);
  await client.frame('update', ({ id, orders }) => id === sync.id && orders !== undefined);
  await pad.event('order', { to: 'all' }).expect(204);
  const { version: had } = (await client.update(pad.id)) as { version: number };
  await kept();
  kill(here);
  await moveTo(client, there);
  const [item] = (await back(client, [sync])) as Live[];
  expect(item?.updates).toMatchObject([{ html: expect.any(String), gap: expect.any(Number) }]);
  const [other] = (await back(client, [{ ...pad, version: had }])) as Live[];
  expect(other?.updates).toMatchObject([{ html: expect.any(String) }]);
  expect(other?.updates?.[0]).not.toHaveProperty('gap');
});

test('an event that is being handled when its node dies is handled again, from where it began', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('add').expect(204);
  const query = sync.query('wait');
  client.post('event', query, '').then(
    () => {},
    () => {},
  );
  await vi.waitFor(() => expect(gates).toHaveLength(1));
  kill(here);
  await moveTo(client, there);
  expect(shown((await back(client, [sync]))[0])).toContain('count 1 ');
  const again = client.post('event', query, '').then(({ status }) => status);
  await vi.waitFor(() => expect(gates).toHaveLength(2));
  gates[1]?.();
  expect(await again).toBe(204);
  await vi.waitFor(async () => expect((await client.update(sync.id)).html).toContain('count 111 '));
});

test('a live owner that is busy is waited for: the page is told to ask later', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync, plain } = await live(here);
  client.post('event', sync.query('wait'), '').then(
    () => {},
    () => {},
  );
  await vi.waitFor(() => expect(gates).toHaveLength(1));
  await moveTo(client, there);
  const [item, other] = await back(client, [sync, plain]);
  expect(item).toEqual({ id: sync.id, gone: 'later' });
  expect(other).toMatchObject({ id: plain.id, epoch: expect.not.stringMatching(plain.epoch) });
  gates[0]?.();
  await vi.waitFor(async () => expect(shown((await back(client, [sync]))[0])).toContain('count 110 '));
});

test('a component that is not durable starts anew elsewhere, which its epoch says', async () => {
  const [here, there] = [await start(), await start()];
  const { client, plain } = await live(here);
  await plain.event('add').expect(204);
  await moveTo(client, there);
  const [item] = (await back(client, [plain])) as Live[];
  expect(item?.epoch).not.toBe(plain.epoch);
  expect(shown(item)).toContain('plain 0');
});

test('timers and subscriptions are those that resumed() starts: a message comes once', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await moveTo(client, there);
  await back(client, [sync]);
  here.live.publish(news, 'hello');
  expect((await client.update(sync.id)).html).toContain('texts hello big');
});

test('a presence in a field is no state: whoever goes on is there anew, once', async () => {
  const [here, there] = [await start(), await start()];
  const { client, guest } = await liveGuest(here);
  await guest.event('greet').expect(204);
  await guest.shows('ann: 1, hello');
  await moveTo(client, there);
  const [item] = await back(client, [guest]);
  expect(shown(item)).toContain('hello');
  await guest.event('greet').expect(204);
  await guest.shows('ann: 1, hello hello');
  expect(here.errors).toEqual([]);
});

test('a goodbye, the end of the resume window and disconnect() remove what was kept', async () => {
  const here = await start({ resumeWindow: 50 });
  const { store } = suite.network;
  const first = await live(here);
  expect(store.size).toBe(2);
  await first.client.unsubscribe([first.sync.id, first.pad.id]);
  await vi.waitFor(() => expect(store.size).toBe(0));
  const second = await live(here);
  expect(store.size).toBe(2);
  second.client.disconnect();
  await vi.waitFor(() => expect(store.size).toBe(0));
  await live(here);
  here.live.disconnect({ match: () => true });
  await vi.waitFor(() => expect(store.size).toBe(0));
});

test.each(['drain', 'close'] as const)('%s() writes what is not written yet, and frees it at once', async (how) => {
  const [here, there] = [await start(), await start()];
  const { client, pad } = await live(here);
  await pad.event('add', { text: 'last' }).expect(204);
  await (how === 'drain' ? here.live.drain({ within: 100 }) : here.live.close());
  await moveTo(client, there);
  await vi.waitFor(async () => expect(shown((await back(client, [pad]))[0])).toContain('texts last'));
});

test('another viewer, or another express-session, does not get it', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('add', { text: 'secret' }).expect(204);
  const twin = await client.sibling();
  await moveTo(twin, there);
  const [item] = (await twin.subscribe(client.roots.slice(0, 1))) as Live[];
  expect(item?.as).toMatch(/^[\w-]{22}$/);
  expect(shown(item)).not.toContain('secret');
  const [again] = (await back(client, [sync])) as Live[];
  expect(again?.epoch).toBe(sync.epoch);
  twin.disconnect();
});

test('what somebody else wrote in its place is not read', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('add').expect(204);
  kill(here);
  const found = await suite.network.store.find(sync.id);
  await suite.network.store.write(sync.id, found?.lease ?? '', { lease: found?.lease ?? '', text: `${found?.text}x` });
  await moveTo(client, there);
  const [item] = (await back(client, [sync])) as Live[];
  expect(item?.epoch).not.toBe(sync.epoch);
  expect(shown(item)).toContain('count 0');
});

test.each([
  ['function', 'this.odd.deep[0] (a function)'],
  ['class', 'this.odd.get("key") (a Basket)'],
  ['late', 'this.late (a function)'],
])('a %s can’t be kept: that is said by name, once; with sync the event fails', async (how, found) => {
  const here = await start();
  const { sync, pad } = await live(here);
  await sync.event('spoil', { how }).expect(500);
  await sync.event('spoil', { how }).expect(500);
  await pad.event('spoil', { how }).expect(204);
  await vi.waitFor(() => expect(here.errors).toHaveLength(2));
  for (const { error, place } of here.errors) {
    expect((error as LiveError).code).toBe('ERR_LIVE_DURABLE_VALUE');
    expect(String(error)).toContain(`is durable, but ${found} can't be kept. Keep plain data in public fields`);
    expect(place.doing).toBe('keeping it');
  }
});

test('a state that is too large is said so, and what fits again is kept again', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('spoil', { how: 'large' }).expect(500);
  expect(here.errors).toMatchObject([{ error: { code: 'ERR_LIVE_DURABLE_SIZE' } }]);
  await sync.event('spoil', { how: 'well' }).expect(204);
  await moveTo(client, there);
  expect(shown((await back(client, [sync]))[0])).toContain('count 2 ');
});

test('a node whose state was taken meanwhile writes nothing over it, and ends its own', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  const twin = await client.sibling();
  twin.viewer = client.viewer; // the same page, by another way
  twin.app = there;
  sendTo(twin, there);
  await twin.connect();
  // the old node is cut off; its leases are over without its knowing
  suite.network.kill(suite.backplanes[0] as never);
  await back(twin, [sync]);
  await sync.event('add').expect(202); // no outcome: it was not kept
  expect(here.live.stats().instances).toBe(2);
  await new Root(twin, { ...sync.subscribed }).event('add').expect(204);
  expect((await twin.update(sync.id)).html).toContain('count 1 ');
  twin.disconnect();
});

test('a page that comes while Redis is away has its components, and nobody can take them', async () => {
  const here = await start();
  suite.network.store.isAway = true;
  const { sync, pad } = await live(here);
  suite.network.store.holds = false;
  await pad.event('add').expect(204);
  await pad.shows('count 1 ');
  const answer = sync.event('add').then(({ status }) => status); // it waits for what it promises
  suite.network.store.isAway = false;
  suite.network.store.thaw();
  expect(await answer).toBe(204);
  await vi.waitFor(() => expect(suite.network.store.size).toBe(2));
});

test('a store that lost everything gets it again; a page that comes elsewhere meanwhile waits for that', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync, plain } = await live(here);
  await sync.event('add').expect(204);
  client.post('event', sync.query('wait'), '').then(
    () => {},
    () => {},
  );
  await vi.waitFor(() => expect(gates).toHaveLength(1));
  suite.network.lose(); // in the middle of a turn, at whose end it is written again
  await moveTo(client, there);
  expect((await back(client, [sync, plain]))[0]).toEqual({ id: sync.id, gone: 'later' });
  gates[0]?.();
  const isBack = async () => expect(shown((await back(client, [sync]))[0])).toContain('count 111 ');
  await vi.waitFor(isBack, { timeout: 10_000, interval: 200 });
});

test('a node that can’t be sure of its leases takes no events for durable instances, and takes others', async () => {
  const here = await start();
  const { client, sync, plain } = await live(here);
  suite.network.store.holds = false;
  const answer = await sync.event('add').expect(503);
  expect(answer.headers['retry-after']).toBe('1');
  await plain.event('add').expect(204);
  here.live.publish(news, 'waits');
  suite.network.store.thaw();
  expect((await client.update(sync.id)).html).toContain('texts waits');
  await sync.event('add').expect(204);
});
