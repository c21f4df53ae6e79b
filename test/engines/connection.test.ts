// What a broken, slow or held-back connection costs the user in each browser engine: nothing. Engines differ in how they take a lost
// stream (Firefox gives it up for good), in timers and in how they keep pages for Back; test/browser shows the rest, in Chromium.
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryStore } from 'express-session';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startHostile } from '../proxies/hostile.ts';
import type { TestApp } from '../support/app.ts';
import { Gate } from '../support/gate.ts';
import { describeInEngines } from './engines.ts';
import { countTo5, HEARTBEAT, isLive, news, seenBy, shows, startPanel } from './panel.ts';
import type { Tab } from './tab.ts';

describeInEngines('a connection', (openTab, { kind, htmx, version }) => {
  let app: TestApp;
  let gate: Gate;
  let url: string;
  const store = new MemoryStore();

  beforeEach(async () => {
    app = await startPanel(htmx, { store });
    gate = new Gate((app.server.address() as AddressInfo).port);
    url = await gate.listen();
  });
  afterEach(async () => {
    await gate.close();
    await app.close();
  });

  const open = async (at = url): Promise<Tab> => {
    const tab = await openTab();
    await tab.goto(`${at}/page`);
    await isLive(tab);
    return tab;
  };
  const states = async (tab: Tab) => (await seenBy(tab)).states.map(({ name }) => name);

  test('goes live, and counts five fast clicks with pushes in between', async () => {
    const tab = await open();
    for (let n = 1; n <= 5; n++) {
      await tab.click('button');
      app.live.publish(news, `push ${n}`);
    }
    await shows(tab, 'count', '5');
    await shows(tab, 'said', 'push 5');
    const seen = await seenBy(tab);
    expect(seen.states).toMatchObject([{ name: 'connected', mode: 'stream' }]);
  });

  // the extension's way down is the same with both versions of htmx
  if (version !== '2') return;

  test('that is cut for a second: the count is there, and a push and a click in the gap arrive', async () => {
    const tab = await open();
    await countTo5(tab);
    const back = gate.cutFor(1000);
    await expect.poll(() => states(tab)).toContain('disconnected');
    expect(await tab.text('#count')).toBe('5');
    app.live.publish(news, 'in the gap');
    await tab.click('button');
    await back;
    await shows(tab, 'said', 'in the gap', 12_000);
    await shows(tab, 'count', '6');
    expect((await seenBy(tab)).states.at(-1)).toMatchObject({ name: 'connected', mode: 'stream' });
    expect(app.live.stats().instances).toBe(1);
  });

  test('that is refused for three seconds, while the server restarts, recovers without a reload', async () => {
    const tab = await open(app.url);
    await countTo5(tab);
    const { port } = app.server.address() as AddressInfo;
    await app.close();
    await sleep(3000);
    // the first one is the server's word that it stops; from the second on, the browser has been refused
    const attempt = async () => (await seenBy(tab)).states.at(-1)?.attempt;
    await expect.poll(attempt, { timeout: 15_000 }).toBeGreaterThan(1);
    app = await startPanel(htmx, { store, port });
    await isLive(tab, 20_000);
    app.live.publish(news, 'a new server');
    await shows(tab, 'said', 'a new server');
    const before = Number(await tab.text('#count'));
    await tab.click('button');
    await shows(tab, 'count', String(before + 1));
    expect((await states(tab))[0]).toBe('connected'); // the same page
    expect((await states(tab)).filter((name) => name === 'connected').length).toBe(2);
  });

  test('that falls silent is noticed within two and a half heartbeats, and the next click is not lost', async () => {
    const tab = await open();
    await countTo5(tab);
    gate.mode = 'silent';
    const began = Date.now();
    await tab.click('button');
    await expect.poll(() => states(tab), { timeout: 10_000 }).toContain('disconnected');
    const lost = (await seenBy(tab)).states.find(({ name }) => name === 'disconnected');
    expect((lost?.at ?? 0) - began).toBeLessThan(2.5 * HEARTBEAT + 400);
    gate.mode = 'pass';
    await shows(tab, 'count', '6', 15_000);
    app.live.publish(news, 'alive');
    await shows(tab, 'said', 'alive', 15_000);
    // a dead network is no proxy that holds streams back
    await expect.poll(async () => (await seenBy(tab)).states.at(-1)?.mode, { timeout: 15_000 }).toBe('stream');
    expect(await tab.evaluate(() => sessionStorage.getItem('liveview-poll-until'))).toBe(null);
  });

  test('that a proxy holds back: polls carry it within six seconds, and pushes and clicks are quick', async () => {
    const hold = await startHostile(0, (app.server.address() as AddressInfo).port, { holds: Infinity });
    try {
      const tab = await open(`http://127.0.0.1:${hold.port}`);
      const seen = await seenBy(tab);
      expect(seen.states).toMatchObject([{ name: 'connected', mode: 'poll' }]);
      expect((seen.states[0]?.at ?? 0) - seen.began).toBeLessThan(6000);
      for (const word of ['one', 'two', 'three']) {
        const before = Date.now();
        app.live.publish(news, word);
        await shows(tab, 'said', word);
        expect(Date.now() - before).toBeLessThan(700);
      }
      const before = Date.now();
      await tab.click('button');
      await shows(tab, 'count', '1');
      expect(Date.now() - before).toBeLessThan(700);
      // a poll that waits is no stream that has stalled
      await sleep(3 * HEARTBEAT);
      expect(await states(tab)).toEqual(['connected']);
      // the next page of this tab does not wait again
      await tab.goto(`http://127.0.0.1:${hold.port}/page`);
      await isLive(tab, 2000);
    } finally {
      await hold.stop();
    }
  });

  test('in a page that the user comes back to is live again, with pushes and clicks', async () => {
    const tab = await open();
    await countTo5(tab);
    await tab.goto(`${url}/other`);
    await expect.poll(() => app.live.stats().streams).toBe(0);
    await tab.back();
    await isLive(tab);
    const { returns } = await seenBy(tab);
    expect(returns).toBe(Number(kind.keepsPages));
    expect(await tab.text('#count')).toBe(kind.keepsPages ? '5' : '0');
    expect(app.live.stats()).toMatchObject({ streams: 1, instances: 1 });
    app.live.publish(news, 'welcome back');
    await shows(tab, 'said', 'welcome back');
    await tab.click('button');
    await shows(tab, 'count', kind.keepsPages ? '6' : '1');
  });

  test('whose session is destroyed ends within one heartbeat, and the page does not come back by itself', async () => {
    const tab = await open();
    const began = await tab.evaluate(async () => {
      await fetch('/logout');
      return Date.now();
    });
    await expect.poll(async () => (await seenBy(tab)).goneAt, { timeout: 5000 }).toBeGreaterThan(0);
    expect((await seenBy(tab)).goneAt - began).toBeLessThan(HEARTBEAT + 400);
    expect(await tab.evaluate(() => document.querySelectorAll('.lv-gone').length)).toBe(1);
    await sleep(1500);
    expect((await states(tab)).filter((name) => name !== 'disconnected')).toEqual(['connected']);
    expect(app.live.stats()).toMatchObject({ streams: 0, instances: 0 });
  });
});
