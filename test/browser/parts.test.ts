// Parts of the extension that are loaded only where they are needed.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';
import { Panel, servePanel } from '../support/panel.ts';

const NONCE =
  "default-src 'none'; script-src 'nonce-abc'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:";
const POLICIES = {
  'without a policy': '',
  "under script-src 'self'": "default-src 'self'; img-src data:",
  'with a nonce': NONCE,
};

describeInBrowser('an insecure origin', (visit, htmx) => {
  let app: TestApp;
  let policy = '';
  beforeEach(async () => {
    app = await startApp({
      components: [Panel],
      before: (it) => {
        it.use((_req, res, next) => {
          if (policy) res.setHeader('Content-Security-Policy', policy);
          next();
        });
      },
      routes: (it, live) => servePanel(it, live, htmx),
    });
  });
  afterEach(() => app.close());

  const open = async () => {
    const visitor = await visit();
    const { pathname, port } = new URL(`${app.url}/page`);
    await visitor.page.goto(`http://insecure.test:${port}${pathname}`);
    return visitor;
  };

  test.each(Object.entries(POLICIES))('is live all the same, %s', async (_, given) => {
    policy = given;
    const { page, faults } = await open();
    await isLive(page);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await page.locator('button').click();
    await expect.poll(() => page.locator('#count').textContent()).toBe('1');
    expect(faults.filter((fault) => !/style/i.test(fault))).toEqual([]);
  });

  test('says goodbye', async () => {
    policy = '';
    const { page } = await open();
    await isLive(page);
    await page.reload(); // a page that is only left may come back from the browser's cache
    await isLive(page);
    await vi.waitFor(() => expect(app.live.stats()).toMatchObject({ streams: 1, instances: 1 }), 5000);
  });

  test('waits for the part that signs where it can’t be had at first', async () => {
    policy = '';
    const visitor = await visit();
    let asked = 0;
    await visitor.page.route(/liveview-sha/, (route) => (asked++ ? route.continue() : route.abort()));
    await visitor.page.goto(`http://insecure.test:${new URL(app.url).port}/page`);
    await isLive(visitor.page);
    expect(asked).toBe(2);
  });
});
