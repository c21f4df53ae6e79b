// The inspector beside a page of the app, in a real browser, under a policy that allows nothing inline.
import { html, LiveComponent } from 'htmx-liveview';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LiveviewTools } from '../../htmx-ext/tools-api.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive, type Visitor } from '../support/browser.ts';

declare const liveview: LiveviewTools;

/** A cart whose lines are regions. */
class Cart extends LiveComponent<{ shop?: string }> {
  static component = 'test.Cart';
  static events = { add: true, fail: true };
  lines: { name: string; pieces: number }[] = [{ name: 'tea', pieces: 1 }];
  apiKey = 'k-123';
  add() {
    const [line] = this.lines;
    if (line) line.pieces++;
  }
  fail() {
    throw new Error('no stock');
  }
  render() {
    return html`<ul>${this.lines.map(({ name, pieces }) => html`<li id="line-${name}">${pieces} ${name}</li>`)}</ul>
      <button lv-event="add">Add</button> <button lv-event="fail">Fail</button>`;
  }
}

describeInBrowser('the inspector', (visit, htmx) => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp({
      components: [Cart],
      inspector: { htmx: '/htmx.js' },
      before: (it) => {
        it.use((_req, res, next) => {
          res.setHeader('Content-Security-Policy', "default-src 'self'");
          next();
        });
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
      },
      routes: (it, live) =>
        it.get('/shop', async (req, res) => {
          const cart = await live.render(req, Cart, { shop: 'corner' });
          res.send(
            String(html`<!doctype html><meta name="htmx-config" content='{"includeIndicatorStyles":false}'>
            <link rel="icon" href="/live/inspector/icon.svg"><script src="/htmx.js"></script><script src="/live/liveview.min.js"></script>
            <body hx-ext="liveview">${cart}</body>`),
          );
        }),
    });
  });
  afterEach(() => app.close());

  /** The inspector, and a page of the shop beside it. */
  async function beside(query = ''): Promise<Visitor & { shop: Page }> {
    const visitor = await visit();
    const { page, context, faults } = visitor;
    await page.setViewportSize({ width: 1360, height: 860 });
    await page.goto(`${app.url}/live/inspector${query}`);
    await isLive(page);
    const shop = await context.newPage();
    shop.on('pageerror', (error) => faults.push(String(error.stack)));
    shop.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await shop.goto(`${app.url}/shop`);
    await isLive(shop);
    return { ...visitor, shop };
  }
  const timeline = (page: Page) => page.locator('#timeline tbody tr');

  test('shows a click as it happens: the event, the render, the patch and its bytes', async () => {
    const { page, shop, faults } = await beside();
    await shop.getByText('Add').click();
    await expect
      .poll(() => timeline(page).allInnerTexts())
      .toContainEqual(expect.stringMatching(/event\s+test\.Cart \S{8}\s+add\s+[\d.]+ ms/));
    const rows = await timeline(page).allInnerTexts();
    expect(rows).toContainEqual(expect.stringMatching(/render\s+test\.Cart \S{8}\s+live\s+[\d.]+ ms/));
    expect(rows).toContainEqual(expect.stringMatching(/patch\s+test\.Cart \S{8}\s+v2 regions → 1\s+\d+ B/));
    expect(rows.join()).not.toContain('Inspector');
    await shop.getByText('Fail').click();
    await expect
      .poll(() => timeline(page).allInnerTexts())
      .toContainEqual(expect.stringMatching(/error\s+test\.Cart \S{8}\s+.*fail\(\) no stock/s));
    await expect.poll(() => page.locator('#figure-bad.bad strong').textContent()).toBe('1');
    expect(faults.filter((fault) => !fault.includes('500'))).toEqual([]);
  });

  test('shows the state of the selected instance as it changes, and leaves open and closed what the reader has opened and closed', async () => {
    const { page, shop } = await beside();
    await page.locator('#list').getByRole('button', { name: 'test.Cart' }).click();
    const state = page.locator('[aria-label="State"]');
    await expect.poll(() => state.textContent()).toMatch(/name "tea"pieces 1/);
    expect(await page.locator('[aria-label="Session payload"]').textContent()).toContain('shop "corner"');
    expect(await state.textContent()).toContain('apiKey «redacted»');
    await shop.getByText('Add').click();
    await expect.poll(() => state.textContent()).toMatch(/pieces 2/);
    expect(await page.locator('#detail').textContent()).toMatch(/Last patch\s*#line-tea/);
    await state.locator('summary').first().click();
    await shop.getByText('Add').click();
    await expect.poll(() => page.locator('#detail dl').textContent()).toMatch(/Version\s*3/);
    expect(await state.locator('details').first().getAttribute('open')).toBeNull();
    await shop.close();
    await expect.poll(() => page.locator('#detail').textContent()).toContain('not any more');
  });

  test('keeps what was chosen in its address: a reload, Back and Forward', async () => {
    const { page } = await beside();
    await page.locator('#tab-streams').click();
    await expect.poll(() => page.locator('#tab-streams').getAttribute('aria-current')).toBe('page');
    await expect.poll(() => page.url()).toContain('?tab=streams');
    await page.reload();
    await isLive(page);
    expect(await page.locator('#list thead').textContent()).toContain('Session');
    await page.locator('#tab-components').click();
    await expect.poll(() => page.locator('#list thead').textContent()).toContain('Renders');
    await page.goBack();
    await expect.poll(() => page.locator('#list thead').textContent()).toContain('Session');
  });

  test('searches, filters and pauses', async () => {
    const { page, shop } = await beside();
    await page.locator('#search').fill('nothing like it');
    await expect.poll(() => page.locator('#list').textContent()).toContain('No instance');
    await page.locator('#search').fill('CART');
    await expect.poll(() => page.locator('#list tbody tr').count()).toBe(1);
    await page.locator('#kind-render').click();
    await expect.poll(() => page.locator('#timeline tr.render').count()).toBe(0);
    await page.locator('#only').selectOption('test.Cart');
    await expect.poll(() => page.locator('#timeline tr.stream').count()).toBe(0);
    await page.locator('#pause').click();
    await expect.poll(() => page.locator('#pause').getAttribute('aria-pressed')).toBe('true');
    const paused = await timeline(page).allInnerTexts();
    await shop.getByText('Add').click();
    await expect.poll(() => page.locator('#list tbody td').nth(2).textContent()).toBe('2');
    expect(await timeline(page).allInnerTexts()).toEqual(paused);
    await page.locator('#clear').click();
    await page.locator('#pause').click();
    await expect.poll(() => page.locator('#timeline').textContent()).toContain('Nothing to show');
  });

  test('switches highlights on and off for the pages of this browser, and leaves their other settings alone', async () => {
    const { page, shop } = await beside();
    const kept = () => shop.evaluate(() => localStorage.getItem('liveview'));
    await shop.evaluate(() => {
      const seen: (string | null)[] = [];
      Object.assign(window, { seen });
      addEventListener('storage', ({ key, newValue }) => key === 'liveview' && seen.push(newValue));
    });
    await page.getByLabel('Highlight patches').check();
    await expect.poll(kept).toBe('{"highlight":true}'); // another process may see it a moment later
    await page.getByLabel('Highlight patches').uncheck();
    await expect.poll(kept).toBeNull();
    await expect
      .poll(() => shop.evaluate(() => (window as unknown as { seen: unknown }).seen))
      .toEqual(['{"highlight":true}', null]);
    await shop.evaluate(() => localStorage.setItem('liveview', '{"latency":300,"highlight":true}'));
    await expect.poll(() => page.getByLabel('Highlight patches').isChecked()).toBe(true);
    await page.getByLabel('Highlight patches').uncheck();
    await expect.poll(kept).toBe('{"latency":300}');
  });

  test('does not highlight its own patches; the other tools show themselves on its page too', async () => {
    const { page, shop } = await beside();
    await shop.evaluate(() => {
      liveview.highlight();
      liveview.latency(200);
    });
    await page.getByText('Simulated latency').waitFor();
    for (const it of [page, shop])
      await it.evaluate(() => {
        const most = { updates: 0, frames: 0 };
        Object.assign(window, { most });
        document.addEventListener('liveview:after-update', () => {
          const frames = document.querySelector('liveview-tools')?.shadowRoot?.querySelectorAll('.frame').length ?? 0;
          Object.assign(most, { updates: most.updates + 1, frames: Math.max(most.frames, frames) });
        });
      });
    const most = (it: Page) =>
      it.evaluate(() => (window as unknown as { most: { updates: number; frames: number } }).most);
    await shop.getByText('Add').click();
    await expect.poll(async () => (await most(shop)).frames, { timeout: 5000 }).toBeGreaterThan(0);
    await expect.poll(async () => (await most(page)).updates, { timeout: 5000 }).toBeGreaterThan(0);
    expect((await most(page)).frames).toBe(0);
  });

  test('fits on a narrow screen', async () => {
    const { page, shop } = await beside();
    await shop.getByText('Add').click();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.locator('#list').getByRole('button', { name: 'test.Cart' }).click();
    await expect.poll(() => page.locator('[aria-label="State"]').textContent()).toContain('pieces');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
