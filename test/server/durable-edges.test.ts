// Durable state where things go wrong at a bad moment: between two writes, in a turn, while a node closes, while the store is away.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type Backplane, html, LiveComponent, topic } from 'htmx-liveview';
import { expect, test, vi } from 'vitest';
import { decodeSnapshot } from '../../server/snapshot.ts';
import { createSeal } from '../../server/token.ts';
import { SECRET, type TestApp } from '../support/app.ts';
import { type Client, LiveRoot } from '../support/client.ts';
import { type Live, useNodes } from '../support/nodes.ts';

const words = topic<string>('words');
let gates: (() => void)[] = [];
let handled: string[] = [];
let failing = false;
const gate = () => new Promise<void>((open) => gates.push(open));

/** Counts, at once or once it is let. */
class Pad extends LiveComponent {
  static component = 'test.Pad';
  static durable: boolean | 'sync' = true;
  static uploads = { bytes: 1000 };
  static events = { add: true, wait: true, load: true, spoil: true, mend: true } as const;
  count = 0;
  odd: unknown;
  mount() {
    this.subscribe(words, () => gate());
  }
  add() {
    handled.push('add');
    this.count++;
  }
  async wait() {
    await gate();
    this.count += 100;
  }
  load() {
    this.task('load', async () => {
      await gate();
      this.count += 10;
    });
  }
  async spoil() {
    this.odd = () => {};
    await gate();
  }
  mend() {
    this.odd = undefined;
  }
  resumed() {
    if (failing) throw new Error('on purpose');
  }
  render() {
    return html`<p>count ${this.count}.</p>`;
  }
}

class SyncPad extends Pad {
  static override component = 'test.SyncPad';
  static override durable = 'sync' as const;
}

class Plain extends Pad {
  static override component = 'test.Plain';
  static override durable = false;
}

/** Not kept, but shows something that is. */
class Board extends LiveComponent {
  static component = 'test.Board';
  words = 0;
  mount() {
    this.subscribe(words, () => {
      this.words++;
    });
  }
  render() {
    return html`<div>${this.words} words ${this.child(SyncPad, {})}</div>`;
  }
}

const suite = useNodes({ components: [SyncPad, Pad, Plain, Board] });
const { kill, moveTo, open, start } = suite;

async function live(node: TestApp): Promise<{ client: Client; sync: LiveRoot; pad: LiveRoot; plain: LiveRoot }> {
  gates = [];
  handled = [];
  const { client, roots } = await suite.live(node, 3);
  const [sync, pad, plain] = roots as [LiveRoot, LiveRoot, LiveRoot];
  return { client, sync, pad, plain };
}

/** The page's component is live again. */
async function back(client: Client, held: LiveRoot): Promise<Live> {
  const [item] = await suite.back(client, [held]);
  if (!item || 'gone' in item) throw new Error(`not live: ${JSON.stringify(item)}`);
  return item;
}

/** Sends an event whose answer comes later. */
function send(root: LiveRoot, name: string, accept = '*/*'): Promise<{ status: number; text: string }> {
  return root.client.post('event', root.query(name), '', { accept }).then((answer) => answer);
}

const shown = ({ updates = [] }: Live): string => updates.map(({ html: text = '' }) => text).join();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const waiting = (count: number) => vi.waitFor(() => expect(gates).toHaveLength(count));

test('write-behind holds nothing back: a state that can’t be kept fails no event, then or later', async () => {
  const { pad } = await live(await start());
  await pad.event('add').expect(204);
  const spoilt = send(pad, 'spoil');
  await waiting(1);
  await pause(150); // so that it is due when the turn ends
  gates[0]?.();
  expect((await spoilt).status).toBe(204);
  await pad.event('mend').expect(204);
});

test.each(['sync', 'pad', 'plain'] as const)(
  '%s: an event that had no turn yet when its node closed is not answered as done',
  async (which) => {
    const here = await start();
    const { [which]: root } = await live(here);
    await root.event('add').expect(204);
    here.live.publish(words, 'wait');
    await waiting(3);
    const answer = send(root, 'add');
    await pause(50);
    here.live.close();
    for (const go of gates) go();
    expect((await answer).status).toBe(which === 'plain' ? 500 : 202);
    expect(handled).toEqual(['add']);
  },
);

test('an instance that goes on twice, and did nothing in between, is newer each time than what its page has', async () => {
  const [here, there, third] = [await start(), await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('add').expect(204);
  kill(here);
  await moveTo(client, there);
  const first = await back(client, sync);
  kill(there);
  await moveTo(client, third);
  const second = await back(client, new LiveRoot(client, first));
  expect(second.version).toBeGreaterThan(first.version);
  expect(shown(second)).toContain('count 1.');
});

test('what a task writes is kept before it is shown', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('load').expect(204);
  await waiting(1);
  gates[0]?.();
  expect((await client.update(sync.id)).html).toContain('count 10.');
  kill(here);
  await moveTo(client, there);
  expect(shown(await back(client, sync))).toContain('count 10.');
});

test('drain() ends though the store is away: what waits for that has no end to wait for', async () => {
  const here = await start();
  const { client, sync } = await live(here);
  suite.network.store.write = () => Promise.reject(new Error('away'));
  const answer = send(sync, 'add').catch(() => {});
  await vi.waitFor(() => expect(handled).toEqual(['add']));
  client.disconnect();
  await here.live.drain({ within: 50 });
  await answer;
});

test('a component that waits for the store does not hold the others of its page back', async () => {
  const here = await start();
  const client = await open(here);
  const { store } = suite.network;
  const { claim, find, write } = store;
  const away = () => Promise.reject(new Error('away'));
  Object.assign(store, { claim: away, find: away, write: away });
  const [sync, pad, plain] = await client.subscribe(client.roots.slice(0, 3));
  expect([sync, pad, plain]).toMatchObject([{ version: 1 }, { version: 1 }, { version: 1 }]);
  Object.assign(store, { claim, find, write });
  await vi.waitFor(async () =>
    expect(await client.subscribe(client.roots.slice(0, 1))).toMatchObject([{ version: 1 }]),
  );
});

test('with sync nothing is shown that is not kept yet, also where an answer can’t wait for that', async () => {
  const { client, sync } = await live(await start());
  const { store } = suite.network;
  const write = store.write.bind(store);
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  store.write = (...args) => held.then(() => write(...args));
  const answer = await send(sync, 'add', 'text/event-stream');
  expect([answer.status, answer.text]).toEqual([202, '']);
  expect(client.frames.filter(({ event }) => event === 'update')).toEqual([]);
  go();
  expect((await client.update(sync.id)).html).toContain('count 1.');
  expect((await client.frame('settled')).data).toMatchObject({ number: 1, status: 200 });
});

test('a store that lost everything gets back at once what was written last, also in the middle of a turn', async () => {
  const { sync } = await live(await start());
  await sync.event('add').expect(204);
  const { store } = suite.network;
  const written = await store.find(sync.id);
  send(sync, 'wait').catch(() => {});
  await waiting(1);
  suite.network.lose();
  await vi.waitFor(async () => expect(await store.find(sync.id)).toEqual(written));
});

test('a server that closes gives away what it has, however short its resume window is', async () => {
  const [here, there] = [await start({ resumeWindow: 0 }), await start()];
  const { client, sync } = await live(here);
  await sync.event('add').expect(204);
  here.live.close();
  await moveTo(client, there);
  await vi.waitFor(async () => expect(shown(await back(client, sync))).toContain('count 1.'));
});

test('an upload whose body took longer than its node’s leases hold is not handled there', async () => {
  const here = await start();
  const { client, sync } = await live(here);
  const query = sync.query('add');
  const headers = client.sign('event', query, '', { type: 'multipart/form-data; boundary=b' });
  const upload = request(`${here.url}/live/event${query}`, {
    method: 'POST',
    headers: { ...headers, cookie: client.cookie },
  });
  upload.write('--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nhello');
  await pause(100);
  suite.network.store.holds = false;
  upload.end('\r\n--b--\r\n');
  const [answer] = (await once(upload, 'response')) as [IncomingMessage];
  expect([answer.statusCode, handled]).toEqual([503, []]);
  suite.network.store.thaw();
});

test('a page that has come to another node keeps its child there, though its old stream seems to be read still', async () => {
  const [here, there] = [await start(), await start()];
  const client = await open(here);
  const board = client.roots.filter(({ component }) => component === Board.component);
  await client.subscribe(board);
  const moved = await client.sibling();
  moved.viewer = client.viewer; // the same page, by another way
  moved.app = there;
  suite.sendTo(moved, there);
  await moved.connect();
  await moved.subscribe(board);
  for (const count of [1, 2]) {
    here.live.publish(words, 'renders both boards');
    expect((await moved.update(board[0]?.id)).html).toContain(`${count} words`);
    await pause(50);
    expect(there.live.stats().instances).toBe(2);
  }
  moved.disconnect();
});

test('a store that comes back with an older state gives that to nobody, until its owner has had time to write', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  const { store } = suite.network;
  const older = await store.find(sync.id);
  await sync.event('add').expect(204);
  suite.network.lose();
  await vi.waitFor(async () => expect(await store.find(sync.id)).toBeDefined());
  if (older) await store.write(sync.id, older.lease, older);
  suite.network.kill(suite.backplanes[0] as Backplane); // it has not come back yet
  await moveTo(client, there);
  await expect(back(client, sync)).rejects.toThrow('later');
});

test('what is kept of one instance is not read as another’s', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('add').expect(204);
  await client.load();
  const other = await client.live(); // another one of this class, of the same viewer
  const { store } = suite.network;
  const [found, place] = [await store.find(sync.id), await store.find(other.id)];
  kill(here);
  if (found && place) await store.write(other.id, place.lease, { lease: place.lease, text: found.text });
  await moveTo(client, there);
  expect(shown(await back(client, other))).toContain('count 0.');
});

test('an instance whose state can’t be kept goes on elsewhere from what was kept last', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('add').expect(204);
  const spoilt = send(sync, 'spoil');
  await waiting(1);
  gates[0]?.();
  expect((await spoilt).status).toBe(500);
  await moveTo(client, there);
  expect(shown(await back(client, sync))).toContain('count 1.');
});

test('what was kept outlives a resumed() that throws: it may not, the next time', async () => {
  const [here, there] = [await start(), await start()];
  const { client, sync } = await live(here);
  await sync.event('add').expect(204);
  await moveTo(client, there);
  failing = true;
  // to be asked again for, also where others of the page are fine
  await expect(back(client, sync)).rejects.toThrow('later');
  failing = false;
  const item = await back(client, sync);
  expect([item.epoch, shown(item)]).toEqual([sync.epoch, expect.stringContaining('count 1.')]);
  await client.unsubscribe([sync.id]);
  await vi.waitFor(async () => expect(await suite.network.store.find(sync.id)).toBeUndefined());
});

test('two tabs that come at once while the store is away have an instance each', async () => {
  const here = await start();
  const client = await open(here);
  const twin = await client.sibling();
  const away = () => Promise.reject(new Error('away'));
  Object.assign(suite.network.store, { claim: away, find: away, write: away });
  const pads = client.roots.slice(1, 2);
  const [[one], [other]] = (await Promise.all([client.subscribe(pads), twin.subscribe(pads)])) as [Live[], Live[]];
  expect([one?.as, other?.as].filter((id) => id !== undefined)).toHaveLength(1);
  expect(here.live.stats().instances).toBe(2);
  twin.disconnect();
});

test('a turn that is over is kept in time, also where the next one takes long', async () => {
  const [here, there] = [await start(), await start()];
  const { client, pad } = await live(here);
  await pad.event('add').expect(204);
  void send(pad, 'wait').catch(() => {});
  await vi.waitFor(() => expect(gates).toHaveLength(1));
  await vi.waitFor(async () => {
    const kept = await suite.network.store.find(pad.id);
    const seal = createSeal([SECRET], 'kept state');
    expect(decodeSnapshot(kept?.text ?? '', seal)?.fields).toMatchObject({ count: 1 });
  });
  kill(here);
  await moveTo(client, there);
  expect(JSON.stringify(await back(client, pad))).toContain('count 1.');
});
