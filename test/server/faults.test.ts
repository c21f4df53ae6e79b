// What a page is told of what its components throw: in development everything that helps, in production nothing.
import { html, LiveComponent, topic } from 'htmx-liveview';
import { connectLive, mountLive } from 'htmx-liveview/testing';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Fault } from '../../protocol/patch.ts';
import { startApp } from '../support/app.ts';
import { type Client, text } from '../support/client.ts';
import { useApp } from '../support/opened.ts';

const news = topic<string>('faults news');
/** What {@link Faulty} throws. */
let thrown: unknown = new Error('on purpose');

class Faulty extends LiveComponent {
  static component = 'test.Faulty';
  static events = { fail: true, failLater: true, work: true, tick: true, breakRender: true, fine: true };
  count = 0;
  isBroken = false;
  mount() {
    this.subscribe(news, () => this.fail());
  }
  fail() {
    throw thrown;
  }
  async failLater() {
    await new Promise(setImmediate);
    throw thrown;
  }
  work() {
    this.task('load', async () => this.fail());
  }
  tick() {
    this.after(1, () => this.fail());
  }
  breakRender() {
    this.isBroken = true;
  }
  fine() {
    this.count++;
  }
  render() {
    if (this.isBroken) this.fail();
    return html`<p>${this.count}</p><button lv-event="fail">Fail</button>`;
  }
}

/** Is fine on the page, and throws when it goes live. */
class NeverLive extends LiveComponent {
  static component = 'test.NeverLive';
  static part = 'mount';
  mount() {
    if (this.connected && NeverLive.part === 'mount') throw new RangeError('not today');
  }
  render() {
    if (this.connected && NeverLive.part === 'render') throw new RangeError('not so');
    return '<p>static</p>';
  }
}

class Shared extends Faulty {
  static override component = 'test.Shared';
  static scope = 'app' as const;
}

const it = useApp();
const fault = async (client: Client) => (await client.frame('fault')).data as Fault;
/** What came until an answer that comes after everything else. */
const faults = (client: Client) => client.frames.filter(({ event }) => event === 'fault');

afterEach(() => {
  vi.unstubAllEnvs();
  thrown = new Error('on purpose');
  NeverLive.part = 'mount';
});

describe('in development a page is told', () => {
  test.each([
    ['fail', { doing: 'fail()', event: 'fail' }],
    ['failLater', { doing: 'failLater()', event: 'failLater' }],
    ['work', { doing: 'task load' }],
    ['tick', { doing: 'after()' }],
    ['breakRender', { doing: 'render()' }],
  ])('what is thrown after the event %s', async (event, where) => {
    const client = await it.open({ components: [Faulty] });
    const root = await client.live();
    await root.event(event);
    const { at, stack, ...rest } = await fault(client);
    const { id, viewer } = { id: root.id, viewer: client.viewer };
    expect(rest).toEqual({ id, viewer, component: 'test.Faulty', message: 'Error: on purpose', ...where });
    expect(it.app.errors).toHaveLength(1);
    expect(at).toMatch(/\(?\.\/test\/server\/faults\.test\.ts:\d+:\d+/);
    expect(stack.split('\n')[0]).toBe('Error: on purpose');
  });

  test('what a subscriber throws, whose page asked for nothing', async () => {
    const client = await it.open({ components: [Faulty] });
    await client.live();
    it.app.live.publish(news, 'now');
    expect(await fault(client)).toMatchObject({ doing: 'subscriber of faults news', message: 'Error: on purpose' });
  });

  test.each(['mount', 'render'])('what %s throws when it goes live, beside the word that it is gone', async (part) => {
    NeverLive.part = part;
    const client = await it.open({ components: [NeverLive, Faulty] });
    const [gone] = await client.subscribe();
    expect(gone).toMatchObject({ gone: 'failed' });
    expect(await fault(client)).toMatchObject({
      id: client.roots[0]?.id,
      doing: `${part}()`,
      component: 'test.NeverLive',
    });
  });

  test('once, however many of its streams show an instance; and each page that does', async () => {
    const client = await it.open({ components: [Shared] });
    const root = await client.live();
    const other = await it.visitor();
    await other.live();
    const stranger = await it.visitor();
    // the same page shows it a second time
    const body = JSON.stringify({ viewer: `${client.viewer}-1`, url: it.app.url, components: client.roots });
    await client.post('subscribe', '', body).expect(200);
    await root.event('fail');
    expect(await fault(client)).toMatchObject({ viewer: client.viewer });
    expect(await fault(other)).toMatchObject({ viewer: other.viewer });
    await root.event('fine');
    await client.update();
    expect([faults(client), faults(stranger)]).toEqual([[], []]);
  });

  test('the cause of an error, what it has beside a message, and all of an AggregateError', async () => {
    const client = await it.open({ components: [Faulty] });
    const root = await client.live();
    thrown = new Error('outer', { cause: Object.assign(new TypeError('inner'), { code: 'E_DEEP' }) });
    await root.event('fail');
    expect((await fault(client)).stack).toMatch(/outer[\s\S]*\[cause\]: TypeError: inner[\s\S]*E_DEEP/);
    thrown = new AggregateError([new Error('one'), new RangeError('two')], 'both');
    await root.event('fail');
    expect((await fault(client)).stack).toMatch(/both[\s\S]*Error: one[\s\S]*RangeError: two/);
  });

  test.each([
    ['a string', 'just words', "'just words'"],
    ['nothing', undefined, 'undefined'],
    ['an object', { code: 42 }, '{ code: 42 }'],
  ])('of %s that is thrown in place of an error', async (_, value, message) => {
    const client = await it.open({ components: [Faulty] });
    const root = await client.live();
    thrown = value;
    await root.event('fail');
    expect(await fault(client)).toMatchObject({ message, stack: message });
  });

  test('of what can’t even be looked at, and goes on', async () => {
    const client = await it.open({ components: [Faulty] });
    const root = await client.live();
    thrown = new (class extends Error {
      override get message(): string {
        throw new Error('no');
      }
      override get stack(): string {
        throw new Error('no');
      }
    })();
    await root.event('fail').expect(500);
    expect(await fault(client)).toMatchObject({ message: 'something that can’t be described' });
    await root.event('fine').expect(204);
  });

  test('not of everything at once: what is long is cut', async () => {
    const client = await it.open({ components: [Faulty] });
    const root = await client.live();
    thrown = new Error('x'.repeat(100_000));
    await root.event('fail');
    const { message, stack } = await fault(client);
    expect([message.length, stack.length]).toEqual([1_000, 16_000]);
  });

  test.each([
    ['fin', 'no event "fin"; did you mean "fine"?; static events has: fine, add'],
    ['nothing', 'no event "nothing"; static events has: fine, add'],
    ['fine()', 'no event "fine()": write lv-event="fine", without parentheses'],
    [
      'helper',
      'no event "helper": there is a method helper(), but static events does not list it. Add helper: true, if browsers may call it',
    ],
    ['fail', /there is a method fail\(\)/], // of the class that it extends
    ['trap', 'no event "trap"; static events has: fine, add'],
    ['render', 'no event "render"; static events has: fine, add'],
  ])('that there is no event %s, and which was meant', async (name, message) => {
    class Few extends Faulty {
      static override component = 'test.Few';
      static override events = { fine: true, add: true } as never;
      add() {}
      helper() {}
      get trap() {
        throw new Error('a browser must not get here');
      }
    }
    const client = await it.open({ components: [Few] });
    const root = await client.live();
    const { body } = await root.event(name).expect(404);
    expect(body).toEqual({ type: 'urn:htmx-liveview:unknown', title: 'unknown', status: 404 });
    const told = message instanceof RegExp ? expect.stringMatching(message) : message;
    const { id, viewer } = { id: root.id, viewer: client.viewer };
    expect(await fault(client)).toEqual({
      id,
      viewer,
      component: 'test.Few',
      doing: `${name}()`,
      event: name,
      message: told,
      stack: told,
      refused: true,
    });
    expect(it.app.refusals).toMatchObject([{ kind: 'unknown', detail: told }]);
    expect(it.app.errors).toEqual([]);
  });

  test('advice is for the log alone', async () => {
    class Doubled extends Faulty {
      static override component = 'test.Doubled';
      override render() {
        return html`<p id="a">${this.count}</p><p id="a"></p>`;
      }
    }
    const client = await it.open({ components: [Doubled] });
    const root = await client.live();
    await root.event('fine');
    await client.update();
    expect(it.app.errors).toMatchObject([{ error: { code: 'ERR_LIVE_DUPLICATE_ID' } }]);
    expect(faults(client)).toEqual([]);
  });
});

describe('in production no page is told anything', () => {
  test('of a handler, a render, a task or a mount, whatever it asks for', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const client = await it.open({ components: [Faulty, NeverLive] });
    vi.stubEnv('NODE_ENV', 'development'); // that it is production is settled when it starts
    const root = await client.live();
    const items = { viewer: client.viewer, url: it.app.url, components: client.roots.slice(1) };
    const answer = await client.post('subscribe', '', JSON.stringify(items)).expect(200);
    expect(answer.body).toEqual({ components: [{ id: client.roots[1]?.id, gone: 'failed' }] });
    for (const event of ['fail', 'work', 'breakRender', 'nope']) {
      const answer = await client
        .post('event', `${root.query(event)}&debug=1&fault=1&development=true`, 'debug=1')
        .set('X-Debug', '1');
      expect(answer.text).not.toContain('purpose');
    }
    await vi.waitFor(() => expect(it.app.errors.length).toBeGreaterThanOrEqual(4));
    it.app.live.disconnect({ match: () => true });
    await client.frame('bye'); // after everything else
    expect(client.frames.map(({ event }) => event)).not.toContain('fault');
  });
});

test('a page that polls is told, too', async () => {
  const client = await it.open({ components: [Faulty] });
  const poll = (query: string) => client.agent.get(`/live/stream?v=1&mode=poll${query}`).buffer(true);
  const hello = /"stream":"([^"]+)","key":"([^"]+)"/.exec((await poll('').parse(text)).body as string);
  Object.assign(client.hello, { stream: hello?.[1], key: hello?.[2] });
  const root = await client.live();
  await root.event('fail');
  const { body } = await poll(`&stream=${hello?.[1]}&ack=1`).parse(text);
  expect(body).toContain('event: fault\n');
});

test('a reader that is far behind is not told: it has enough to read', async () => {
  const client = await it.open({ components: [Faulty] });
  client.acks = false;
  const root = await client.live();
  for (let n = 0; n < 40; n++) await root.event('fail');
  await root.event('fine');
  await vi.waitFor(() => expect(it.app.errors).toHaveLength(40));
  expect(client.frames.filter(({ event }) => event === 'settled').length).toBeLessThanOrEqual(41);
  expect(faults(client).length).toBeLessThan(32);
});

test('the test kit takes no notice of it', async () => {
  const view = await mountLive(Faulty);
  expect(await view.click('button', { fails: true })).toEqual({ status: 500 });
  expect(view.text).toBe('0Fail');
  const app = await startApp({ components: [Faulty] });
  const page = await connectLive(app.url);
  expect(await page.view('test.Faulty').click('button', { fails: true })).toEqual({ status: 500 });
  expect(page.view('test.Faulty').text).toBe('0Fail');
  await page.close();
  await app.close();
});

describe('a field that hides an event’s method, as JavaScript allows,', () => {
  /** What the constructor and `mount()` put in the place of the method `addr`. */
  let made: object = {};
  let mounted: object = {};
  class Address extends LiveComponent {
    static component = 'test.Address';
    static events = { addr: true };
    constructor() {
      super();
      Object.assign(this, made);
    }
    mount() {
      Object.assign(this, mounted);
    }
    addr() {}
    render() {
      return '<p>address</p>';
    }
  }
  const said = (kind: string) =>
    `ERR_LIVE_EVENT_FIELD: Address: events.addr: expected a method, got ${kind}: the field addr hides addr(). Give one of them another name.`;
  afterEach(() => {
    [made, mounted] = [{}, {}];
  });

  test.each([
    ['object', {}],
    ['an array', []],
    ['null', null],
    ['undefined', undefined],
  ])('is named when a page is rendered: %s', async (kind, addr) => {
    made = { addr };
    await expect(mountLive(Address)).rejects.toMatchObject({ name: 'LiveError', message: said(kind) });
    const app = await startApp({ components: [Address] });
    const answer = await fetch(app.url);
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining(said(kind))]);
    await app.close();
  });

  test('is named at the event where it comes later', async () => {
    const client = await it.open({ components: [Address] });
    mounted = { addr: { city: 'Brno' } };
    const root = await client.live();
    await root.event('addr').expect(500);
    expect(it.app.errors).toMatchObject([
      { error: { code: 'ERR_LIVE_EVENT_FIELD', message: said('object') }, place: { doing: 'addr()' } },
    ]);
  });

  test('is a handler as well where it holds a function', async () => {
    let calls = 0;
    made = { addr: () => calls++ };
    const client = await it.open({ components: [Address] });
    const root = await client.live();
    await root.event('addr').expect(204);
    expect([calls, it.app.errors]).toEqual([1, []]);
  });
});
