// Floods, by mistake or on purpose: each limit refuses what is over it, and leaves everything else alone.
import { html, LiveComponent } from 'htmx-liveview';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import type { Limits } from '../../server/limits.ts';
import { Client } from '../support/client.ts';
import { Counter } from '../support/components.ts';
import { useApp } from '../support/opened.ts';

class Slow extends LiveComponent {
  static component = 'test.Slow';
  static events = { wait: true };
  static done = 0;
  static gate: Promise<void>;
  async wait() {
    await Slow.gate;
    Slow.done++;
  }
  render() {
    return html`<p>Slow</p>`;
  }
}

const its = useApp();
const start = (limits: Partial<Limits>, options = {}) => its.open({ components: [Counter, Slow], limits, ...options });

describe('streams', () => {
  test('are limited for a session, which may open another once one has ended', async () => {
    const client = await start({ streams: 2 });
    const second = await client.sibling();
    its.clients.push(second);
    const third = await client.agent.get('/live/stream?v=1').expect(429);
    expect(third.headers['retry-after']).toBe('1');
    expect(third.body.title).toBe('limit');
    await its.visitor();
    second.disconnect();
    await vi.waitFor(() => expect(its.app.live.stats().streams).toBe(2));
    its.clients.push(await client.sibling());
  });

  test('are limited in all, which says when to come back', async () => {
    const client = await start({ allStreams: 1 });
    const late = new Client(its.app);
    await late.load();
    const answer = await late.agent.get('/live/stream?v=1').expect(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.body.title).toBe('unavailable');
    await (await client.live()).event('increment').expect(204);
  });
});

test('components are limited on one stream: those that are live stay so, and come back', async () => {
  const client = await start({ components: 2 });
  const [first, second] = client.roots;
  await client.subscribe([first!]);
  await client.subscribe([second!]);
  await client.subscribe([first!, second!]);
  await client.load();
  const body = JSON.stringify({ viewer: client.viewer, url: its.app.url, components: client.roots.slice(0, 1) });
  const answer = await client.post('subscribe', '', body).expect(413);
  expect(answer.body.title).toBe('too-large');
  expect(its.app.live.stats().instances).toBe(2);
  const many = JSON.stringify({ viewer: client.viewer, url: its.app.url, components: [first, first, first] });
  await client.post('subscribe', '', many).expect(413);
});

test('as many components of a session may wait for their page as may be live on one stream', async () => {
  const client = await start({ components: 2 });
  await client.subscribe(client.roots.slice(0, 2));
  client.disconnect();
  await vi.waitFor(() => expect(its.app.live.stats().streams).toBe(0));
  expect(its.app.live.stats().instances).toBe(2);
});

test('what a session may send is one for all of its streams, also after a while of silence', async () => {
  const now = Date.now();
  const clock = { ...systemClock, now: () => now };
  const client = await start({ burst: 2 }, { clock, heartbeat: 1000 });
  await client.frame('beat');
  const sibling = await client.sibling();
  its.clients.push(sibling);
  await client.live();
  await sibling.subscribe(client.roots.slice(1, 2));
  const body = JSON.stringify({ viewer: sibling.viewer, url: its.app.url, components: client.roots.slice(1, 2) });
  await sibling.post('subscribe', '', body).expect(429);
});

test('events and subscribes of a session are limited in a second, after a burst; a later one is taken again', async () => {
  let now = Date.now();
  const client = await start({ events: 10, burst: 4 }, { clock: { ...systemClock, now: () => now } });
  const counter = await client.live();
  const at = () => ({ created: Math.floor(now / 1000) });
  for (let n = 0; n < 3; n++) await counter.event('increment', {}, at()).expect(204);
  const answer = await counter.event('increment', {}, at()).expect(429);
  expect(answer.headers['retry-after']).toBe('1');
  counter.number--;
  now += 100;
  await counter.event('increment', {}, at()).expect(204);
  await counter.event('increment', {}, at()).expect(429);
  const sibling = await client.sibling();
  its.clients.push(sibling);
  const body = JSON.stringify({ viewer: sibling.viewer, url: its.app.url, components: client.roots.slice(0, 1) });
  await sibling.post('subscribe', '', body, at()).expect(429);
  now += 100;
  await sibling.post('subscribe', '', body, at()).expect(200);
});

test('events that wait are limited, and the others are handled in order', async () => {
  let open = () => {};
  Slow.gate = new Promise((resolve) => (open = resolve));
  Slow.done = 0;
  const client = await start({ waiting: 3 });
  const [, root] = await client.subscribe();
  const slow = root as { id: string; epoch: string };
  const send = (n: number) =>
    client.post(
      'event',
      `?${new URLSearchParams({ id: slow.id, name: 'wait', viewer: client.viewer, n: String(n), epoch: slow.epoch, have: '1' })}`,
      '',
    );
  const early = [1, 2, 3].map((n) => send(n).then(({ status }) => status));
  expect(await Promise.all(early)).toEqual([202, 202, 202]);
  const late = await send(4).expect(429);
  expect(late.body.title).toBe('limit');
  open();
  await vi.waitFor(() => expect(Slow.done).toBe(3));
  await send(4).expect(204);
});

test.each([
  [{ limits: { events: 0 } }, 'limits.events must be a number from 1'],
  [{ limits: { speed: 1 } }, 'there is no option limits.speed'],
])('a limit that can’t be is an error at start: %j', async (options, message) => {
  await expect(its.open({ components: [Counter], ...(options as object) })).rejects.toThrow(message);
});
