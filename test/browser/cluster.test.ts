// The cluster example, as a visitor uses it: started by its own command, with nodes that die and nodes that are drained.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeInBrowser, isLive } from '../support/browser.ts';
import { describeWithRedis } from '../support/redis.ts';

const PATH = `${process.env.PATH}:/usr/sbin`;
const hasNginx = spawnSync('nginx', ['-v'], { env: { PATH } }).status === 0;

/** `npm run cluster`, without the build, in a terminal of its own. */
class Cluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'liveview-test-'));
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  said = '';

  constructor(env: NodeJS.ProcessEnv = {}) {
    this.#process = spawn('npm', ['run', 'cluster', '--ignore-scripts'], {
      env: { ...process.env, REDIS_URL: undefined, PORT: '0', TMPDIR: this.folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#ended = once(this.#process, 'close');
    for (const output of [this.#process.stdout, this.#process.stderr])
      output?.on('data', (chunk) => {
        this.said += chunk;
      });
  }

  /** The address that it says. */
  async url(): Promise<string> {
    await expect.poll(() => this.said, { timeout: 30_000 }).toMatch(/http:\S+/);
    return /http:\S+/.exec(this.said)?.[0] ?? '';
  }

  /** Its exit code, when it has ended by itself. */
  async end(): Promise<number | null> {
    await this.#ended;
    return this.#process.exitCode;
  }

  /** Ctrl-C, which a terminal sends to all that was started there. */
  async stop(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid && exitCode === null && signalCode === null) process.kill(-pid, 'SIGINT');
    await this.#ended;
  }
}

describeWithRedis('the cluster example', () => {
  let cluster: Cluster;
  afterEach(async () => {
    await cluster.stop();
    rmSync(cluster.folder, { recursive: true, force: true });
  });

  test('says why a node can’t start, and leaves nothing behind', async () => {
    cluster = new Cluster({ LIVE_SECRET: 'short', BALANCER: 'node' });
    expect(await cluster.end()).toBe(1);
    expect(cluster.said).toContain('ERR_LIVE_SECRET_SHORT');
    expect(cluster.said).toMatch(/Node [ABC] ended before it took requests/);
    expect(readdirSync(cluster.folder)).toEqual([]);
  });

  describeInBrowser('in a browser', (visit, _, version) => {
    const BALANCER = version === '4' && hasNginx ? 'nginx' : 'node';
    let page: Page;
    let faults: string[];
    beforeEach(async () => {
      cluster = new Cluster({ BALANCER });
      ({ page, faults } = await visit());
      await page.goto(`${await cluster.url()}/?htmx=${version}`);
      await isLive(page);
    });

    const part = (name: string) => page.locator(`[data-component="cluster.${name}"]`);
    const count = (name: string) => part(name).locator('output').textContent();
    const click = (name: string, times: number) =>
      part(name).evaluate((root, times) => {
        for (let n = 0; n < times; n++) root.querySelector('button')?.click();
      }, times);
    const node = async () => (await part('Serving').locator('output').textContent()) ?? '';
    const pids = async () => (await part('Nodes').textContent())?.match(/(?<=process )\d+/g)?.map(Number) ?? [];
    /** Ends the node that serves the page, by the page's own button, and clicks on meanwhile. */
    const leaveBy = async (button: string) => {
      const before = await node();
      await page.locator(`#node-${before}`).getByText(button).click();
      await click('KeptCounter', 3);
      await expect.poll(node, { timeout: 10_000 }).not.toBe(before);
      await expect.poll(() => page.locator(`#node-${before} i`).textContent(), { timeout: 15_000 }).toBe('up');
    };

    test(`loses nothing when the node of a page is killed, and when it is drained (${BALANCER})`, async () => {
      await page.getByLabel('A note').fill('kept');
      await page.getByLabel('A note').press('Enter');
      await part('Notes').getByText('kept').waitFor();
      await page.getByLabel('A note').pressSequentially('half a sen');
      await page.evaluate(() => Object.assign(window, { isSame: true }));
      await click('KeptCounter', 2);
      await click('Counter', 2);
      for (const name of ['KeptCounter', 'Counter']) await expect.poll(() => count(name)).toBe('2');

      await leaveBy('kill -9');
      await expect.poll(() => count('KeptCounter'), { timeout: 15_000 }).toBe('5');
      await expect.poll(() => count('Counter')).toBe('0');

      await leaveBy('Drain, restart');
      await expect.poll(() => count('KeptCounter'), { timeout: 15_000 }).toBe('8');
      await isLive(page);

      await page.getByLabel('A note').press('End');
      await page.getByLabel('A note').pressSequentially('tence');
      await page.getByLabel('A note').press('Enter');
      await part('Notes').getByText('half a sentence').waitFor();
      expect(await part('Notes').locator('li span').allTextContents()).toEqual(['kept', 'half a sentence']);
      expect(await page.evaluate(() => 'isSame' in window)).toBe(true);
      expect(faults.filter((fault) => !/^Failed to load resource/.test(fault))).toEqual([]); // what a dead node did not answer

      const processes = await pids();
      await cluster.stop();
      expect(processes).toHaveLength(3);
      for (const pid of processes) await expect.poll(() => isRunning(pid)).toBe(false);
      expect(readdirSync(cluster.folder)).toEqual([]);
    });
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
