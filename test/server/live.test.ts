// The specification: subscribe, live, disconnect, reconnect.
import { runInNewContext } from 'node:vm';
import { html, LiveComponent, type LiveEvent } from 'htmx-liveview';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { MEDIA } from '../../protocol/names.ts';
import { Counter, news, Reader, Signup } from '../support/components.ts';
import { useApp } from '../support/opened.ts';

const its = useApp();
const { open, visitor } = its;

beforeEach(() => {
  Counter.log = [];
});

describe('subscribe', () => {
  test('greets with the stream, its key and the time, at once', async () => {
    const client = await open({ components: [Counter] });
    expect(client.hello.stream).toMatch(/^[\w-]{22}\.[\w-]{22}$/);
    expect(Buffer.from(client.hello.key, 'base64url')).toHaveLength(32);
    expect(client.hello.heartbeat).toBe(15_000);
    expect(Math.abs(client.hello.time - Date.now())).toBeLessThan(5_000);
  });

  test('mounts an instance, and sends no content where the page has it already', async () => {
    const client = await open({ components: [Counter] });
    const [answer] = await client.subscribe();
    expect(answer).toEqual({ id: client.roots[0]?.id, epoch: expect.any(String), version: 1 });
    expect(Counter.log).toEqual(['mount static', 'mount live']);
  });

  test('sends the content where the live render differs', async () => {
    class Where extends LiveComponent {
      static component = 'Where';
      render() {
        return html`<p>${this.connected ? 'live' : 'static'}</p>`;
      }
    }
    const client = await open({ components: [Where] });
    expect((await client.live()).subscribed.updates).toEqual([
      { id: client.roots[0]?.id, from: 0, version: 1, html: '<p>live</p>' },
    ]);
  });

  test('answers for each component by itself', async () => {
    const client = await open({ components: [Counter, Reader] });
    const [counter, reader] = client.roots as [never, never];
    const wrong = { ...(counter as object), session: 'v1.x.y' } as never;
    const answers = await client.subscribe([wrong, reader]);
    expect(answers).toEqual([expect.objectContaining({ gone: 'refused' }), expect.objectContaining({ version: 1 })]);
    expect(its.app.refusals).toEqual([expect.objectContaining({ kind: 'token', component: 'test.Counter' })]);
  });

  test('says so where mount throws and there is no failed()', async () => {
    class Broken extends LiveComponent {
      static component = 'Broken';
      mount() {
        if (this.connected) throw new Error('live only');
      }
      render() {
        return '';
      }
    }
    const client = await open({ components: [Counter, Broken] });
    const answers = await client.subscribe();
    expect(answers[1]).toEqual({ id: client.roots[1]?.id, gone: 'failed' });
    expect(its.app.errors[0]?.place).toMatchObject({ component: 'Broken', doing: 'mount()' });
  });

  test.each([
    ['mount()', 'mount'],
    ['constructor()', 'field'],
  ])('says so of each where the %s of all throws: the request itself has not failed', async (doing, part) => {
    class Broken extends LiveComponent {
      static component = 'Broken';
      static isLive = false;
      field = part === 'field' && Broken.isLive && fail();
      mount() {
        if (this.connected) fail();
      }
      render() {
        return '';
      }
    }
    const fail = () => {
      throw new Error('live only');
    };
    class Other extends Broken {
      static component = 'Other';
    }
    const client = await open({ components: [Broken, Other] });
    Broken.isLive = true;
    expect(await client.subscribe()).toEqual(client.roots.map(({ id }) => ({ id, gone: 'failed' })));
    expect(its.app.errors.map(({ place }) => place.doing)).toEqual([doing, doing]);
    expect(its.app.refusals.map(({ kind }) => kind)).toEqual(['failed', 'failed']);
    expect(its.app.live.stats().instances).toBe(0);
  });

  test('gives a data-id that is live elsewhere a new one, with a token of its own', async () => {
    const client = await open({ components: [Counter] });
    await client.live();
    const twin = await client.sibling();
    its.clients.push(twin);
    const [answer] = await twin.subscribe(client.roots);
    if (!answer || 'gone' in answer || !answer.as || !answer.session) throw new Error('no new id');
    expect(answer.as).not.toBe(client.roots[0]?.id);
    const again = await twin.subscribe([
      { id: answer.as, component: 'test.Counter', session: answer.session, epoch: answer.epoch, version: 1 },
    ]);
    expect(again[0]).toMatchObject({ epoch: answer.epoch, version: 1 });
  });
});

describe('events and updates', () => {
  test('an event calls its handler, and the change comes by the stream with from and version', async () => {
    const counter = await (await open({ components: [Counter] })).live();
    await counter.event('increment').expect(204);
    const update = await counter.client.update();
    expect(update).toEqual({ id: counter.id, from: 1, version: 2, html: expect.stringContaining('Count: 1') });
  });

  test('the answer carries the effect for a client that asks, and the stream need not', async () => {
    const counter = await (await open({ components: [Counter] })).live();
    expect(await counter.call('increment')).toEqual([
      { event: 'update', data: expect.objectContaining({ from: 1, version: 2 }) },
    ]);
    await counter.event('increment').expect(204);
    expect((await counter.client.update()).version).toBe(3);
  });

  test('an event that changes nothing settles without an update', async () => {
    const counter = await (await open({ components: [Counter] })).live();
    await counter.event('set', { count: '0' }).expect(204);
    await counter.event('increment').expect(204);
    expect((await counter.client.update()).version).toBe(2);
  });

  test('a schema’s output is what the handler gets', async () => {
    const signup = await (await open({ components: [Signup] })).live();
    await signup.event('save', { age: '21' }).expect(204);
    expect((await signup.client.update()).html).toContain('saved 21,');
  });

  test('a refused schema calls invalid(), shows why, and ends with 422', async () => {
    const signup = await (await open({ components: [Signup] })).live();
    const frames = await signup.call('save', { age: '3' });
    expect(frames[0]?.data).toMatchObject({ html: '<p>saved 0, too young</p>' });
    expect(frames[1]).toEqual({
      event: 'settled',
      data: { id: signup.id, viewer: signup.client.viewer, number: 1, status: 422 },
    });
  });

  test('a refused schema without invalid() ends with 422 and changes nothing', async () => {
    const counter = await (await open({ components: [Counter] })).live();
    const answer = await counter.event('set', { count: 'many' }).expect(422);
    expect(answer.body).toEqual({ type: 'urn:htmx-liveview:invalid', title: 'invalid', status: 422 });
    await counter.event('increment').expect(204);
    expect((await counter.client.update()).html).toContain('Count: 1');
  });

  test('a schema’s answer is waited for, whatever promise it is', async () => {
    const later = runInNewContext('Promise.resolve(result)', { result: { issues: [{ message: 'never' }] } });
    class Strict extends LiveComponent {
      static component = 'Strict';
      static events = { save: { '~standard': { version: 1, vendor: 'other', validate: () => later } } } as never;
      saved = false;
      save() {
        this.saved = true;
      }
      render() {
        return html`<p>${this.saved}</p>`;
      }
    }
    const it = await (await open({ components: [Strict] })).live();
    await it.event('save').expect(422);
  });

  test('a repeated number is answered with the recorded outcome, and handled once', async () => {
    const counter = await (await open({ components: [Counter] })).live();
    await counter.event('increment').expect(204);
    counter.number--;
    await counter.event('increment').expect(204);
    await counter.event('increment').expect(204);
    const versions = [await counter.client.update(), await counter.client.update()];
    expect(versions.at(-1)?.html).toContain('Count: 2');
  });

  test('an older number is refused', async () => {
    const counter = await (await open({ components: [Counter] })).live();
    counter.number = 5;
    await counter.event('increment').expect(204);
    counter.number = 3;
    const answer = await counter.event('increment').expect(409);
    expect(answer.body.title).toBe('stale');
  });

  test('an event of an earlier mounting is refused', async () => {
    const counter = await (await open({ components: [Counter] })).live();
    await counter.client.post('event', counter.query('increment', { epoch: 'other' }), '').expect(409);
  });

  test('a throwing handler is reported, settles with 500, and leaves the rest alone', async () => {
    class Fragile extends LiveComponent {
      static component = 'Fragile';
      static events = { fall: true, stand: true };
      up = 0;
      fall() {
        this.up = -1;
        throw new Error('ouch');
      }
      async stand() {
        this.up += 2;
      }
      render() {
        return html`${this.up}`;
      }
    }
    const fragile = await (await open({ components: [Fragile] })).live();
    await fragile.event('fall').expect(500);
    expect(its.app.errors[0]).toMatchObject({
      error: expect.objectContaining({ message: 'ouch' }),
      place: { doing: 'fall()' },
    });
    await fragile.shows('-1');
    await fragile.event('stand').expect(204);
    await fragile.shows('1');
  });

  test('a handler that takes too long is cut off, and the next event gets its turn', async () => {
    let aborted = false;
    class Slow extends LiveComponent {
      static component = 'Slow';
      static events = { sleep: true, wake: true };
      awake = 0;
      sleep(_: unknown, { signal }: LiveEvent) {
        return new Promise<void>(() => signal.addEventListener('abort', () => (aborted = true)));
      }
      wake() {
        this.awake++;
      }
      render() {
        return html`awake ${this.awake}`;
      }
    }
    const slow = await (await open({ components: [Slow], handlerTimeout: 50 })).live();
    await slow.event('sleep').expect(500);
    expect(aborted).toBe(true);
    expect(its.app.errors[0]?.error).toMatchObject({ code: 'ERR_LIVE_HANDLER_TIMEOUT' });
    await slow.event('wake').expect(204);
    await slow.shows('awake 1');
  });

  test('an awaiting handler shows its state so far, and is answered with 202 after a second', async () => {
    let finish = () => {};
    class Loader extends LiveComponent {
      static component = 'Loader';
      static events = { load: true };
      state = 'idle';
      async load() {
        this.state = 'loading';
        await new Promise<void>((resolve) => (finish = resolve));
        this.state = 'loaded';
      }
      render() {
        return this.state;
      }
    }
    const loader = await (await open({ components: [Loader] })).live();
    const answer = loader
      .event('load', {}, { accept: MEDIA.frames })
      .expect(202)
      .then((it) => it);
    expect((await loader.client.update()).html).toBe('loading');
    await answer;
    finish();
    expect((await loader.client.update()).html).toBe('loaded');
    expect((await loader.client.frame('settled')).data).toEqual({
      id: loader.id,
      viewer: loader.client.viewer,
      number: 1,
      status: 200,
    });
  });

  test('events of one instance run one at a time, in order', async () => {
    const log: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    class Queue extends LiveComponent {
      static component = 'Queue';
      static events = { step: true };
      async step({ n }: { readonly n?: unknown }) {
        log.push(`start ${n}`);
        if (n === '1') await held;
        log.push(`end ${n}`);
      }
      render() {
        return '';
      }
    }
    const queue = await (await open({ components: [Queue] })).live();
    const first = queue.event('step', { n: '1' }).then((it) => it.status);
    await vi.waitFor(() => expect(log).toEqual(['start 1']));
    const second = queue.event('step', { n: '2' }).then((it) => it.status);
    await new Promise((resolve) => setTimeout(resolve, 30));
    release();
    expect(await Promise.all([first, second])).toEqual([204, 204]);
    expect(log).toEqual(['start 1', 'end 1', 'start 2', 'end 2']);
  });

  test('two components of one class don’t disturb each other', async () => {
    const client = await open({
      components: [Counter],
      routes: (it, live) =>
        it.get('/two', async (req, res) => {
          res.send(`${await live.render(req, Counter, { start: 1 })}${await live.render(req, Counter, { start: 5 })}`);
        }),
    });
    await client.load('/two');
    const [first, second] = await client.subscribe();
    const query = {
      id: String(second?.id),
      name: 'increment',
      viewer: client.viewer,
      n: '1',
      epoch: (second as { epoch: string }).epoch,
      have: '1',
    };
    await client.post('event', `?${new URLSearchParams(query)}`, '').expect(204);
    expect(await client.update()).toMatchObject({ id: second?.id, html: expect.stringContaining('Count: 6') });
    expect(client.frames.some(({ data }) => (data as { id?: string }).id === first?.id)).toBe(false);
  });
});

describe('state is watched', () => {
  class Board extends LiveComponent {
    static component = 'Board';
    static events = { deep: true, map: true, lazy: true, failing: true };
    static current: Board | undefined;
    data = { rows: [{ cells: [1] }] };
    names = new Map<string, { n: number }>();
    declare late: number | undefined; // no field yet: the handler adds it
    #hidden = 0;
    mount() {
      if (this.connected) Board.current = this;
      this.names.set('a', { n: 0 });
    }
    deep() {
      (this.data.rows[0] as { cells: number[] }).cells[0] = 2;
    }
    map() {
      (this.names.get('a') as { n: number }).n = 3;
    }
    lazy() {
      this.late = 1;
    }
    failing() {
      this.task('x', async () => {
        throw new Error('task broke');
      });
    }
    hide() {
      this.#hidden++;
      this.changed();
    }
    failed(error: unknown) {
      return html`failed: ${(error as Error).message}`;
    }
    render() {
      return html`${JSON.stringify([this.data, [...this.names], this.late ?? null, this.#hidden])}`;
    }
  }

  test('also outside handlers: in timers, promises and other modules, at any depth', async () => {
    const board = await (await open({ components: [Board] })).live();
    setTimeout(() => Board.current?.data.rows[0]?.cells.push(7), 1);
    expect((await board.client.update()).html).toContain('[1,7]');
    Board.current?.names.set('b', { n: 9 });
    expect((await board.client.update()).html).toContain('&quot;n&quot;:9');
    Board.current?.hide();
    expect((await board.client.update()).html).toMatch(/1\]$/);
  });

  test('several writes in one turn of the event loop are one update', async () => {
    const board = await (await open({ components: [Board] })).live();
    for (let n = 0; n < 5; n++) Board.current?.data.rows.push({ cells: [n] });
    expect((await board.client.update()).version).toBe(2);
    Board.current?.hide();
    expect((await board.client.update()).version).toBe(3);
  });

  test('fields that a handler adds are watched from then on', async () => {
    const board = await (await open({ components: [Board] })).live();
    await board.event('lazy').expect(204);
    await board.shows('1,0]');
    if (Board.current) Board.current.late = 2;
    await board.shows('2,0]');
  });

  test('a task runs beside the queue, and what it throws is shown by failed()', async () => {
    const board = await (await open({ components: [Board] })).live();
    await board.event('failing').expect(204);
    expect((await board.client.update()).html).toBe('failed: task broke');
    expect(its.app.errors[0]?.place.doing).toBe('task x');
  });
});

describe('helpers', () => {
  test('publish reaches the subscribers of all viewers', async () => {
    const one = await (await open({ components: [Reader] })).live();
    const two = await (await visitor()).live();
    await one.event('say', { text: 'hi' }).expect(204);
    await Promise.all([one.shows('<li>hi</li>'), two.shows('<li>hi</li>')]);
    its.app.live.publish(news, '<&>');
    await Promise.all([one.shows('&lt;&amp;&gt;'), two.shows('&lt;&amp;&gt;')]);
  });

  test('orders ride in updates, in order, and go to whom they are meant for', async () => {
    class Orders extends LiveComponent {
      static component = 'Orders';
      static events = { order: true, evil: true };
      order(_: unknown, event: LiveEvent) {
        this.browser.push('flash', { text: 'hi' });
        this.browser.title('New');
        event.browser.redirect('/next');
      }
      evil() {
        this.browser.redirect('//evil.example');
      }
      render() {
        return '';
      }
    }
    const it = await (await open({ components: [Orders] })).live();
    expect(await it.call('order')).toEqual([
      {
        event: 'update',
        data: {
          id: it.id,
          from: 1,
          version: 2,
          orders: [
            ['push', 'flash', { text: 'hi' }],
            ['title', 'New'],
          ],
        },
      },
      {
        event: 'settled',
        data: { id: it.id, viewer: it.client.viewer, number: 1, status: 200, orders: [['redirect', '/next']] },
      },
    ]);
    await it.event('evil').expect(500);
    expect(its.app.errors[0]?.error).toMatchObject({ code: 'ERR_LIVE_REDIRECT' });
  });

  test.each([
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    'https://evil.example',
    '\t//evil.example',
    '/\n/x',
    '',
  ])('redirect refuses %j', async (url) => {
    class Leave extends LiveComponent {
      static component = 'Leave';
      static events = { go: true };
      go() {
        this.browser.redirect(url);
      }
      render() {
        return '';
      }
    }
    await (await (await open({ components: [Leave] })).live()).event('go').expect(500);
  });

  test('navigate follows the page: at mount, after pushUrl and replaceUrl, and when the browser says so', async () => {
    class Pages extends LiveComponent {
      static component = 'Pages';
      static events = { go: true, change: true };
      seen: string[] = [];
      navigate(url: URL) {
        this.seen.push(url.pathname + url.search);
      }
      go() {
        this.browser.pushUrl('?page=2');
      }
      change() {
        this.browser.replaceUrl('?text=a');
      }
      render() {
        return html`${this.seen.join(' ')}`;
      }
    }
    const pages = await (await open({ components: [Pages] })).live();
    expect(pages.subscribed.navigates).toBe(true);
    const frames = await pages.call('go');
    expect(frames[0]?.data).toMatchObject({ orders: [['url', '?page=2']] });
    await pages.shows('/ /?page=2');
    const [changed] = await pages.call('change');
    expect(changed?.data).toMatchObject({ orders: [['url', '?text=a', 'replace']] });
    await pages.event('navigate', { url: `${its.app.url}/back` }).expect(204);
    await pages.shows('/ /?page=2 /?text=a /back');
    await pages.event('navigate', { url: 'javascript:alert(1)' }).expect(422);
  });

  test('every and after run on the clock, and end with the instance', async () => {
    const timers: { ms: number; work: () => void; stopped: boolean }[] = [];
    const clock = {
      now: () => Date.now(),
      id: () => Math.random().toString(36).slice(2).padEnd(12, '0'),
      after: (ms: number, work: () => void) => add(ms, work),
      every: (ms: number, work: () => void) => add(ms, work),
    };
    const add = (ms: number, work: () => void) => {
      const timer = { ms, work, stopped: false };
      timers.push(timer);
      return () => {
        timer.stopped = true;
      };
    };
    class Ticker extends LiveComponent {
      static component = 'Ticker';
      ticks = 0;
      mount() {
        this.every(77, () => this.ticks++);
        this.after(88, () => (this.ticks += 10));
      }
      render() {
        return html`ticks ${this.ticks}`;
      }
    }
    const client = await open({ components: [Ticker], clock, resumeWindow: 0 });
    const ticker = await client.live();
    const [every, after] = [77, 88].map((ms) => timers.find((timer) => timer.ms === ms)) as [
      (typeof timers)[0],
      (typeof timers)[0],
    ];
    every.work();
    await ticker.shows('ticks 1');
    after.work();
    await ticker.shows('ticks 11');
    expect([every.stopped, after.stopped]).toEqual([false, true]);
    client.disconnect();
    await vi.waitFor(() => expect(every.stopped).toBe(true));
  });
});

describe('disconnect and reconnect', () => {
  test('goodbye unmounts at once, and nothing is stored for the id any more', async () => {
    const client = await open({ components: [Counter] });
    const counter = await client.live();
    await counter.event('increment').expect(204);
    await client.unsubscribe([counter.id]);
    await vi.waitFor(() => expect(Counter.log).toContain('unmount'));
    await counter.event('increment').expect(404);
    const [again] = await client.subscribe();
    expect(again).toMatchObject({ version: 1 });
    expect(again).not.toMatchObject({ epoch: counter.epoch });
  });

  test('with a resume window of 0 a dropped stream unmounts, and a return mounts anew from data-session', async () => {
    const client = await open({ components: [Counter], resumeWindow: 0 });
    const counter = await client.live();
    await counter.event('increment').expect(204);
    client.disconnect();
    await vi.waitFor(() => expect(Counter.log.at(-1)).toBe('unmount'));
    await client.connect();
    const [again] = await client.subscribe([
      { ...(client.roots[0] as never as object), epoch: counter.epoch, version: 2 } as never,
    ]);
    expect(again).toMatchObject({ version: 1, updates: [{ version: 1, html: expect.stringContaining('Count: 0') }] });
    expect((again as { epoch: string }).epoch).not.toBe(counter.epoch);
  });

  test('within the resume window an instance goes on with its state, and sends only what was missed', async () => {
    const client = await open({ components: [Counter] });
    const counter = await client.live();
    await counter.event('increment').expect(204);
    const { version } = await client.update();
    client.disconnect();
    await client.connect();
    const root = client.roots[0] as { id: string; component: string; session: string };
    const [held] = await client.subscribe([{ ...root, epoch: counter.epoch, version }]);
    expect(held).toEqual({
      id: counter.id,
      epoch: counter.epoch,
      version,
      updates: [],
      settled: [{ id: counter.id, viewer: counter.client.viewer, number: 1, status: 200 }],
      taken: { event: 1 },
    });
    const [behind] = await client.subscribe([{ ...root, epoch: counter.epoch, version: 1 }]);
    expect(behind).toMatchObject({ updates: [{ from: 1, version: 2 }] });
    expect(Counter.log).not.toContain('unmount');
  });

  test('who comes back is told the number of the last event, so that none is numbered twice', async () => {
    const client = await open({ components: [Counter] });
    const counter = await client.live();
    for (let n = 0; n < 3; n++) await counter.event('increment').expect(204);
    const [again] = await client.subscribe(client.roots.slice(0, 1));
    expect(again).toMatchObject({ taken: { event: 3 }, settled: [{ number: 3 }] });
  });

  test('a reader that is far behind gets the whole content', async () => {
    const client = await open({ components: [Counter] });
    const counter = await client.live();
    for (let n = 0; n < 40; n++) await counter.event('increment').expect(204);
    const root = client.roots[0] as { id: string; component: string; session: string };
    const [answer] = await client.subscribe([{ ...root, epoch: counter.epoch, version: 1 }]);
    expect(answer && 'updates' in answer && answer.updates).toEqual([
      { id: counter.id, from: 0, version: 41, html: expect.stringContaining('Count: 40') },
    ]);
  });

  test('a reader that is far behind is told of orders that it missed, and of none that came before or never were', async () => {
    class Bell extends LiveComponent {
      static component = 'test.Bell';
      static events = { ring: true, count: true };
      n = 0;
      ring() {
        this.browser.push('rang');
      }
      count() {
        this.n++;
      }
      render() {
        return html`<p>${this.n}</p>`;
      }
    }
    const client = await open({ components: [Bell] });
    const bell = await client.live();
    const root = client.roots[0] as { id: string; component: string; session: string };
    const missed = async (version: number) => {
      const [answer] = await client.subscribe([{ ...root, epoch: bell.epoch, version }]);
      return answer && 'updates' in answer ? answer.updates : [];
    };
    const far = async () => {
      for (let n = 0; n < 40; n++) await bell.event('count').expect(204);
    };
    await far();
    expect(await missed(1)).toEqual([{ id: bell.id, from: 0, version: 41, html: expect.any(String) }]);
    await bell.event('ring').expect(204);
    expect(await missed(41)).toEqual([{ id: bell.id, from: 41, version: 42, orders: [['push', 'rang', null]] }]);
    await far();
    expect(await missed(41)).toEqual([{ id: bell.id, from: 0, version: 82, html: expect.any(String), gap: 42 }]);
    expect(await missed(42)).toEqual([{ id: bell.id, from: 0, version: 82, html: expect.any(String) }]);
    await bell.event('ring').expect(204);
    // the newest orders are there whatever else is not
    const newest = { version: 83, html: expect.any(String), orders: [['push', 'rang', null]] };
    expect(await missed(42)).toEqual([{ id: bell.id, from: 0, ...newest }]);
    expect(await missed(41)).toEqual([{ id: bell.id, from: 0, ...newest, gap: 42 }]);
    // it comes anew: what was ordered before was not for it
    expect(await missed(0)).toEqual([{ id: bell.id, from: 0, version: 83, html: expect.any(String) }]);
  });

  test('after the resume window the instance is gone', async () => {
    const client = await open({ components: [Counter], resumeWindow: 30 });
    await client.live();
    client.disconnect();
    await vi.waitFor(() => expect(Counter.log).toContain('unmount'));
  });

  test('disconnect ends the streams of a session at once, and says bye', async () => {
    const client = await open({ components: [Counter], context: () => ({ user: 'Ada' }) });
    const other = await visitor();
    await Promise.all([client.live(), other.live()]);
    its.app.live.disconnect({ match: ({ context }) => (context as { user: string }).user === 'Eve' });
    const sid = decodeURIComponent(client.cookie).split('=s:')[1]?.split('.')[0] as string;
    its.app.live.disconnect({ sessionId: sid });
    expect((await client.frame('bye')).data).toEqual({ reason: 'ended' });
    await vi.waitFor(() => expect(Counter.log.filter((it) => it === 'unmount')).toHaveLength(1));
    expect(other.frames.filter(({ event }) => event === 'bye')).toEqual([]);
  });

  test('heartbeats are events of their own', async () => {
    const client = await open({ components: [Counter], heartbeat: 1000 });
    expect((await client.frame('beat')).data).toEqual({ time: expect.any(Number) });
  });
});
