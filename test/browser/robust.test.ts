// What may go wrong in a page, and must stay small.
import express from 'express';
import { html, LiveComponent } from 'htmx-liveview';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';
import { Counter } from '../support/components.ts';

class Wired extends LiveComponent {
  static component = 'test.Wired';
  static events = { on: true, off: true };
  static live: Wired | undefined;
  state = '';
  mount() {
    if (this.connected) Wired.live = this;
  }
  on() {
    this.state = 'on';
  }
  off() {
    this.state = 'off';
  }
  render() {
    return html`<button id="b" lv-event="${this.state === 'on' ? 'off' : this.state === '' ? 'on' : null}">${this.state}</button>
      <input type="number" name="n" data-state="${this.state}">`;
  }
}

describeInBrowser('in a page', (visit, htmx, version) => {
  let app: TestApp;
  beforeEach(async () => {
    const shell = (body: unknown, attributes = '') =>
      `<!doctype html><link rel="icon" href="data:,"><script src="/htmx.js"></script><script src="/live/liveview.js"></script>
       <body hx-ext="liveview" ${attributes}>${String(body)}<div id="place"></div>`;
    app = await startApp({
      components: [Counter, Wired],
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/wired', async (req, res) => void res.send(shell(await live.render(req, Wired))));
        it.get('/counter', async (req, res) => void res.send(shell(await live.render(req, Counter, {}))));
        it.get('/many', async (req, res) => {
          const many = await Promise.all(
            Array.from({ length: 230 }, (_, start) => live.render(req, Counter, { start })),
          );
          res.send(shell(many.join('')));
        });
        it.get('/boost', async (req, res) => {
          const counter = await live.render(req, Counter, {});
          const form = String(counter).replace(
            '<button',
            '<form lv-event="increment" action="/nowhere"><button type="submit">go</button></form><button',
          );
          res.send(shell(form, version === '2' ? 'hx-boost="true"' : 'hx-boost:inherited="true"'));
        });
        it.use('/other', express.static('dist'), live.router);
        it.get('/moved', async (req, res) => {
          const page = shell(await live.render(req, Counter, {}), 'lv-url="/live"');
          const early = req.query.early === undefined ? '' : '<script src="/early.js"></script>';
          res.send(page.replace('/live/liveview.js', '/other/liveview.js').replace('<body', `${early}<body`));
        });
        it.get('/early.js', (_req, res) => void res.type('js').send('liveview.debug()'));
        it.get('/two', async (req, res) => {
          res.send(shell(`${await live.render(req, Counter, {})}${await live.render(req, Counter, {})}`));
        });
      },
    });
  });
  afterEach(() => app.close());
  const open = async (path: string) => {
    const visitor = await visit();
    await visitor.page.goto(app.url + path);
    await isLive(visitor.page);
    return visitor;
  };

  test('an event to a component that is gone is reported lost, once, and the page goes on', async () => {
    const { page } = await open('/counter');
    await page.evaluate(() => {
      const lost: string[] = [];
      Object.assign(window, { lost });
      document.addEventListener('liveview:event-lost', (event) => lost.push((event as CustomEvent).detail.reason));
    });
    app.live.disconnect({ match: () => true });
    await page.locator('.lv-gone').waitFor();
    await page.locator('[lv-event]').click();
    await expect.poll(() => page.evaluate(() => (window as unknown as { lost: string[] }).lost)).toEqual(['gone']);
  });

  test('the button that reloads keeps the focus while others go, and is no part of what a boosted link swaps or Back restores', async () => {
    const { page } = await open('/two');
    app.live.disconnect({ match: () => true });
    await expect.poll(() => page.locator('.lv-gone').count()).toBe(2);
    const reload = page.locator('.lv-notice button');
    await reload.focus();
    await page.evaluate(() => document.querySelector('[data-id]')?.remove());
    expect(await reload.evaluate((it) => it === document.activeElement)).toBe(true);
    expect(await page.locator('body .lv-notice').count()).toBe(0);
  });

  test('components that are gone are told of in the console, once for all of a kind', async () => {
    const { page } = await open('/two');
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    app.live.disconnect({ match: () => true });
    await expect.poll(() => page.locator('.lv-gone').count()).toBe(2);
    expect(said).toEqual(['htmx-liveview: test.Counter is no longer live (ended). Reload the page.']);
  });

  test('a graceful stop of the server is no goodbye: the page waits for the next one', async () => {
    const { page } = await open('/counter');
    app.live.close();
    await page.locator('.lv-connecting').waitFor();
    expect(await page.locator('.lv-gone').count()).toBe(0);
  });

  test('an attribute that comes with an update is wired, and one that goes is let go', async () => {
    const { page } = await open('/wired');
    const button = page.locator('#b');
    await button.click();
    await expect.poll(() => button.textContent()).toBe('on');
    await button.click();
    await expect.poll(() => button.textContent()).toBe('off');
    const posts: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
    await button.click();
    await page.waitForTimeout(100);
    expect(posts).toEqual([]);
    if (Wired.live) Wired.live.state = '';
    await expect.poll(() => button.getAttribute('lv-event')).toBe('on');
    await button.click();
    await expect.poll(() => button.textContent()).toBe('on');
  });

  test('a number that is half typed survives a push', async () => {
    const { page } = await open('/wired');
    await page.locator('input').focus();
    await page.keyboard.type('-');
    if (Wired.live) Wired.live.state = 'x';
    await expect.poll(() => page.locator('input').getAttribute('data-state')).toBe('x');
    await page.keyboard.type('3');
    expect(await page.locator('input').inputValue()).toBe('-3');
  });

  test('more components than one request has room for all go live', async () => {
    const { page } = await open('/many');
    expect(await page.locator('.lv-connected').count()).toBe(230);
    await page.locator('button').last().click();
    await expect.poll(() => page.locator('p').last().textContent()).toBe('Count: 230');
  });

  test('hx-boost around a live form leaves it alone', async () => {
    const { page } = await open('/boost');
    await page.getByText('go').click();
    await expect.poll(() => page.locator('p').textContent()).toBe('Count: 1');
    expect(new URL(page.url()).pathname).toBe('/boost');
  });

  test('lv-url on the body is heeded by a script in the head', async () => {
    const { page } = await open('/moved');
    const request = page.waitForRequest((it) => it.url().includes('/event?'));
    await page.locator('button').click();
    expect(new URL((await request).url()).pathname).toBe('/live/event');
    await vi.waitFor(() => expect(Counter.log.length).toBeGreaterThan(0));
  });

  test('a script in the head that calls the tools leaves the page time to say where the router is', async () => {
    const visitor = await visit();
    const asked: string[] = [];
    visitor.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await visitor.page.goto(`${app.url}/moved?early`);
    await isLive(visitor.page);
    await expect
      .poll(() => asked.filter((path) => /tools|stream/.test(path)).sort())
      .toEqual(['/live/liveview-tools.js', '/live/stream']);
  });
});
