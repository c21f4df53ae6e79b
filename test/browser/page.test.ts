// What the extension does in a page: which requests it makes, what comes and goes, what it leaves alone.
import express from 'express';
import { html, LiveComponent, type LiveEvent } from 'htmx-liveview';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive, type Visitor } from '../support/browser.ts';
import { Counter } from '../support/components.ts';

/** Says what it was sent, and pushes when it is told to. */
class Echo extends LiveComponent {
  static component = 'test.Echo';
  static events = { send: true, orders: true, fail: true };
  static live: Echo | undefined;
  fields = '';
  field = '';
  tick = 0;
  path = '';

  mount() {
    if (this.connected) Echo.live = this;
  }

  navigate(url: URL) {
    this.path = url.pathname + url.search;
  }

  send(fields: object, event: LiveEvent) {
    this.fields = JSON.stringify(fields);
    this.field = event.field ?? '';
  }

  orders() {
    this.browser.push('flash', { text: 'hi' });
    this.browser.title('A new title');
    this.browser.pushUrl('?page=2');
  }

  fail() {
    throw new Error('on purpose');
  }

  render() {
    return html`
      <p id="fields">${this.fields}</p><p id="field">${this.field}</p><p id="tick">${this.tick}</p><p id="path">${this.path}</p>
      <form lv-event="send">
        <input name="text" value="a"><input type="checkbox" name="box" checked><select name="pick"><option>1</option><option selected>2</option></select>
        <fieldset disabled><input name="no" value="1"></fieldset>
        <button name="by" value="one">One</button><button name="by" value="two">Two</button>
      </form>
      <button id="vals" lv-event="send" hx-vals='{"a": 1}' name="b" value="2">Vals</button>
      <button id="include" lv-event="send" hx-include="#outside">Include</button>
      <button id="confirm" lv-event="send" hx-confirm="Sure?" name="c" value="3">Confirm</button>
      <div id="custom" lv-event="send" hx-trigger="drop-it">Drop here</div>
      <input id="keys" name="q" lv-event="send" data-lv-event="send" hx-trigger="input changed delay:500ms">
      <button id="orders" lv-event="orders">Orders</button>
      <button id="fail" lv-event="fail">Fail</button>
      <textarea name="note" data-tick="${this.tick}">draft ${this.tick > 100 ? 'new' : 'old'}</textarea>`;
  }
}

describeInBrowser('a page', (visit, htmx, version) => {
  let app: TestApp;
  const shell = (body: unknown, { extension = true, scope = true } = {}) =>
    `<!doctype html><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,"><script src="/htmx.js"></script>
     ${extension ? '<script src="/live/liveview.js"></script>' : ''}<body ${scope ? 'hx-ext="liveview"' : ''}><input id="outside" name="out" value="side">${String(body)}<div id="place"></div>`;

  beforeEach(async () => {
    Echo.live = undefined;
    Counter.log = [];
    app = await startApp({
      components: [Echo, Counter],
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/echo', async (req, res) => void res.send(shell(await live.render(req, Echo))));
        it.get('/counter', async (req, res) => void res.send(shell(await live.render(req, Counter, {}))));
        it.get('/piece', async (req, res) => void res.send(String(await live.render(req, Counter, { start: 3 }))));
        it.get('/out-of-scope', async (req, res) => {
          const two = `${await live.render(req, Counter, {})}${await live.render(req, Counter, {})}`;
          res.send(shell(two, { scope: false }).replace('<body ', '<body hx-ext="live-view" '));
        });
        it.get('/aside', async (req, res) => {
          const [inside, aside] = [await live.render(req, Counter, {}), await live.render(req, Counter, {})];
          res.send(shell(`<main hx-ext="liveview">${inside}</main><aside>${aside}</aside>`, { scope: false }));
        });
        it.get('/strict', async (req, res) => {
          res.setHeader('Content-Security-Policy', "default-src 'self'; img-src 'self' data:");
          res.send(shell(await live.render(req, Counter, {})));
        });
        it.get('/plain', (req, res) => {
          const extension = req.query.extension === '1';
          res.send(
            shell(
              '<button id="get" hx-get="/answer" hx-target="#place">Get</button><form hx-post="/answer"><button>Post</button></form>',
              { extension, scope: extension },
            ),
          );
        });
        it.all(
          '/answer',
          express.urlencoded({ extended: false }),
          (_req, res) => void res.send('<b hx-get="/answer">answer</b>'),
        );
      },
    });
  });
  afterEach(() => app.close());

  async function open(path: string): Promise<Visitor> {
    const visitor = await visit();
    await visitor.page.goto(app.url + path);
    return visitor;
  }
  async function live(path: string): Promise<Visitor> {
    const visitor = await open(path);
    await isLive(visitor.page);
    return visitor;
  }
  const shows = (page: Page, selector: string, text: string) =>
    expect.poll(() => page.locator(selector).first().textContent()).toBe(text);

  describe('without live components', () => {
    /** Settling ends on a timer of htmx's own: one step must be over before the next, or their events mix. */
    const settled = (page: Page) =>
      page.evaluate(async () => {
        const { events } = window as unknown as { events: string[] };
        for (let before = -1; before !== events.length; ) {
          before = events.length;
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      });

    /** Every htmx event of a small session, in order. */
    async function record(extension: string): Promise<{ events: string[]; requests: string[] }> {
      const { page } = await visit();
      const requests: string[] = [];
      page.on('request', (request) => requests.push(new URL(request.url()).pathname));
      await page.addInitScript(() => {
        const events: string[] = [];
        Object.assign(window, { events });
        const dispatch = EventTarget.prototype.dispatchEvent;
        EventTarget.prototype.dispatchEvent = function (event) {
          if (event.type.startsWith('htmx:')) events.push(`${event.type} ${(this as Element).tagName ?? 'document'}`);
          return dispatch.call(this, event);
        };
      });
      await page.goto(`${app.url}/plain?extension=${extension}`);
      await page.locator('#get').click();
      await page.locator('#place b').waitFor();
      await settled(page);
      await page.locator('#place b').click();
      await page.locator('#place b b').waitFor();
      await settled(page);
      await page.locator('form button').click();
      await page.locator('form b').waitFor();
      await settled(page);
      return { events: await page.evaluate(() => (window as unknown as { events: string[] }).events), requests };
    }

    test('makes no request of ours, and changes no htmx event', async () => {
      const [without, having] = [await record('0'), await record('1')];
      expect(having.requests.filter((path) => path.startsWith('/live/'))).toEqual(['/live/liveview.js']);
      expect(having.events).toEqual(without.events);
      expect(having.events.length).toBeGreaterThan(10);
    });

    test('a component outside of hx-ext is left alone, and nobody is warned where the page has named the extension', async () => {
      const { page, faults } = await open('/aside');
      await page.locator('main .lv-connected').waitFor();
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.locator('aside button').click();
      await page.waitForTimeout(100);
      expect([requests, faults]).toEqual([[], []]);
    });

    test('a page that names the extension nowhere is told, once', async () => {
      const { page, faults } = await open('/out-of-scope');
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.locator('button').first().click();
      await page.waitForTimeout(100);
      expect(requests).toEqual([]);
      expect(faults).toEqual([
        'htmx-liveview: test.Counter is not inside of hx-ext="liveview", so it stays static. Write <body hx-ext="liveview">.',
      ]);
    });
  });

  describe('components come and go', () => {
    test('going live replaces no node and sends no content', async () => {
      const { page } = await visit();
      await page.addInitScript(() => {
        document.addEventListener('DOMContentLoaded', () => {
          const nodes = [...document.querySelectorAll('[data-id] *')];
          Object.assign(window, {
            same: () => nodes.every((node, at) => node === [...document.querySelectorAll('[data-id] *')][at]),
          });
        });
      });
      const answer = page.waitForResponse((response) => response.url().includes('/subscribe'));
      await page.goto(`${app.url}/counter`);
      await isLive(page);
      expect(await (await answer).json()).toEqual({
        components: [{ id: expect.any(String), epoch: expect.any(String), version: 1 }],
      });
      expect(await page.evaluate(() => (window as unknown as { same: () => boolean }).same())).toBe(true);
    });

    test('one that a script adds goes live, and one that it removes is unmounted', async () => {
      const { page } = await live('/echo');
      await page.evaluate(async () => {
        const place = document.querySelector('#place') as Element;
        place.innerHTML = await (await fetch('/piece')).text();
        (window as unknown as { htmx: { process(element: Element): void } }).htmx.process(place);
      });
      await isLive(page);
      await page.locator('#place button').click();
      await shows(page, '#place p', 'Count: 4');
      await page.evaluate(() => document.querySelector('#place')?.replaceChildren());
      await vi.waitFor(() => expect(Counter.log).toContain('unmount'));
    });

    test('one whose id is on the page twice gets an id of its own', async () => {
      const { page } = await live('/counter');
      await page.evaluate(() => {
        const twin = document.querySelector('[data-id]')?.cloneNode(true) as Element;
        document.querySelector('#place')?.append(twin);
        (window as unknown as { htmx: { process(element: Element): void } }).htmx.process(twin);
      });
      await page.waitForFunction(
        () => new Set([...document.querySelectorAll('[data-id]')].map((it) => it.getAttribute('data-id'))).size === 2,
      );
      await isLive(page);
      await page.locator('#place button').click();
      await shows(page, '#place p', 'Count: 1');
      expect(await page.locator('p').first().textContent()).toBe('Count: 0');
    });

    test('one that leaves while it is given an id of its own leaves nothing at the server', async () => {
      const { page } = await live('/counter');
      let answer = () => {};
      const mayAnswer = new Promise<void>((resolve) => (answer = resolve));
      await page.route(/live\/subscribe/, async (route) => {
        const response = await route.fetch();
        await mayAnswer;
        await route.fulfill({ response });
      });
      await page.evaluate(() => {
        const twin = document.querySelector('[data-id]')?.cloneNode(true) as Element;
        document.querySelector('#place')?.append(twin);
      });
      await expect.poll(() => app.live.stats().instances).toBe(2);
      await page.evaluate(() => document.querySelector('#place')?.replaceChildren());
      answer();
      await expect.poll(() => app.live.stats().instances).toBe(1);
    });

    test('leaving the page says goodbye', async () => {
      const { page } = await live('/counter');
      await page.reload(); // a page that is only left may come back from the browser's cache
      await vi.waitFor(() => expect(Counter.log).toContain('unmount'), 5000);
    });

    test('works under a strict Content-Security-Policy', async () => {
      const { page, faults } = await live('/strict');
      await page.locator('button').click();
      await shows(page, 'p', 'Count: 1');
      // htmx 2 adds a style of its own for its indicators, which such a policy refuses unless it is told not to
      expect(faults.filter((fault) => !/style/i.test(fault))).toEqual([]);
    });
  });

  describe('events', () => {
    test('a form is sent as a native submit sends it, with its submitter', async () => {
      const { page } = await live('/echo');
      await page.getByText('Two').click();
      await shows(page, '#fields', '{"text":"a","box":"on","pick":"2","by":"two"}');
      await shows(page, '#field', 'by');
    });

    test('hx-vals, hx-include and the button’s own value are sent', async () => {
      const { page } = await live('/echo');
      await page.locator('#vals').click();
      await expect
        .poll(async () => JSON.parse((await page.locator('#fields').textContent()) || '{}'))
        .toEqual({ a: '1', b: '2' });
      await page.locator('#include').click();
      await shows(page, '#fields', '{"out":"side"}');
    });

    test('hx-confirm asks first', async () => {
      const { page } = await live('/echo');
      page.once('dialog', (dialog) => dialog.dismiss());
      await page.locator('#confirm').click();
      expect(await page.locator('#fields').textContent()).toBe('');
      page.once('dialog', (dialog) => dialog.accept());
      await page.locator('#confirm').click();
      await shows(page, '#fields', '{"c":"3"}');
    });

    test('a CustomEvent’s primitive details are fields', async () => {
      const { page } = await live('/echo');
      await page.evaluate(() => {
        const detail = { card: 7, to: 'done', node: document.body };
        document.querySelector('#custom')?.dispatchEvent(new CustomEvent('drop-it', { bubbles: true, detail }));
      });
      await shows(page, '#fields', '{"card":"7","to":"done"}');
    });

    test('a delayed trigger is sent once, with the last value', async () => {
      const { page } = await live('/echo');
      let posts = 0;
      page.on('request', (request) => {
        if (request.url().includes('/event?')) posts++;
      });
      await page.locator('#keys').pressSequentially('abc');
      await shows(page, '#fields', '{"q":"abc"}');
      await shows(page, '#field', 'q');
      expect(posts).toBe(1);
    });

    test('htmx’s own request events tell how it ended', async () => {
      const { page } = await live('/echo');
      await page.evaluate(() => {
        const ended: string[] = [];
        Object.assign(window, { ended });
        for (const name of ['htmx:afterRequest', 'htmx:responseError', 'htmx:after:request', 'htmx:response:error']) {
          document.addEventListener(name, (event) => ended.push(`${name} ${(event.target as Element).id}`));
        }
      });
      await page.locator('#vals').click();
      await page.locator('#fail').click();
      await vi.waitFor(() => expect(app.errors).toHaveLength(1));
      const expected =
        version === '2'
          ? ['htmx:afterRequest vals', 'htmx:responseError fail', 'htmx:afterRequest fail']
          : ['htmx:after:request vals', 'htmx:after:request fail', 'htmx:response:error fail'];
      await expect.poll(() => page.evaluate(() => (window as unknown as { ended: string[] }).ended)).toEqual(expected);
    });
  });

  describe('updates', () => {
    test('a push leaves focus, caret and typed text, also in a textarea, and classes of other scripts', async () => {
      const { page, faults } = await live('/echo');
      const note = page.locator('textarea');
      await note.click();
      await note.press('End');
      await note.pressSequentially('!?');
      await note.press('ArrowLeft');
      await page.evaluate(() => document.querySelector('textarea')?.classList.add('mine'));
      if (Echo.live) Echo.live.tick = 1;
      await shows(page, '#tick', '1');
      const state = () =>
        note.evaluate((it: HTMLTextAreaElement) => [
          it.value,
          it.selectionStart,
          it === document.activeElement,
          it.className,
          it.dataset.tick,
        ]);
      expect(await state()).toEqual(['draft old!?', 10, true, 'mine', '1']);
      if (Echo.live) Echo.live.tick = 101;
      await shows(page, '#tick', '101');
      expect(await state()).toEqual(['draft old!?', 10, true, 'mine', '101']);
      await page.locator('#outside').focus();
      if (Echo.live) Echo.live.tick = 1;
      await shows(page, '#tick', '1');
      expect(await note.inputValue()).toBe('draft old');
      expect(faults).toEqual([]);
    });

    test('orders are carried out: events, title, address, Back and Forward', async () => {
      const { page } = await live('/echo');
      await page.evaluate(() => {
        document.addEventListener('flash', (event) =>
          Object.assign(window, { flash: (event as CustomEvent).detail.text }),
        );
      });
      await shows(page, '#path', '/echo');
      await page.locator('#orders').click();
      await shows(page, '#path', '/echo?page=2');
      expect(await page.evaluate(() => (window as unknown as { flash: string }).flash)).toBe('hi');
      expect(await page.title()).toBe('A new title');
      expect(new URL(page.url()).search).toBe('?page=2');
      await page.goBack();
      await shows(page, '#path', '/echo');
      await page.goForward();
      await shows(page, '#path', '/echo?page=2');
    });
  });
});
