// What a broken, slow or held-back connection costs the user: nothing.
import { type Channel, channel } from 'node:diagnostics_channel';
import type { AddressInfo } from 'node:net';
import { MemoryStore } from 'express-session';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startHostile } from '../proxies/hostile.ts';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';
import { Gate } from '../support/gate.ts';
import { news, Panel, servePanel } from '../support/panel.ts';

/** How long a network is away. `LONG=1` adds what takes minutes. */
const CUTS = process.env.LONG ? [1000, 10_000, 50_000] : [1000];

interface Watched {
  states: string[];
  notes: number;
}

/** The next message of a channel. */
function once(it: Channel): Promise<unknown> {
  return new Promise((resolve) => {
    const hear = (message: unknown) => {
      it.unsubscribe(hear);
      resolve(message);
    };
    it.subscribe(hear);
  });
}

describeInBrowser('a connection', (visit, htmx) => {
  let app: TestApp;
  let gate: Gate;
  let url: string;
  /** What stands at the top of the page. */
  let head = '';
  const stops: (() => Promise<unknown>)[] = [];

  const serve = (options: Partial<TestAppOptions> = {}) =>
    startApp({
      components: [Panel],
      heartbeat: 1000,
      routes: (it, live) => servePanel(it, live, htmx, () => head),
      ...options,
    });
  const start = async (options: Partial<TestAppOptions> = {}) => {
    app = await serve(options);
    gate = new Gate((app.server.address() as AddressInfo).port);
    url = await gate.listen();
  };
  beforeEach(() => {
    head = '';
    return start();
  });
  afterEach(async () => {
    await gate.close();
    for (const stop of stops.splice(0)) await stop();
    await app.close();
  });

  /** Opens the page, and notes what it says of its connection. */
  const open = async (at = url): Promise<Page> => {
    const { page } = await visit();
    await page.addInitScript(() => {
      const seen: Watched = { states: [], notes: 0 };
      Object.assign(window, { seen });
      for (const name of ['connected', 'disconnected', 'reconnecting']) {
        document.addEventListener(`liveview:${name}`, (event) => {
          const { mode } = (event as CustomEvent).detail as { mode?: string };
          seen.states.push(mode ? `${name} ${mode}` : name);
        });
      }
      new MutationObserver(() => {
        if (document.querySelector('.lv-notice')) seen.notes++;
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto(`${at}/page`);
    await isLive(page);
    return page;
  };
  const seen = (page: Page) => page.evaluate(() => (window as unknown as { seen: Watched }).seen);
  const text = (page: Page, id: string) => page.locator(`#${id}`).textContent();
  const click = (page: Page) => page.locator('button').click();
  const countTo5 = async (page: Page) => {
    for (let n = 0; n < 5; n++) await click(page);
    await expect.poll(() => text(page, 'count')).toBe('5');
  };

  test('whose stream is compressed shows each push at once', async () => {
    await gate.close();
    await app.close();
    await start({ compression: true, heartbeat: 60_000 });
    const { page } = await visit();
    const stream = page.waitForResponse((response) => response.url().includes('/live/stream'));
    await page.goto(`${url}/page`);
    expect((await stream).headers()['content-encoding']).toBe('gzip');
    await isLive(page);
    for (const said of ['one', 'two', 'three']) {
      app.live.publish(news, said);
      await expect.poll(() => text(page, 'said'), { timeout: 1000 }).toBe(said);
    }
    await countTo5(page);
  });

  test.each(CUTS)('that is cut for %i ms: the count is there, and pushes before and in the gap arrive', async (ms) => {
    const page = await open();
    await countTo5(page);
    app.live.publish(news, 'before');
    await expect.poll(() => text(page, 'said')).toBe('before');
    const node = await page.locator('#count').elementHandle();
    const back = gate.cutFor(ms);
    app.live.publish(news, 'in the gap');
    await click(page);
    await back;
    await expect.poll(() => text(page, 'said'), { timeout: 35_000 }).toBe('in the gap');
    if (ms <= 1000) expect((await seen(page)).notes).toBe(0);
    await expect.poll(() => text(page, 'count')).toBe('6');
    expect(await node?.evaluate((it) => it.isConnected)).toBe(true);
    const { states } = await seen(page);
    expect(states[0]).toBe('connected stream');
    expect(states[1]).toBe('disconnected');
    expect(states.at(-1)).toBe('connected stream');
    expect(app.live.stats().instances).toBe(1);
  });

  test('that drops is back within a second, without a note', async () => {
    const page = await open();
    await page.waitForTimeout(100);
    gate.cut();
    await page.waitForFunction(() => document.querySelector('.lv-connecting'));
    await isLive(page);
    expect((await seen(page)).notes).toBe(0);
    app.live.publish(news, 'again');
    await expect.poll(() => text(page, 'said')).toBe('again');
  });

  test('that loses more than is kept brings the content, and says that orders are lost; after a short cut they are there', async () => {
    const page = await open();
    await page.evaluate(() => {
      const told: unknown[] = [];
      Object.assign(window, { told });
      document.addEventListener('heard', (event) => told.push((event as CustomEvent).detail));
      document.addEventListener('liveview:gap', (event) => told.push((event as CustomEvent).detail));
    });
    const told = () => page.evaluate(() => (window as unknown as { told: unknown[] }).told);
    const say = async (said: string) => {
      const sent = once(channel('htmx-liveview:patch'));
      app.live.publish(news, said);
      await sent;
    };
    gate.mode = 'silent';
    await say('one');
    gate.mode = 'pass';
    await expect.poll(told, { timeout: 15_000 }).toEqual([3]);
    expect(await text(page, 'said')).toBe('one');
    gate.mode = 'silent';
    for (let n = 0; n < 3; n++) await say(String(n).repeat(40_000));
    gate.mode = 'pass';
    const id = await page.locator('[data-id]').getAttribute('data-id');
    await expect.poll(told, { timeout: 15_000 }).toEqual([3, { id }, 40_000]);
    expect(await text(page, 'said')).toBe('2'.repeat(40_000));
    await say('again');
    await expect.poll(told).toEqual([3, { id }, 40_000, 5]);
  });

  test('that stays broken shows a note, which goes when it is mended; and a click brings it back at once', async () => {
    const page = await open();
    await countTo5(page);
    const back = gate.cutFor(4000);
    await page.locator('.lv-notice').getByText('Reconnecting…').waitFor();
    await back;
    const before = Date.now();
    await click(page);
    await expect.poll(() => text(page, 'count'), { timeout: 5000 }).toBe('6');
    expect(Date.now() - before).toBeLessThan(2500);
    expect(await page.locator('.lv-notice').count()).toBe(0);
  });

  test('that falls silent is noticed within two and a half heartbeats, and the next click is not lost', async () => {
    const page = await open();
    await countTo5(page);
    gate.mode = 'silent';
    const began = Date.now();
    await click(page);
    await page.waitForFunction(() => (window as unknown as { seen: Watched }).seen.states.includes('disconnected'));
    expect(Date.now() - began).toBeLessThan(2500 + 400);
    gate.mode = 'pass';
    await expect.poll(() => text(page, 'count'), { timeout: 15_000 }).toBe('6');
    app.live.publish(news, 'alive');
    await expect.poll(() => text(page, 'said'), { timeout: 15_000 }).toBe('alive');
  });

  test('that a proxy holds back: polls carry it within six seconds, and clicks and pushes are as quick as ever', async () => {
    const hold = await startHostile(0, (app.server.address() as AddressInfo).port, { holds: Infinity });
    stops.push(hold.stop);
    const began = Date.now();
    const page = await open(`http://127.0.0.1:${hold.port}`);
    expect(Date.now() - began).toBeLessThan(6000);
    expect((await seen(page)).states).toEqual(['connected poll']);
    for (const word of ['one', 'two', 'three']) {
      const before = Date.now();
      app.live.publish(news, word);
      await expect.poll(() => text(page, 'said'), { interval: 20 }).toBe(word);
      expect(Date.now() - before).toBeLessThan(700);
    }
    await countTo5(page);
    // a second page of this tab does not wait again
    await page.reload();
    const again = Date.now();
    await isLive(page);
    expect(Date.now() - again).toBeLessThan(2000);
  });

  test('that is new stays, where a click on the former one is refused late', async () => {
    const page = await open();
    let refuse = () => {};
    const refused = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    const answer = { status: 404, contentType: 'application/problem+json', body: '{"title":"stream"}' };
    await page.route('**/event?*', (route) => refused.then(() => route.fulfill(answer)), { times: 1 });
    await click(page);
    gate.cut();
    await page.waitForFunction(() => document.querySelector('.lv-connecting'));
    await isLive(page);
    refuse();
    await expect.poll(() => text(page, 'count')).toBe('1');
    expect((await seen(page)).states.filter((it) => it === 'disconnected')).toHaveLength(1);
  });

  test('that the app fails to take an event from, as when its sessions’ store is away, gets it again', async () => {
    const page = await open();
    const answer = { status: 500, contentType: 'text/html', body: 'Internal Server Error' };
    await page.route('**/event?*', (route) => route.fulfill(answer), { times: 2 });
    await click(page);
    await expect.poll(() => text(page, 'count'), { timeout: 10_000 }).toBe('1');
  });

  test('whose session is destroyed ends within one heartbeat, and the page does not come back by itself', async () => {
    const page = await open();
    const requests: string[] = [];
    await page.request.get(`${url}/logout`);
    await page.waitForFunction(() => document.querySelector('.lv-gone'), { timeout: 2500 });
    page.on('request', (request) => requests.push(request.url()));
    await page.waitForTimeout(1500);
    expect(requests).toEqual([]);
    expect(app.live.stats()).toMatchObject({ streams: 0, instances: 0 });
  });

  test('whose server comes back without its sessions ends: the page offers to be loaded again, and the console says why', async () => {
    const page = await open();
    const said: string[] = [];
    page.on('console', (message) => message.type() === 'warning' && said.push(message.text()));
    await app.close();
    app = await serve();
    gate.target = (app.server.address() as AddressInfo).port;
    await page.waitForFunction(() => document.querySelector('.lv-gone'), undefined, { timeout: 20_000 });
    expect(said).toEqual([
      'htmx-liveview: test.Panel is no longer live (session: the server does not know it any more, as after a restart with sessions in memory). Reload the page.',
    ]);
    await page.getByRole('status').getByRole('button', { name: 'This page is no longer live. Reload' }).click();
    await isLive(page);
    expect(await page.locator('.lv-notice').count()).toBe(0);
    await countTo5(page);
  });

  test('that is refused comes back when there is room', async () => {
    const page = await open();
    await app.close();
    await page.waitForFunction(() => document.querySelector('.lv-connecting'));
    await page.waitForTimeout(300);
    const store = new MemoryStore();
    await gate.close();
    await start({ limits: { allStreams: 1 }, store });
    const first = await open();
    const second = await visit();
    const asked = second.page.waitForResponse((response) => response.url().includes('probe'));
    await second.page.goto(`${url}/page`);
    expect((await asked).status()).toBe(503);
    await first.close();
    await vi.waitFor(() => expect(app.live.stats().streams).toBe(0));
    // at any time within the first span
    await second.page.waitForFunction(() => document.querySelector('.lv-connected'), undefined, { timeout: 20_000 });
  });

  test('that the server ends says so, until what is gone has left the page', async () => {
    const page = await open();
    app.live.disconnect({ match: () => true });
    await page.locator('.lv-gone').waitFor();
    await page.locator('.lv-notice').getByText('no longer live').waitFor();
    await page.evaluate(() => document.querySelector('[data-id]')?.remove());
    await page.locator('.lv-notice').waitFor({ state: 'detached' });
  });

  test.each([
    ['in the page’s own words', '["…", "…", "Seite neu laden"]', 1],
    ['not at all where the page has no words for it', '["…", "…"]', 0],
    ['not at all where the page wants no note', 'false', 0],
  ])('that is gone for good is told %s', async (_, notice, count) => {
    head = `<meta name="htmx-config" content='{"liveview":{"notice":${notice}}}'>`;
    const page = await open();
    app.live.disconnect({ match: () => true });
    await page.locator('.lv-gone').waitFor();
    expect(await page.getByRole('button', { name: 'Seite neu laden' }).count()).toBe(count);
    expect(await page.locator('.lv-notice').count()).toBe(count);
  });

  test('that nothing needs any more leaves no note', async () => {
    const page = await open();
    await page.evaluate(() => document.querySelector('[data-id]')?.remove());
    await vi.waitFor(() => expect(app.live.stats().streams).toBe(0), 5000);
    await page.waitForTimeout(3000);
    expect((await seen(page)).notes).toBe(0);
  });

  test('that is away while a component is taken out and put back: its next click counts', async () => {
    const page = await open();
    await countTo5(page);
    gate.mode = 'refuse';
    gate.cut();
    await page.waitForFunction(() => document.querySelector('.lv-connecting'));
    await page.evaluate(async () => {
      const root = document.querySelector('[data-id]') as Element;
      const text = root.outerHTML;
      const place = root.parentElement as Element;
      root.remove();
      await new Promise((resolve) => setTimeout(resolve, 50));
      place.insertAdjacentHTML('beforeend', text);
      (window as unknown as { htmx: { process(element: Element): void } }).htmx.process(place);
    });
    gate.mode = 'pass';
    await click(page);
    await expect.poll(() => text(page, 'count'), { timeout: 15_000 }).toBe('6');
  });

  test('whose every subscribe finds its stream gone is not opened in a loop', async () => {
    const { page } = await visit();
    let streams = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('stream?v=1')) streams++;
    });
    await page.route('**/subscribe*', (route) =>
      route.fulfill({ status: 404, contentType: 'application/problem+json', body: '{"title":"stream"}' }),
    );
    await page.goto(`${url}/page`);
    await page.waitForTimeout(4000);
    expect(streams).toBeLessThan(6);
    expect(streams).toBeGreaterThan(1);
  });

  test('in a page that the user comes back to is live again, with its state', async () => {
    const page = await open();
    await countTo5(page);
    await page.goto(`${url}/htmx.js`);
    await page.goBack();
    await page.waitForFunction(() => document.querySelector('.lv-connected'));
    await click(page);
    await expect.poll(async () => Number(await text(page, 'count'))).toBeGreaterThan(0);
  });
});
