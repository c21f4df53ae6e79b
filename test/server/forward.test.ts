// A page at one node, and a load balancer that sends what it asks to another one. The suites of the project `elsewhere` hold that events, uploads and
// refusals are the same then; here is what only several nodes can get wrong.
import { html, LiveComponent } from 'htmx-liveview';
import { beforeEach, expect, test } from 'vitest';
import { parseFrames } from '../../protocol/frame.ts';
import type { Hello, Update } from '../../protocol/patch.ts';
import type { TestApp } from '../support/app.ts';
import { Client, LiveRoot } from '../support/client.ts';
import { Counter } from '../support/components.ts';
import type { TestBackplane } from '../support/network.ts';
import { useNodes } from '../support/nodes.ts';

let [passed, pass] = makeGate();
function makeGate(): [Promise<void>, () => void] {
  let open = () => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [promise, open];
}

/** Counts once it is let. */
class Patient extends LiveComponent {
  static component = 'test.Patient';
  static events = { go: true } as const;
  count = 0;
  async go() {
    await passed;
    this.count++;
  }
  render() {
    return html`<p>Patient: ${this.count}</p>`;
  }
}

/** Takes large files. */
class Album extends LiveComponent {
  static component = 'test.Album';
  static uploads = { bytes: 20_000_000 };
  static events = { take: true } as const;
  size = 0;
  take({ file }: { readonly file?: unknown }) {
    this.size = (file as File).size;
  }
  render() {
    return html`<p>${this.size} bytes</p>`;
  }
}

const suite = useNodes({ components: [Counter, Patient, Album] });
const { backplanes, nodes, open, sendTo, start } = suite;

beforeEach(() => {
  [passed, pass] = makeGate();
});

/** A counter whose stream is at the first node, while everything else goes to the second. */
async function spread(): Promise<{ here: TestApp; there: TestApp; client: Client; counter: LiveRoot }> {
  const [here, there] = [await start(), await start()];
  const client = await open(here);
  sendTo(client, there);
  return { here, there, client, counter: await client.live() };
}

test('an instance lives where its stream is, and its events get there by themselves', async () => {
  const { here, there, client, counter } = await spread();
  await counter.event('increment').expect(204);
  expect((await client.update()).html).toContain('Count: 1');
  expect([here, there].map((node) => node.live.stats())).toMatchObject([
    { streams: 1, instances: 1 },
    { streams: 0, instances: 0 },
  ]);
});

test('an event that comes again at another node gets its recorded outcome, and is not handled again', async () => {
  const { here, client, counter } = await spread();
  const query = counter.query('increment');
  await client.post('event', query, '').expect(204);
  sendTo(client, here);
  await client.post('event', query, '').expect(204);
  sendTo(client, nodes[1] as TestApp);
  await client.post('event', query, '').expect(204);
  const frames = await counter.call('increment');
  expect(frames.map(({ data }) => (data as Update).html)).toEqual(
    ['Count: 1', 'Count: 2'].map((text) => expect.stringContaining(text)),
  );
});

test('two that come at two nodes at once are handled in their order, once', async () => {
  const { here, there, client } = await spread();
  const [, root] = client.roots;
  const [item] = await client.subscribe(root ? [root] : []);
  if (!item || 'gone' in item) throw new Error('not live');
  const query = `?${new URLSearchParams({ id: item.id, name: 'go', viewer: client.viewer, n: '1', epoch: item.epoch, have: '1' })}`;
  const first = client.post('event', query, '').then(({ status }) => status);
  sendTo(client, here);
  const second = client.post('event', query, '').then(({ status }) => status);
  pass();
  expect(await Promise.all([first, second])).toEqual([204, 204]);
  expect((await client.update(item.id)).html).toContain('Patient: 1');
  expect(there.errors).toEqual([]);
});

test('a node that is gone is noticed at once: the page shall open another stream', async () => {
  const { here, client, counter } = await spread();
  await here.close();
  const answer = await counter.event('increment');
  expect([answer.status, JSON.parse(answer.text).title]).toEqual([404, 'stream']);
  expect(client.hello.stream).toMatch(/^[\w-]{22}\.[\w-]{22}$/);
});

test('a node that can’t reach others says when to try again, and takes what is its own', async () => {
  const { here, client, counter } = await spread();
  (backplanes[1] as TestBackplane).isOpen = false;
  const answer = await counter.event('increment').expect(503);
  expect(answer.headers['retry-after']).toBe('1');
  sendTo(client, here);
  await counter.event('increment').expect(204);
});

test('a node that does not answer may have done it: 504', async () => {
  const { counter } = await spread();
  suite.network.isMute = true;
  const answer = await counter.event('increment').expect(504);
  expect(JSON.parse(answer.text).title).toBe('unanswered');
});

test('the goodbye of a page ends its instances at the other node', async () => {
  const { here, client, counter } = await spread();
  await client.unsubscribe([counter.id]);
  expect(here.live.stats().instances).toBe(0);
});

test('the goodbye of a page whose node is gone is no failure', async () => {
  const { here, there, client, counter } = await spread();
  await here.close();
  await client.unsubscribe([counter.id]);
  expect(there.refusals).toEqual([]);
});

test('another express-session can’t use a stream, wherever it asks', async () => {
  const { there, client, counter } = await spread();
  const stranger = await open(there);
  sendTo(client, there);
  client.agent.set('Cookie', stranger.cookie);
  const answer = await counter.event('increment');
  expect([answer.status, JSON.parse(answer.text).title]).toEqual([401, 'session']);
});

test('a word between nodes that is not sealed with their secret is worth nothing', async () => {
  const { client } = await spread();
  const stranger = await start({ secret: 'another secret that is long enough to be one' });
  sendTo(client, stranger);
  const answer = await client.post('ack', '', '', { key: client.hello.key });
  expect(answer.status).toBe(401); // its signature, at the first check
  const [first, last] = [backplanes.at(0), backplanes.at(-1)];
  expect(await last?.ask(first?.node ?? '', 'no seal')).toEqual({ failed: 'silent' });
});

test('polls find their stream from any node, and lose nothing', async () => {
  const [here, there] = [await start(), await start()];
  const client = new Client(here);
  await client.load();
  const { cookie } = client;
  const poll = async (node: TestApp, query: string) => {
    const answer = await fetch(
      `${node.server === here.server ? here.url : there.url}/live/stream?v=1&mode=poll${query}`,
      {
        headers: { cookie },
      },
    );
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      frames: parseFrames(await answer.text()),
    };
  };
  const first = await poll(here, '');
  client.hello = first.frames[0]?.data as Hello;
  const next = poll(there, `&stream=${client.hello.stream}&ack=1`);
  const counter = await client.live();
  await counter.event('increment').expect(204);
  const { status, type, frames } = await next;
  expect([status, type]).toEqual([200, 'text/event-stream']);
  expect(frames).toMatchObject([{ event: 'update', data: { html: expect.stringContaining('Count: 1') } }]);
  const again = await poll(there, `&stream=${client.hello.stream}&ack=1`);
  expect(again.frames).toEqual(frames);
  await here.close();
  expect((await poll(there, `&stream=${client.hello.stream}`)).status).toBe(404);
});

test('an answer to another question is none', async () => {
  const { counter } = await spread();
  const elsewhere = backplanes[1] as TestBackplane;
  const { ask } = elsewhere;
  let first: ReturnType<typeof ask> | undefined;
  elsewhere.ask = (...question) => {
    first ??= ask(...question);
    return first;
  };
  await counter.event('increment').expect(204);
  await counter.event('increment').expect(503); // what was said to the event before is said again
});

test('an upload of many parts leaves nothing behind at each of them', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  const { there, client } = await spread();
  const root = client.roots.find(({ component }) => component === Album.component);
  const [item] = root ? await client.subscribe([root]) : [];
  if (!item || 'gone' in item) throw new Error('not live');
  const query = new LiveRoot(client, item).query('take');
  const headers = client.sign('event', query, '', { type: 'multipart/form-data; boundary=b' });
  const body = Buffer.concat([
    Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'),
    Buffer.alloc(15_000_000),
    Buffer.from('\r\n--b--\r\n'),
  ]);
  const sent = { method: 'POST', headers: { ...headers, cookie: client.cookie }, body };
  expect((await fetch(`${there.url}/live/event${query}`, sent)).status).toBe(204);
  await new Promise(setImmediate);
  process.off('warning', note);
  expect(warnings).toEqual([]);
});
