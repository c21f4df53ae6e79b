// What a browser may not send, to the letter: each bound and each form of a query, a signature, a body.
// Every test fails where its one check is left out.
import { once } from 'node:events';
import { Agent, request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { LiveRoot, type PostOptions } from '../support/client.ts';
import { Broken, Signup } from '../support/components.ts';
import { app, client, counter, useCounter } from '../support/counter.ts';

useCounter({ components: [Signup, Broken] });
const now = () => Math.floor(Date.now() / 1000);
const kinds = () => app.refusals.map(({ kind }) => kind);

/** Sends only as much of a request as is said, and gives the answer to it. */
function begin(path: string, headers: OutgoingHttpHeaders, ...chunks: string[]) {
  const { port } = app.server.address() as AddressInfo;
  const options = { host: '127.0.0.1', port, path, method: 'POST', agent: new Agent({ keepAlive: true }), headers };
  const request = httpRequest(options);
  const answer = new Promise<{ status?: number | undefined; headers: Record<string, unknown> }>((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (it) => resolve({ status: it.resume().statusCode, headers: it.headers }));
  });
  if (chunks.length === 0) request.flushHeaders();
  for (const chunk of chunks) request.write(chunk);
  return { request, answer };
}

/** The live component of a class. */
async function live(component: string): Promise<LiveRoot> {
  const [answer] = await client.subscribe(client.roots.filter((root) => root.component === component));
  return new LiveRoot(client, answer as never);
}

describe('the head of an event is refused', () => {
  test.each([
    ['id', '../x'],
    ['id', 'x'.repeat(65)],
    ['id', ''],
    ['viewer', '../x'],
    ['viewer', 'x'.repeat(65)],
    ['epoch', '../x'],
    ['epoch', ''],
    ['name', ''],
    ['name', 'x'.repeat(129)],
    ['n', '0'],
    ['n', '-1'],
    ['n', '1e3'],
    ['n', '1.5'],
    ['n', '1'.repeat(16)],
    ['have', ''],
    ['have', '-1'],
    ['have', '1'.repeat(16)],
  ])('with %s=%s', async (name, value) => {
    await client.post('event', counter.query('increment', { [name]: value }), '').expect(400);
    expect(kinds()).toEqual(['malformed']);
  });

  test('but not for a long name of a control: it is cut', async () => {
    const signup = await live('test.Signup');
    const query = signup.query('save', { field: 'x'.repeat(300) });
    await client.post('event', query, 'age=20').expect(204);
    expect((await client.update(signup.id)).html).toContain(`saved 20, ${'x'.repeat(256)}<`);
  });
});

describe('a signature is refused', () => {
  const tampered: [string, string, (value: string) => string][] = [
    ['with something before its input', 'Signature-Input', (it) => `x${it}`],
    ['with something after its input', 'Signature-Input', (it) => `${it};alg="none"`],
    ['with something before it', 'Signature', (it) => `x${it}`],
    ['with something after it', 'Signature', (it) => `${it}, x=:AA==:`],
    ['that is too short', 'Signature', () => 'lv=:AAAA:'],
  ];
  test.each(tampered)('%s', async (_, name, change) => {
    const tamper = (headers: Record<string, string>) => ({ ...headers, [name]: change(headers[name] as string) });
    await client.post('event', counter.query('increment'), '', { tamper }).expect(401);
    expect(kinds()).toEqual(['signature']);
  });

  // made when each is sent: on a busy machine that is long after this line
  const signed: [string, () => PostOptions][] = [
    ['more than a minute old', () => ({ created: now() - 75 })],
    ['more than a minute ahead', () => ({ created: now() + 75 })],
    ['of a time that is no whole second', () => ({ created: now() + 0.5 })],
    ['of a stream whose id has other letters', () => ({ keyid: 'a b' })],
    ['for an endpoint that there is not', () => ({ tag: 'events' })],
  ];
  test.each(signed)('%s', async (_, options) => {
    await client.post('event', counter.query('increment'), '', options()).expect(401);
    expect(kinds()).toEqual(['signature']);
  });

  test('but not within a minute', async () => {
    await counter.event('increment', {}, { created: now() - 45 }).expect(204);
    await counter.event('increment', {}, { created: now() + 45 }).expect(204);
  });

  test('that covers no digest, on a body that must have one', async () => {
    const query = counter.query('increment');
    const { 'Content-Type': type, ...headers } = client.sign('event', query, '', {
      type: 'multipart/form-data; boundary=b',
    });
    const form = client.sign('event', query, '')['Content-Type'] as string;
    expect(type).not.toBe(form);
    await client.agent
      .post(`/live/event${query}`)
      .set({ ...headers, 'Content-Type': form })
      .send('')
      .expect(401);
  });
});

describe('a body is refused', () => {
  const head = (length?: number) => {
    const query = counter.query('increment');
    const headers = { ...client.sign('event', query, ''), cookie: client.cookie };
    return [`/live/event${query}`, length ? { ...headers, 'Content-Length': length } : headers] as const;
  };

  test('by what it says of its length, before any of it has come; and the connection with it', async () => {
    const { request, answer } = begin(...head(5000));
    const { status, headers } = await answer;
    expect([status, headers.connection]).toEqual([413, 'close']);
    request.destroy();
  });

  test('by its length, where it says nothing of it', async () => {
    const { request, answer } = begin(...head(), 'x'.repeat(5000));
    expect((await answer).status).toBe(413);
    request.destroy();
  });

  test('as malformed when it is cut off', async () => {
    const arrived = once(app.server, 'request');
    const { request, answer } = begin(...head(10), 'abc');
    answer.catch(() => {});
    await arrived;
    await new Promise((resolve) => setTimeout(resolve, 50)); // it is being read
    request.destroy();
    await vi.waitFor(() => expect(kinds()).toEqual(['malformed']));
  });

  test('as multipart, everywhere but at events', async () => {
    const type = 'multipart/form-data; boundary=b';
    for (const endpoint of ['subscribe', 'unsubscribe', 'ack'])
      await client.post(endpoint, '', 'x', { type }).expect(415);
  });
});

describe('a subscribe is refused', () => {
  const send = (change: object, each: unknown = {}) => {
    const item = typeof each === 'object' && each ? { ...client.roots[0], ...each } : each;
    return client.post('subscribe', '', JSON.stringify({ viewer: 'v', url: app.url, components: [item], ...change }));
  };
  test.each([
    ['viewer', [{ viewer: '../x' }]],
    ['viewer', [{ viewer: ['v'] }]],
    ['url', [{ url: undefined }]],
    ['url', [{ url: 'nowhere' }]],
    ['url', [{ url: 'ftp://example.org/' }]],
    ['list', [{ components: undefined }]],
    ['list', [{ components: { length: 1 } }]],
    ['item', [{}, null]],
    ['item', [{}, 1]],
    ['id', [{}, { id: 'x'.repeat(65) }]],
    ['id', [{}, { id: ['x'] }]],
    ['component', [{}, { component: 'a b' }]],
    ['component', [{}, { component: 'x'.repeat(129) }]],
    ['component', [{}, { component: ['test.Counter'] }]],
    ['session', [{}, { session: 1 }]],
  ] as [string, [object, unknown?]][])('for its %s: %j', async (_, parts) => {
    await send(...parts).expect(400);
    expect(kinds()).toEqual(['malformed']);
  });

  test.each(['null', '1', '"x"', '{', ''])('for the body %j, as an unsubscribe is', async (body) => {
    await client.post('subscribe', '', body).expect(400);
    await client.post('unsubscribe', '', body).expect(400);
    expect(kinds()).toEqual(['malformed', 'malformed']);
  });

  test.each([
    ['epoch', { epoch: '../x', version: 1 }],
    ['version', { version: -1 }],
    ['version', { version: 1.5 }],
    ['version', { version: '1' }],
  ])('not for a wrong %s: the page counts as one that comes for the first time', async (_, held) => {
    const item = { ...client.roots[0], epoch: counter.epoch, ...held };
    const [answer] = await client.subscribe([item as never]);
    expect(answer).not.toHaveProperty('updates');
  });

  test('for each item by itself, where the reasons differ', async () => {
    const [first] = client.roots as [object];
    const components = [
      { ...first, component: 'No.Such' },
      { ...first, session: 'v1.x.y' },
    ];
    const answer = await send({ components }).expect(200);
    expect(answer.body.components.map(({ gone }: { gone: string }) => gone)).toEqual(['refused', 'refused']);
    expect(kinds()).toEqual(['unknown', 'token']);
  });

  test('for the component alone where its mount() throws, and nothing of it stays', async () => {
    const before = app.live.stats().instances;
    const root = client.roots.find(({ component }) => component === 'test.Broken');
    const { body } = await send({}, root).expect(200);
    expect(body).toEqual({ components: [{ id: root?.id, gone: 'failed' }] });
    expect(kinds()).toEqual(['failed']);
    expect(app.live.stats().instances).toBe(before);
  });
});

describe('an unsubscribe is refused', () => {
  test.each([
    ['viewer', { viewer: '../x', ids: [] }],
    ['list', { viewer: 'v', ids: { length: 0 } }],
    ['list', { viewer: 'v', ids: null }],
    ['ids', { viewer: 'v', ids: ['a', '../x'] }],
    ['ids', { viewer: 'v', ids: [1] }],
  ])('for its %s: %j', async (_, body) => {
    await client.post('unsubscribe', '', JSON.stringify(body)).expect(400);
    expect(kinds()).toEqual(['malformed']);
  });

  test('in silence, where another stream has the component', async () => {
    const sibling = await client.sibling();
    sibling.viewer = client.viewer;
    await sibling.unsubscribe([counter.id]);
    await counter.event('increment').expect(204);
    sibling.disconnect();
  });
});

test('an answer is not kept, and not taken for another type', async () => {
  const refused = await client.post('event', '', '').expect(400);
  const subscribed = await client.post('subscribe', '', JSON.stringify({ viewer: 'w', url: app.url, components: [] }));
  for (const { headers } of [refused, subscribed]) {
    expect(headers).toMatchObject({
      'cache-control': 'private, no-store, no-transform',
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  }
});
