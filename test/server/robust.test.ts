// What components do wrong, or what takes long, must not take the server or the page along.
import { html, LiveComponent, type LiveEvent, raw } from 'htmx-liveview';
import { describe, expect, test, vi } from 'vitest';
import { MEDIA } from '../../protocol/names.ts';
import { Counter } from '../support/components.ts';
import { useApp } from '../support/opened.ts';

const its = useApp();
const { open } = its;

describe('render()', () => {
  test('that writes to a field is reported once, and does not render for ever', async () => {
    let renders = 0;
    class Sorted extends LiveComponent {
      static component = 'Sorted';
      static events = { add: true };
      items = [3, 1];
      shown: number[] = [];
      add() {
        this.items.push(2);
      }
      render() {
        renders++;
        this.shown = [...this.items].sort();
        return html`${this.shown.join()}`;
      }
    }
    const it = await (await open({ components: [Sorted] })).live();
    await it.event('add').expect(204);
    await it.shows('1,2,3');
    expect(renders).toBeLessThan(6);
    expect(
      its.app.errors.filter(({ error }) => (error as { code?: string }).code === 'ERR_LIVE_RENDER_WRITES'),
    ).toHaveLength(2); // static and live
  });

  test('that writes after an await is stopped, with the cure', async () => {
    class Endless extends LiveComponent {
      static component = 'Endless';
      static events = { go: true };
      n = 0;
      go() {
        this.n++;
      }
      async render() {
        await Promise.resolve();
        if (this.connected && this.n > 0) this.n++;
        return html`n`;
      }
    }
    const it = await (await open({ components: [Endless] })).live();
    await it.event('go').expect(204);
    expect(its.app.errors.at(-1)?.error).toMatchObject({ code: 'ERR_LIVE_RENDER_LOOP' });
  });

  test('that never ends is cut off', async () => {
    class Hanging extends LiveComponent {
      static component = 'Hanging';
      static events = { hang: true };
      isHanging = false;
      hang() {
        this.isHanging = true;
      }
      async render() {
        if (this.isHanging) await new Promise(() => {});
        return 'x';
      }
    }
    const it = await (await open({ components: [Hanging], handlerTimeout: 50 })).live();
    await it.event('hang').expect(204);
    expect(its.app.errors.at(-1)?.error).toMatchObject({ code: 'ERR_LIVE_HANDLER_TIMEOUT' });
  });

  test('that is slower than the answer waits: the effect comes by stream', async () => {
    class Slow extends LiveComponent {
      static component = 'Slow';
      static events = { go: true };
      n = 0;
      go() {
        this.n++;
      }
      async render() {
        if (this.n > 0) await new Promise((resolve) => setTimeout(resolve, 1200));
        return html`n ${this.n}`;
      }
    }
    const it = await (await open({ components: [Slow] })).live();
    await it.event('go', {}, { accept: MEDIA.frames }).expect(202);
    expect((await it.shows('n 1')).version).toBe(2);
    expect((await it.client.frame('settled')).data).toMatchObject({ status: 200 });
  });

  test('whose failed() fails too leaves what was there', async () => {
    class Twice extends LiveComponent {
      static component = 'Twice';
      static events = { fall: true };
      n = 0;
      fall() {
        this.n++;
      }
      failed() {
        return html`${Promise.reject(new Error('second'))}`;
      }
      render() {
        if (this.n === 1) throw new Error('first');
        return html`ok`;
      }
    }
    const it = await (await open({ components: [Twice] })).live();
    await it.event('fall').expect(204);
    expect(its.app.errors.map(({ error }) => (error as Error).message)).toEqual(['first', 'second']);
  });
});

describe('orders', () => {
  test('that are not JSON fail their handler, and nothing else', async () => {
    class Pusher extends LiveComponent {
      static component = 'Pusher';
      static events = { big: true, round: true, good: true };
      big() {
        this.browser.push('x', { n: 1n });
      }
      round(_: unknown, event: LiveEvent) {
        const circle: Record<string, unknown> = {};
        circle.self = circle;
        event.browser.push('x', circle);
      }
      good() {
        this.browser.push('x', [1]);
      }
      render() {
        return '';
      }
    }
    const it = await (await open({ components: [Pusher] })).live();
    await it.event('big').expect(500);
    await it.event('round').expect(500);
    expect(its.app.errors.map(({ error }) => (error as { code: string }).code)).toEqual([
      'ERR_LIVE_ORDER',
      'ERR_LIVE_ORDER',
    ]);
    expect((await it.call('good'))[0]?.data).toMatchObject({ orders: [['push', 'x', [1]]] });
  });

  test('that mount() gives reach the page at once', async () => {
    class Guarded extends LiveComponent {
      static component = 'Guarded';
      mount() {
        if (this.connected) this.browser.redirect('/login');
      }
      render() {
        return '';
      }
    }
    const it = await (await open({ components: [Guarded] })).live();
    expect((await it.client.update()).orders).toEqual([['redirect', '/login']]);
  });
});

describe('hooks', () => {
  test('that throw are not the server’s end', async () => {
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
    const fail = () => {
      throw new Error('hook');
    };
    const client = await open({ components: [Counter], onRefusal: fail, onError: async () => fail() });
    await client.agent.get('/live/event').expect(405);
    const counter = await client.live();
    await counter.event('increment').expect(204);
    quiet.mockRestore();
  });
});

describe('turns', () => {
  test('a timer that is slower than its beat does not pile up', async () => {
    let runs = 0;
    class Busy extends LiveComponent {
      static component = 'Busy';
      static events = { go: true };
      mount() {
        this.every(2, async () => {
          runs++;
          await new Promise((resolve) => setTimeout(resolve, 60));
        });
      }
      go() {}
      render() {
        return '';
      }
    }
    const it = await (await open({ components: [Busy] })).live();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await it.event('go').expect(204);
    expect(runs).toBeLessThan(8);
  });

  test('a handler may return any thenable', async () => {
    class Query extends LiveComponent {
      static component = 'Query';
      static events = { run: true };
      rows = 0;
      run() {
        // biome-ignore lint/suspicious/noThenProperty: a query of knex, prisma and others is one, and lazy
        return { then: (done: () => void) => setTimeout(() => this.finish(done), 5) };
      }
      finish(done: () => void) {
        this.rows = 7;
        done();
      }
      render() {
        return html`rows ${this.rows}`;
      }
    }
    const it = await (await open({ components: [Query] })).live();
    await it.event('run').expect(204);
    await it.shows('rows 7');
  });

  test('an event that comes while another runs leaves that one’s settlement alone', async () => {
    let release = () => {};
    class Two extends LiveComponent {
      static component = 'Two';
      static events = { slow: true, fast: true };
      async slow() {
        await new Promise<void>((resolve) => (release = resolve));
      }
      fast() {}
      render() {
        return '';
      }
    }
    const it = await (await open({ components: [Two] })).live();
    const slow = it.event('slow').then(({ status }) => status);
    await vi.waitFor(() => expect(release).not.toBe(undefined));
    expect(await slow).toBe(202);
    const fast = it.event('fast').then(({ status }) => status);
    release();
    expect(await fast).toBe(204);
    expect((await it.client.frame('settled')).data).toMatchObject({ number: 1 });
  });
});

test('failed() stays after going live', async () => {
  class Sorry extends LiveComponent {
    static component = 'Sorry';
    state = 'loading';
    mount() {
      this.state = 'half';
      throw new Error('no');
    }
    failed() {
      return html`SORRY`;
    }
    render() {
      return html`${this.state}`;
    }
  }
  const it = await (await open({ components: [Sorry] })).live();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(it.subscribed.updates).toBeUndefined();
  expect(it.client.frames.filter(({ event }) => event === 'update')).toEqual([]);
});

test('close() ends streams without a word, and takes no new ones', async () => {
  const client = await open({ components: [Counter] });
  await client.live();
  its.app.live.close();
  await vi.waitFor(async () => expect((await client.agent.get('/live/stream?v=1')).status).toBe(503));
  expect(client.frames.filter(({ event }) => event === 'bye')).toEqual([]);
});

test('a session payload that JSON would change is refused, with its place', async () => {
  await open({ components: [Counter] });
  const request = { headers: {}, session: {}, sessionID: 's' } as never;
  await expect(its.app.live.render(request, Counter, { start: new Date() } as never)).rejects.toThrow(
    /ERR_LIVE_SESSION_JSON.*session\.start \(Date\)/,
  );
});

test('POSTs behind a proxy that rewrites Host are taken; those of another origin than before are not', async () => {
  const client = await open({ components: [Counter] });
  const from = (origin: string) => ({ tamper: (headers: Record<string, string>) => ({ ...headers, Origin: origin }) });
  const body = JSON.stringify({ viewer: client.viewer, url: its.app.url, components: client.roots });
  await client.post('subscribe', '', body, from('http://intranet.test')).expect(200);
  await client.post('subscribe', '', body, from('http://intranet.test')).expect(200);
  await client.post('subscribe', '', body, from('http://evil.example')).expect(403);
});

describe('html refuses', () => {
  test.each([
    ['two holes that make an address', () => html`<a href="${'javascript'}${':alert(1)'}">x</a>`],
    ['a hole before a colon', () => html`<a href="${'javascript'}:alert(1)">x</a>`],
    ['a hole after letters', () => html`<a href="java${'script:alert(1)'}">x</a>`],
    ['a hole in code', () => html`<p hx-vals="js:{a: ${1}}"></p>`],
    ['code as the whole of hx-vals', () => html`<p hx-vals="${'js:{a: 1}'}"></p>`],
    ['a filter in hx-trigger', () => html`<p hx-trigger="click ${'[alert(1)]'}"></p>`],
  ])('%s', (_, make) => {
    expect(() => String(make())).toThrow(/ERR_LIVE_HTML_(?:HOLE|CODE)/);
  });

  test('no address that is in one hand, and no JSON', () => {
    const base = '';
    expect(String(html`<a href="${base}/users/${7}?a=${'b:c'}">x</a>`)).toBe('<a href="/users/7?a=b:c">x</a>');
    expect(String(html`<p hx-vals='${'{"a":[1]}'}' hx-trigger="keyup delay:${5}ms">${raw('')}</p>`)).toContain(
      'delay:5ms',
    );
  });
});

describe('in development', () => {
  const view = (content: (n: number) => unknown, component: string) => {
    class Odd extends LiveComponent {
      static component = component;
      static events = { go: true };
      n = 0;
      go() {
        this.n++;
      }
      render() {
        return content(this.n) as never;
      }
    }
    return Odd;
  };

  test.each([
    [
      'a doubled id',
      (n: number) => html`<p id="twice">${n}</p><p id="twice">x</p>`,
      'ERR_LIVE_DUPLICATE_ID',
      /Odd1: two elements have id="twice"\. Give each its own/,
    ],
    [
      'an element that is not closed',
      (n: number) => html`<div id="open"><p>${n}</div>`,
      'ERR_LIVE_MARKUP',
      /Odd1: an element is not closed/,
    ],
    ['the same in a text', (n: number) => `<div id="open"><p>${n}</div>`, 'ERR_LIVE_MARKUP', /Odd1/],
    [
      'a list of templates that is joined',
      (n: number) => html`<ul>${[n, 7].map((it) => html`<li>${it}</li>`).join('')}</ul>`,
      'ERR_LIVE_HTML_STRING',
      /Odd1: the text of an html`…` stands in another one.*Leave out \.join\(''\) or String\(…\)/,
    ],
    [
      'a template as a string in a longer one, deep inside',
      (n: number) => html`<p>${[html`<b>${`so: ${html`<i>${n}</i>`}`}</b>`]}</p>`,
      'ERR_LIVE_HTML_STRING',
      /Odd1/,
    ],
  ])('%s is said once, with its component, and renders all the same', async (_, content, code, message) => {
    const it = await (await open({ components: [view(content, 'Odd1')] })).live();
    await it.event('go').expect(204);
    await it.shows('1');
    await it.event('go').expect(204);
    await it.shows('2');
    const said = its.app.errors.filter(({ error }) => (error as { code?: string }).code === code);
    expect(said).toHaveLength(1);
    expect(String(said[0]?.error)).toMatch(message);
  });

  test.each([
    ['raw() of a template’s text', (n: number) => html`<p>${raw(String(html`<b>${n}</b>`))}</p>`],
    ['a template’s text in an attribute', (n: number) => html`<p title="${String(html`<b>x</b>`)}">${n}</p>`],
    ['text with tags that a user wrote', (n: number) => html`<p>${'<b>bold</b>'} ${html`<b>bold</b>`} ${n}</p>`],
    ['a template without tags as a string', (n: number) => html`<p>${String(html`n: ${n}`)}</p>`],
  ])('%s is nothing to speak of', async (_, content) => {
    const it = await (await open({ components: [view(content, 'Fine1')] })).live();
    await it.event('go').expect(204);
    await it.shows('1');
    expect(its.app.errors).toEqual([]);
  });

  test('nothing is looked for in production', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const joined = view((n) => html`<p>${[html`<b>${n}</b>`].join('')}</p>`, 'Joined');
    const it = await (await open({ components: [joined] })).live();
    vi.unstubAllEnvs();
    await it.event('go').expect(204);
    await it.shows('1');
    expect(its.app.errors).toEqual([]);
  });
});
