// What a page shows of a connection that stays broken: a class on each component, and a note in the page's own words, or none. Time is made here.
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';
import { Gate } from '../support/gate.ts';
import { Panel, servePanel } from '../support/panel.ts';

interface Seen {
  /** The class of the component at each announced try, by the number of tries that have failed. */
  classes: [attempt: number, classes: string][];
  notes: string[];
}

describeInBrowser('a connection that stays broken', (visit, htmx) => {
  let app: TestApp;
  let gate: Gate;
  let url: string;
  let config = '';

  beforeEach(async () => {
    config = '{}';
    const head = () => `<meta name="htmx-config" content='{"liveview":${config}}'>`;
    app = await startApp({
      components: [Panel],
      heartbeat: 60_000, // the time that is made shall bring no silence
      routes: (it, live) => servePanel(it, live, htmx, head),
    });
    gate = new Gate((app.server.address() as AddressInfo).port);
    url = await gate.listen();
  });
  afterEach(async () => {
    await gate.close();
    await app.close();
  });

  /** Opens the page, notes what it shows, and cuts its network. */
  async function openAndCut(): Promise<Page> {
    const { page } = await visit();
    await page.clock.install();
    await page.addInitScript(() => {
      const seen: Seen = { classes: [], notes: [] };
      Object.assign(window, { seen });
      document.addEventListener('liveview:reconnecting', (event) => {
        const classes = document.querySelector('[data-id]')?.className ?? '';
        seen.classes.push([(event as CustomEvent).detail.attempt, classes]);
      });
      new MutationObserver(() => {
        const text = document.querySelector('.lv-notice')?.textContent;
        if (text && text !== seen.notes.at(-1)) seen.notes.push(text);
      }).observe(document, { childList: true, characterData: true, subtree: true });
    });
    await page.goto(`${url}/page`);
    await isLive(page);
    gate.mode = 'refuse';
    gate.cut();
    await page.locator('.lv-connecting').waitFor();
    return page;
  }
  const seen = (page: Page) => page.evaluate(() => (window as unknown as { seen: Seen }).seen);
  /** Lets time pass, step by step, until the component has a class. */
  const passUntil = (page: Page, state: string) =>
    expect
      .poll(
        async () => {
          await page.clock.runFor(1000);
          return page.locator(`[data-id].${state}`).count();
        },
        { timeout: 60_000, interval: 20 },
      )
      .toBe(1);

  test('makes components lv-offline after ten failures and not before, until it is mended', async () => {
    const page = await openAndCut();
    await passUntil(page, 'lv-offline');
    const { classes } = await seen(page);
    const failed = classes.filter(([attempt]) => attempt > 0);
    expect(failed).toEqual(failed.map((_, at) => [at + 1, at + 1 < 10 ? 'lv-connecting' : 'lv-offline']));
    expect(failed.length).toBeGreaterThanOrEqual(10);
    expect((await seen(page)).notes).toEqual(['Reconnecting…', 'No connection. Trying again…']);
    gate.mode = 'pass';
    await passUntil(page, 'lv-connected');
    expect(await page.locator('.lv-notice, .lv-offline').count()).toBe(0);
  });

  test('is told in the page’s own words', async () => {
    config = '{"notice": ["Verbinde neu…", "Keine Verbindung."]}';
    const page = await openAndCut();
    await page.clock.runFor(2500);
    expect(await page.locator('.lv-notice').textContent()).toBe('Verbinde neu…');
    await passUntil(page, 'lv-offline');
    expect(await page.locator('.lv-notice').textContent()).toBe('Keine Verbindung.');
    expect(await page.locator('.lv-notice').getAttribute('role')).toBe('status');
  });

  test('is told to nobody where the page wants no note', async () => {
    config = '{"notice": false}';
    const page = await openAndCut();
    await passUntil(page, 'lv-offline');
    await page.clock.runFor(10_000);
    expect((await seen(page)).notes).toEqual([]);
    expect(await page.locator('.lv-notice').count()).toBe(0);
  });
});
