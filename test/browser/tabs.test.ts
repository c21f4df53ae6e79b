// Many tabs of one browser on HTTP/1.1, which has six connections for all of them.
import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';
import { news, Panel, servePanel } from '../support/panel.ts';

const WITHOUT: Record<string, string[]> = {
  'with a SharedWorker': [],
  'with a lock, where there is no SharedWorker': ['SharedWorker'],
};

describeInBrowser('tabs', (visit, htmx) => {
  let app: TestApp;
  let policy = '';
  let origin = '';
  beforeEach(async () => {
    policy = origin = '';
    app = await startApp({
      components: [Panel],
      context: (req) => ({ user: req.query.user ?? req.headers['x-user'] ?? 'one' }),
      before: (it) => {
        it.use((_req, res, next) => {
          if (policy) res.setHeader('Content-Security-Policy', policy);
          next();
        });
      },
      routes: (it, live) => {
        const config = (tabs: boolean) => JSON.stringify({ liveview: { tabs } });
        servePanel(
          it,
          live,
          htmx,
          ({ query }) => `<meta name="htmx-config" content='${config(query.tabs !== 'off')}'>`,
        );
      },
    });
  });
  afterEach(() => app.close());

  /** Opens tabs one after the other, as a user does. */
  const openTabs = async (count: number, missing: readonly string[] = [], query = '') => {
    const { context } = await visit();
    await context.addInitScript((names) => {
      for (const name of names) Reflect.deleteProperty(window, name);
      if (names.includes('locks')) Object.defineProperty(navigator, 'locks', { value: undefined });
    }, missing);
    const pages: Page[] = [];
    for (let n = 0; n < count; n++) pages.push(await openTab(context, query));
    return { context, pages };
  };
  const openTab = async (context: BrowserContext, query = '') => {
    const page = await context.newPage();
    await page.goto(`${origin || app.url}/page${query}`);
    return page;
  };
  /** Clicks, waits for the effect, and gives how many milliseconds the POST waited for a free connection. */
  const clickIn = (page: Page) =>
    page.evaluate(async () => {
      performance.clearResourceTimings();
      document.querySelector('button')?.click();
      await new Promise<void>((resolve) => {
        new MutationObserver(() => resolve()).observe(document.body, {
          subtree: true,
          childList: true,
          characterData: true,
        });
      });
      const posts = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      const event = posts.find(({ name }) => name.includes('/live/event'));
      return event ? event.requestStart - event.startTime : 0;
    });
  const text = (page: Page, id: string) => page.locator(`#${id}`).textContent();
  const allLive = (pages: readonly Page[]) => Promise.all(pages.map(isLive));
  const allShow = async (pages: readonly Page[], word: string) => {
    app.live.publish(news, word);
    for (const page of pages) await expect.poll(() => text(page, 'said'), { timeout: 3000 }).toBe(word);
  };

  const hide = (page: Page, isHidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);

  describe.each(Object.entries(WITHOUT))('%s', (_, missing) => {
    test('eight are all live over one stream, get every push, and no click waits', async () => {
      const { pages } = await openTabs(8, missing);
      await allLive(pages);
      await vi.waitFor(() => expect(app.live.stats()).toMatchObject({ streams: 1, instances: 8 }), 5000);
      await allShow(pages, 'to all');
      const times = [];
      for (const page of pages) times.push(await clickIn(page));
      expect(Math.max(...times)).toBeLessThan(200);
      for (const page of pages) expect(await text(page, 'count')).toBe('1');
    });

    test('one that is closed takes only its own component along, whichever it is', async () => {
      const { pages } = await openTabs(6, missing);
      await allLive(pages);
      await vi.waitFor(() => expect(app.live.stats().streams).toBe(1), 5000);
      for (const page of pages) await clickIn(page);
      for (const left of [5, 4, 3]) {
        await pages.shift()?.close({ runBeforeUnload: false });
        await vi.waitFor(() => expect(app.live.stats()).toMatchObject({ streams: 1, instances: left }), 8000);
        await allLive(pages);
        await allShow(pages, `after ${left}`);
      }
      for (const page of pages) {
        await clickIn(page);
        expect(await text(page, 'count')).toBe('2');
      }
    });
  });

  test('with neither, hidden ones give their stream up, and resume when they are shown', async () => {
    const { pages } = await openTabs(5, ['SharedWorker', 'locks']);
    await allLive(pages);
    const [first] = pages as [Page];
    await clickIn(first);
    await hide(first, true);
    await vi.waitFor(() => expect(app.live.stats()).toMatchObject({ streams: 4, instances: 5 }), 5000);
    await hide(first, false);
    await isLive(first);
    expect(await text(first, 'count')).toBe('1');
    await allShow(pages, 'again');
  });

  test('where a policy forbids workers, share all the same', async () => {
    policy = "worker-src 'none'";
    const { pages } = await openTabs(6);
    await allLive(pages);
    await vi.waitFor(() => expect(app.live.stats()).toMatchObject({ streams: 1, instances: 6 }), 8000);
    await allShow(pages, 'by lock');
  });

  test('share under a policy of nonces, where no worker may load anything', async () => {
    policy = "default-src 'none'; script-src 'nonce-abc'; connect-src 'self'; worker-src 'self'";
    const { pages } = await openTabs(6);
    await allLive(pages);
    await vi.waitFor(() => expect(app.live.stats()).toMatchObject({ streams: 1, instances: 6 }), 8000);
    await allShow(pages, 'with a nonce');
  });

  test('share on an insecure origin, where there is neither WebCrypto nor a lock', async () => {
    origin = `http://insecure.test:${new URL(app.url).port}`;
    const { pages } = await openTabs(6);
    await allLive(pages);
    await vi.waitFor(() => expect(app.live.stats()).toMatchObject({ streams: 1, instances: 6 }), 8000);
    for (const page of pages) await clickIn(page);
    for (let n = 0; n < 20; n++) app.live.publish(news, `so many frames that they must be acknowledged: ${n}`);
    await allShow(pages, 'insecure');
  });

  test('share once the part for it has come, though it fails at first', async () => {
    const { context, pages } = await openTabs(4);
    const asked = new Map<unknown, number>();
    await context.route(/hub\.js/, (route) => {
      const page = route.request().frame();
      asked.set(page, (asked.get(page) ?? 0) + 1);
      return asked.get(page) === 1 ? route.abort() : route.continue();
    });
    pages.push(await openTab(context));
    await vi.waitFor(() => expect(app.live.stats()).toMatchObject({ streams: 1, instances: 5 }), 8000);
    await allLive(pages);
    await allShow(pages, 'late');
  });

  test('have a stream each where that part never comes, and hidden ones none', async () => {
    const { context, pages } = await openTabs(4);
    await context.route(/hub\.js/, (route) => route.abort());
    pages.push(await openTab(context));
    await vi.waitFor(() => expect(app.live.stats()).toMatchObject({ streams: 5, instances: 5 }), 15_000);
    await allLive(pages);
    await allShow(pages, 'each');
    await hide(pages[0] as Page, true);
    await vi.waitFor(() => expect(app.live.stats().streams).toBe(4), 5000);
  });

  test('that are left for another page are not counted on', async () => {
    const { pages } = await openTabs(2);
    const [first] = pages as [Page];
    for (let n = 0; n < 5; n++) await first.goto(`${app.url}/page`);
    await allLive(pages);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(app.live.stats().streams).toBe(2);
  });

  test('up to four have a stream each; with the option off, more have', async () => {
    const { pages } = await openTabs(4);
    await allLive(pages);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(app.live.stats().streams).toBe(4);
    const { pages: five } = await openTabs(5, [], '?tabs=off');
    await allLive(five);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(app.live.stats().streams).toBe(9);
  });

  test('of another user never share a stream with these', async () => {
    const { pages, context } = await openTabs(4);
    await allLive(pages);
    await context.setExtraHTTPHeaders({ 'X-User': 'two' });
    const other = await openTab(context);
    await isLive(other);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(app.live.stats().streams).toBe(5);
  });
});
