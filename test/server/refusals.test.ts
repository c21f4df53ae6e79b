// What a browser may not do. Each refusal is problem+json of its kind, is reported once, and changes nothing.
import { request as httpRequest } from 'node:http';
import fc from 'fast-check';
import supertest from 'supertest';
import { describe, expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { Client, type LiveRoot, type PostOptions } from '../support/client.ts';
import { Counter, Reader, Signup } from '../support/components.ts';
import { app, client, counter, useCounter } from '../support/counter.ts';

useCounter({ components: [Reader, Signup] });

/** A refusal of a kind was answered and reported, and the counter is where it was. */
async function expectRefused(answer: supertest.Response, status: number, kind: string): Promise<void> {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(JSON.parse(answer.text)).toEqual({ type: `urn:htmx-liveview:${kind}`, title: kind, status });
  expect(app.refusals).toEqual([expect.objectContaining({ kind, status, detail: expect.any(String) })]);
  counter.number = 900;
  await counter.event('increment').expect(204);
  expect((await client.update(counter.id)).html).toContain('Count: 1');
}

const set = (name: string, value: string) => (headers: Record<string, string>) => ({ ...headers, [name]: value });
const without = (name: string) => (headers: Record<string, string>) => {
  const { [name]: _, ...rest } = headers;
  return rest;
};

describe('an event is refused', () => {
  const cases: [string, number, string, PostOptions, (it: LiveRoot) => [query: string, body: string]][] = [
    ['without a signature', 401, 'signature', { tamper: without('Signature') }, (it) => [it.query('increment'), '']],
    [
      'without a signature’s input',
      401,
      'signature',
      { tamper: without('Signature-Input') },
      (it) => [it.query('increment'), ''],
    ],
    ['without a digest', 401, 'signature', { tamper: without('Content-Digest') }, (it) => [it.query('increment'), '']],
    [
      'with another digest',
      401,
      'signature',
      { tamper: set('Content-Digest', 'sha-256=:AAAA:') },
      (it) => [it.query('increment'), ''],
    ],
    ['with another key', 401, 'signature', { key: 'AAAA' }, (it) => [it.query('increment'), '']],
    ['signed for another endpoint', 401, 'signature', { tag: 'subscribe' }, (it) => [it.query('increment'), '']],
    ['signed for another query', 401, 'signature', { signedQuery: '?id=other' }, (it) => [it.query('increment'), '']],
    [
      'signed two minutes ago',
      401,
      'signature',
      { created: Math.floor(Date.now() / 1000) - 120 },
      (it) => [it.query('increment'), ''],
    ],
    [
      'signed two minutes ahead',
      401,
      'signature',
      { created: Math.floor(Date.now() / 1000) + 120 },
      (it) => [it.query('increment'), ''],
    ],
    ['of a stream that is not there', 401, 'signature', { keyid: 'nobody' }, (it) => [it.query('increment'), '']],
    [
      'as an ordinary form',
      415,
      'media',
      { type: 'application/x-www-form-urlencoded' },
      (it) => [it.query('increment'), ''],
    ],
    ['as JSON', 415, 'media', { type: 'application/json' }, (it) => [it.query('increment'), '{}']],
    [
      'from another site, by Sec-Fetch-Site',
      403,
      'origin',
      { tamper: set('Sec-Fetch-Site', 'cross-site') },
      (it) => [it.query('increment'), ''],
    ],
    [
      'from another site, by Origin',
      403,
      'origin',
      { tamper: set('Origin', 'http://evil.example') },
      (it) => [it.query('increment'), ''],
    ],
    ['from no origin at all', 403, 'origin', { tamper: set('Origin', 'null') }, (it) => [it.query('increment'), '']],
    ['without a query', 400, 'malformed', {}, () => ['', '']],
    ['for an instance that is not there', 404, 'instance', {}, (it) => [it.query('increment', { id: 'nobody' }), '']],
    ['of another viewer', 404, 'instance', {}, (it) => [it.query('increment', { viewer: 'other' }), '']],
    ['that does not exist', 404, 'unknown', {}, (it) => [it.query('nothing'), '']],
    ['that is a method, but not allowed', 404, 'unknown', {}, (it) => [it.query('mount'), '']],
    ['named render', 404, 'unknown', {}, (it) => [it.query('render'), '']],
    ['named constructor', 404, 'unknown', {}, (it) => [it.query('constructor'), '']],
    ['named __proto__', 404, 'unknown', {}, (it) => [it.query('__proto__'), '']],
    ['named toString', 404, 'unknown', {}, (it) => [it.query('toString'), '']],
    ['named navigate, where there is none', 404, 'unknown', {}, (it) => [it.query('navigate'), 'url=/']],
    ['with a wrong type for its schema', 422, 'invalid', {}, (it) => [it.query('set'), 'count=many']],
    ['with nothing for its schema', 422, 'invalid', {}, (it) => [it.query('set'), '']],
    ['with an oversize body', 413, 'too-large', {}, (it) => [it.query('increment'), 'x'.repeat(5000)]],
    ['with too many fields', 413, 'too-large', {}, (it) => [it.query('increment'), 'a&'.repeat(1001)]],
  ];
  test.each(cases)('%s', async (_, status, kind, options, make) => {
    const [query, body] = make(counter);
    await expectRefused(await client.post('event', query, body, options), status, kind);
  });

  test('of an altered body', async () => {
    const query = counter.query('set');
    const tamper = (headers: Record<string, string>) => headers;
    const request = client.post('event', query, 'count=1', { tamper });
    await expectRefused(await request.send('2'), 401, 'signature');
  });

  test('of another session, though it knows the stream’s key', async () => {
    const thief = new Client(app);
    await thief.load();
    thief.hello = client.hello;
    await expectRefused(await thief.post('event', counter.query('increment'), ''), 401, 'session');
  });

  test('once its stream has ended', async () => {
    const other = await Client.open(app);
    const live = await other.live();
    other.disconnect();
    await expect.poll(async () => (await live.event('increment')).status).toBe(404);
    expect(app.refusals.at(-1)?.kind).toBe('stream');
  });

  test('by its method', async () => {
    const answer = await client.agent.get('/live/event?id=x');
    await expectRefused(answer, 405, 'method');
  });

  test('when its body is cut off', async () => {
    const { url } = app;
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${url}/live/event`, { method: 'POST', headers: { 'content-length': 10 } });
      request.on('error', () => resolve());
      request.on('response', (response) => response.resume().on('end', resolve));
      request.write('a');
      setTimeout(() => request.destroy(), 20);
    });
    await counter.event('increment').expect(204);
  });
});

describe('a subscribe is refused', () => {
  const item = () => client.roots[0] as { id: string; component: string; session: string };
  const ask = (components: unknown[], extra: object = {}) =>
    client.post('subscribe', '', JSON.stringify({ viewer: client.viewer, url: app.url, components, ...extra }));

  test.each([
    ['broken JSON', '{"viewer"', 400, 'malformed'],
    ['JSON of another shape', '[]', 400, 'malformed'],
    ['deeply nested JSON', '['.repeat(900) + ']'.repeat(900), 400, 'malformed'],
    ['an oversize body', ' '.repeat(4001), 413, 'too-large'],
  ])('for %s', async (_, body, status, kind) => {
    await expectRefused(await client.post('subscribe', '', body), status, kind);
  });

  test('for an unknown component', async () => {
    await expectRefused(await ask([{ ...item(), component: 'No.Such' }]), 404, 'unknown');
  });

  test.each(['constructor', '__proto__'])('for a component named %s', async (component) => {
    await expectRefused(await ask([{ ...item(), component }]), 404, 'unknown');
  });

  test('for a token that is tampered with', async () => {
    const { session } = item();
    await expectRefused(await ask([{ ...item(), session: `${session.slice(0, -8)}AAAAAAAA` }]), 403, 'token');
  });

  test('for a token of another component', async () => {
    await expectRefused(await ask([{ ...item(), component: 'test.Reader' }]), 403, 'token');
  });

  test('for a token of another id', async () => {
    await expectRefused(await ask([{ ...item(), id: 'other' }]), 403, 'token');
  });

  test('for a token of another session', async () => {
    const other = new Client(app);
    await other.load();
    await expectRefused(await ask([other.roots[0]]), 403, 'token');
  });

  test('for an address that is none', async () => {
    await expectRefused(await ask([item()], { url: 'javascript:alert(1)' }), 400, 'malformed');
  });
});

test('a token that has expired is refused', async () => {
  let now = Date.now();
  const { systemClock } = await import('../../server/clock.ts');
  const old = await startApp({ components: [Counter], tokenAge: 1000, clock: { ...systemClock, now: () => now } });
  const late = new Client(old);
  await late.load();
  now += 10_000;
  await late.connect();
  const body = JSON.stringify({ viewer: 'v', url: old.url, components: late.roots });
  const answer = await late.post('subscribe', '', body, { created: Math.floor(now / 1000) }).expect(403);
  expect(answer.body.title).toBe('expired');
  late.disconnect();
  await old.close();
});

describe('a stream is refused', () => {
  test('without a session, and with one in which no live page was rendered', async () => {
    await supertest(app.server).get('/live/stream?v=1').expect(401);
    expect(app.refusals[0]?.kind).toBe('session');
  });

  test('for another version of the protocol', async () => {
    await expectRefused(await client.agent.get('/live/stream?v=2'), 400, 'malformed');
  });

  test('for another site', async () => {
    await expectRefused(await client.agent.get('/live/stream?v=1').set('Sec-Fetch-Site', 'cross-site'), 403, 'origin');
  });
});

test('a path below the mount that is not ours goes on to the app', async () => {
  await supertest(app.server).get('/live/other').expect(404);
  expect(app.refusals).toEqual([]);
});

test('no query, header or body makes the server fail or fall', async () => {
  const words = fc.oneof(
    fc.string(),
    fc.constantFrom('__proto__', 'constructor', 'increment', '[]', '%', '%00', '&&=', '{"'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(words, words), { maxLength: 8 }), words, words, async (pairs, body, header) => {
      const query = `?${new URLSearchParams([...new URLSearchParams(counter.query('increment')), ...pairs])}`;
      const clean = header.replace(/[^\x20-\x7e]/g, '');
      const event = await client.post('event', query, body);
      const subscribe = await client.post('subscribe', '', body);
      const bare = await client.agent
        .post(`/live/event${query}`)
        .set('Signature', clean)
        .set('Signature-Input', clean)
        .send(body);
      for (const { status } of [event, subscribe, bare]) expect(status).toBeLessThan(500);
    }),
    { numRuns: 60 },
  );
});
