// The parts of the extension that only some pages load, in each browser engine: for insecure origins, and for many tabs.
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { Gate } from '../support/gate.ts';
import { describeInEngines } from './engines.ts';
import { countTo5, isLive, startPanel } from './panel.ts';
import type { Tab } from './tab.ts';

/** An address of this machine that is not its loopback: to browsers pages from there are insecure. */
const address = Object.values(networkInterfaces())
  .flat()
  .find((it) => it && !it.internal && it.family === 'IPv4')?.address;

const POLICIES = {
  'without a policy': '',
  'with a nonce':
    "default-src 'none'; script-src 'nonce-abc'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:",
};

describeInEngines('a part of the extension', (openTab, { htmx }) => {
  let app: TestApp;
  let gate: Gate;
  let policy = '';

  beforeEach(async () => {
    app = await startPanel(htmx, {
      before: (it) => {
        it.get('/six', (_req, res) => void res.send(`<!doctype html>${'<iframe src="/page"></iframe>'.repeat(6)}`));
        it.use((_req, res, next) => {
          if (policy) res.setHeader('Content-Security-Policy', policy);
          next();
        });
      },
    });
    gate = new Gate(Number(new URL(app.url).port));
  });
  afterEach(async () => {
    await gate.close();
    await app.close();
  });

  const open = async (url: string): Promise<Tab> => {
    const tab = await openTab();
    await tab.goto(url);
    return tab;
  };

  test.skipIf(!address).each(Object.entries(POLICIES))('is loaded on an insecure origin, %s', async (_, given) => {
    policy = given;
    const tab = await open(`${await gate.listen(address)}/page`);
    await isLive(tab);
    expect(await tab.evaluate(() => isSecureContext)).toBe(false);
    await countTo5(tab);
  });

  // frames count as tabs do; those of an engine's tabs know nothing of each other
  test.each(Object.entries(POLICIES))('is loaded by six frames, which share a stream, %s', async (_, given) => {
    policy = given;
    const origin = await gate.listen();
    const tab = await open(`${origin}/page`); // which brings the session that all of them have
    await isLive(tab);
    await tab.goto(`${origin}/six`);
    const live = () =>
      [...document.querySelectorAll('iframe')].filter((it) => it.contentDocument?.querySelector('.lv-connected'))
        .length;
    await expect.poll(() => tab.evaluate(live), { timeout: 15_000 }).toBe(6);
    await vi.waitFor(() => expect(app.live.stats().streams).toBe(1), 15_000);
    await expect.poll(() => tab.evaluate(live), { timeout: 15_000 }).toBe(6);
  });
});
