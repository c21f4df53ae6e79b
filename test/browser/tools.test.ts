// The tools for developers: the debug log, the simulated latency, what updates touch, and the word on what a component throws.
import { html, LiveComponent, topic } from 'htmx-liveview';
import type { BrowserContext, Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LiveviewTools } from '../../htmx-ext/tools-api.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';
import { Gate } from '../support/gate.ts';

declare const liveview: LiveviewTools;

const steps = topic<number>('tools steps');

/** Adds rows, takes a password, counts what is published, and throws when it is told to. */
class Bench extends LiveComponent {
  static component = 'test.Bench';
  static events = { add: true, login: true, fail: true, cause: true, upload: true };
  static uploads = { bytes: 1000 };
  rows = ['one'];
  step = 0;
  upto = '';
  mount() {
    this.subscribe(steps, (step) => {
      this.step = step;
      this.upto += ` ${step}`;
    });
  }
  add() {
    this.rows.push(`row ${this.rows.length + 1}`);
  }
  login() {}
  upload(fields: { file?: File }) {
    this.rows.push(fields.file?.name ?? 'nothing');
  }
  fail() {
    throw new Error('on purpose');
  }
  cause() {
    throw new Error('outer', { cause: new RangeError('inner') });
  }
  render() {
    return html`
      <ul>${this.rows.map((row, at) => html`<li id="row-${at}">${row}</li>`)}</ul>
      <p id="step">${this.step}</p>
      <p id="upto">${this.upto}</p>
      <button id="add" lv-event="add" name="by" value="2">Add</button>
      <button id="typo" lv-event="fial">Typo</button><button id="fail" lv-event="fail">Fail</button><button id="cause" lv-event="cause">Cause</button>
      <form id="login" lv-event="login"><input name="user" value="ann"><input name="key" type="password" value="hunter2"><button>In</button></form>
      <form id="upload" lv-event="upload" hx-encoding="multipart/form-data"><input name="file" type="file"><button>Up</button></form>`;
  }
}

/** Has no ids: each change brings its whole content. */
class Plain extends LiveComponent {
  static component = 'test.Plain';
  static events = { more: true };
  count = 0;
  more() {
    this.count++;
  }
  render() {
    return html`<b>${this.count}</b><button lv-event="more">More</button>`;
  }
}

/** Can be shown, and not be live. */
class NeverLive extends LiveComponent {
  static component = 'test.NeverLive';
  mount() {
    if (this.connected) throw new TypeError('not today');
  }
  render() {
    return '<p>static</p>';
  }
}

describeInBrowser('the tools', (visit, htmx) => {
  let app: TestApp;
  beforeEach(() => start());
  afterEach(async () => {
    await app.close();
    vi.unstubAllEnvs();
  });

  async function start(): Promise<void> {
    app = await startApp({
      components: [Bench, Plain, NeverLive],
      before: (it) => {
        it.use((_req, res, next) => {
          res.setHeader('Content-Security-Policy', "default-src 'self'; img-src 'self' data:");
          next();
        });
      },
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/page', async (req, res) => {
          const isAlone = req.query.never === 'alone';
          const shown = isAlone ? [] : [await live.render(req, Bench), await live.render(req, Plain)];
          if (req.query.never !== undefined) shown.push(await live.render(req, NeverLive));
          res.send(
            `<!doctype html><meta charset="utf-8"><meta name="htmx-config" content='{"includeIndicatorStyles":false,"includeIndicatorCSS":false}'>
            <link rel="icon" href="data:,"><script src="/htmx.js"></script><script src="/live/liveview.min.js"></script>
            <body hx-ext="liveview">${shown.join('')}<input id="beside">`,
          );
        });
      },
    });
  }

  /** Opens the page, and gathers what the console says. */
  async function open(
    query = '',
    context?: BrowserContext,
  ): Promise<{ page: Page; said: string[]; faults: string[]; context: BrowserContext }> {
    const visitor = await visit();
    const page = context ? await context.newPage() : visitor.page;
    const said: string[] = [];
    // what Chromium thinks of the page's markup is not ours
    page.on('console', (message) => message.text().startsWith('[DOM]') || said.push(message.text()));
    await page.goto(`${app.url}/page${query}`);
    if (query === '') await isLive(page);
    return { page, said, faults: visitor.faults, context: context ?? visitor.context };
  }
  const says = (said: readonly string[], line: RegExp) =>
    expect.poll(() => said.find((it) => line.test(it)) ?? said.join('\n'), { timeout: 5000 }).toMatch(line);
  const kept = (page: Page) => page.evaluate(() => localStorage.getItem('liveview'));
  const files = (page: Page) =>
    page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .filter((name) => name.includes('tools')),
    );
  const badge = (page: Page) => page.getByText('Simulated latency');
  const rows = (page: Page, count: number) =>
    expect.poll(() => page.locator('li').count(), { timeout: 8000 }).toBe(count);

  test('are not even loaded where nobody asks for them', async () => {
    const { page, said } = await open();
    await page.click('#add');
    await rows(page, 2);
    expect(await page.evaluate(() => Object.keys(liveview))).toEqual(['debug', 'latency', 'highlight']);
    expect([await files(page), await kept(page), said]).toEqual([[], null, []]);
    expect(await page.locator('liveview-tools').count()).toBe(0);
  });

  describe('the debug log', () => {
    test('has a line for each event and update, says how it ended, and ends when it is turned off', async () => {
      const { page, said, faults } = await open();
      await page.evaluate(() => liveview.debug());
      await says(said, /htmx-liveview: the debug log is on.*liveview\.debug\(false\)/);
      await page.click('#add');
      await says(said, /^liveview ↑ add · test\.Bench \S+ · by=2 /);
      await says(said, /^liveview ↓ test\.Bench \S+ v1 → v2 · after #row-0 · \d+ B · [\d.]+ ms /);
      await says(said, /^liveview ✓ add #1 · 200 · \d+ ms /);
      await page.click('#fail');
      await says(said, /^liveview ✗ fail #2 · 500 · \d+ ms /);
      await says(said, /^liveview ✗ test\.Bench \S+ threw in fail\(\): Error: on purpose/);
      expect(await kept(page)).toBe('{"debug":true}');
      await page.evaluate(() => liveview.debug(false));
      await says(said, /debug log is off/);
      said.length = 0;
      await page.click('#add');
      await rows(page, 3);
      expect([said, await kept(page), faults.filter((it) => !/500/.test(it))]).toEqual([[], null, []]);
    });

    test('is still on after a reload, from the first word on', async () => {
      const { page, said } = await open();
      await page.evaluate(() => liveview.debug());
      await says(said, /debug log is on/);
      said.length = 0;
      await page.reload();
      await isLive(page);
      await says(said, /still on: debug\(\)/);
      await says(said, /^liveview ● connected \(stream\)/);
      await says(said, /^liveview ↑ subscribe · test\.Bench \S+ test\.Plain \S+/);
      await says(said, /^liveview ✓ subscribe · \S+ v1, \S+ v1 · \d+ ms/);
    });

    test('never shows what stands in a password field, shown or hidden', async () => {
      const { page, said } = await open();
      await page.evaluate(() => liveview.debug());
      await says(said, /debug log is on/);
      await page.click('#login button');
      await says(said, /^liveview ↑ login .*user=ann key=•••/);
      await page.evaluate(() => {
        const field = document.querySelector('[name=key]') as HTMLInputElement;
        field.name = 'new_password';
        field.type = 'text'; // as "show password" does it
      });
      await page.click('#login button');
      await says(said, /^liveview ↑ login .*user=ann new_password=•••/);
      await says(said, /✓ login #2/);
      expect(said.join()).not.toContain('hunter2');
    });

    test('takes fields of any name, and signs of any kind in a line, for what they are', async () => {
      const { page, said, faults } = await open();
      await page.evaluate(() => liveview.debug());
      await says(said, /debug log is on/);
      for (const [at, name] of ['constructor', '__proto__'].entries()) {
        await page.evaluate((name) => {
          const field = document.querySelector('[name=user],[name=constructor]') as HTMLInputElement;
          Object.assign(field, { name, value: '9 %o' });
        }, name);
        await page.click('#login button');
        await says(said, new RegExp(`^liveview ↑ login .*${name}=9 %%o`)); // the console writes one of them
        await says(said, new RegExp(`✓ login #${at + 1}`)); // then the form has the server's values
      }
      expect(faults).toEqual([]);
    });

    test('tells of a network that fails: the stream, the tries, and what was lost', async () => {
      const gate = new Gate(Number(new URL(app.url).port));
      const { page, said } = await open();
      await page.goto(`${await gate.listen()}/page`);
      await isLive(page);
      await page.evaluate(() => liveview.debug());
      await says(said, /debug log is on/);
      gate.mode = 'refuse';
      gate.cut();
      await says(said, /^liveview ○ disconnected/);
      await says(said, /^liveview ○ reconnecting in \d+ ms/);
      await page.click('#add');
      gate.mode = 'pass';
      await says(said, /^liveview ✓ add #1 · 200/);
      await page.evaluate(() => document.querySelector('[data-component="test.Bench"]')?.setAttribute('data-x', ''));
      await page.click('#add');
      app.live.disconnect({ match: () => true });
      await says(said, /^liveview ✗ test\.Bench \S+ is gone: ended/);
      await page.click('#add');
      await says(said, /^liveview ✗ add · lost: gone/);
      await gate.close();
    });
  });

  describe('the simulated latency', () => {
    test('makes an event wait there and back, is seen, and is kept for other pages, until its badge is clicked', async () => {
      const { page, said, context } = await open();
      await page.evaluate(() => liveview.latency(600));
      await badge(page).waitFor();
      await says(said, /latency is 600 ms.*liveview\.latency\(0\)/);
      expect(await kept(page)).toBe('{"latency":600}');
      const took = await page.evaluate(async () => {
        const start = performance.now();
        document.querySelector<HTMLElement>('#add')?.click();
        while (document.querySelectorAll('li').length < 2) await new Promise(requestAnimationFrame);
        return performance.now() - start;
      });
      expect(took).toBeGreaterThan(595);
      expect(took).toBeLessThan(1500);
      const other = await open('', context);
      await badge(other.page).waitFor();
      await other.page.getByRole('button', { name: 'Turn the simulated latency off' }).click();
      await expect.poll(() => badge(other.page).count()).toBe(0);
      await expect.poll(() => badge(page).count()).toBe(0); // told by the storage
      expect(await kept(page)).toBe(null);
    });

    test('lets frames come later, in their order, and at once when it is turned off', async () => {
      const { page } = await open();
      await page.evaluate(() => liveview.latency(1000));
      await badge(page).waitFor();
      const start = performance.now();
      for (let step = 1; step <= 5; step++) {
        app.live.publish(steps, step);
        await new Promise(setImmediate);
      }
      await expect.poll(() => page.locator('#upto').textContent(), { interval: 20 }).toBe(' 1 2 3 4 5');
      expect(performance.now() - start).toBeGreaterThan(490);
      app.live.publish(steps, 6);
      await page.evaluate(() => liveview.latency(0));
      await expect.poll(() => page.locator('#step').textContent()).toBe('6');
    });

    test('keeps a page that hears more than it may hear unacknowledged, and an upload', async () => {
      const { page } = await open();
      await page.evaluate(() => liveview.latency(2000));
      await badge(page).waitFor();
      for (let step = 1; step <= 60; step++) {
        app.live.publish(steps, step);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await page.setInputFiles('[type=file]', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
      await page.click('#upload button');
      await expect.poll(() => page.locator('#step').textContent(), { timeout: 15_000 }).toBe('60');
      await expect.poll(() => page.locator('li').allTextContents(), { timeout: 15_000 }).toContain('a.txt');
      expect(app.live.stats()).toMatchObject({ streams: 1, instances: 2 });
    });

    test('refuses what is no such time, and says what it takes', async () => {
      const { page, said } = await open();
      for (const given of ['"soon"', '-1', '1e9', 'NaN']) {
        said.length = 0;
        await page.evaluate(`liveview.latency(${given})`);
        await says(said, /liveview\.latency\(\): expected milliseconds from 0 to 5000, got/);
      }
      expect([await badge(page).count(), await kept(page)]).toEqual([0, null]);
    });
  });

  test('take junk in the storage for nothing', async () => {
    const { page, said } = await open();
    for (const junk of [
      '{',
      'null',
      '[]',
      '"yes"',
      '{"latency":"long","debug":"no","highlight":1}',
      '{"latency":-5}',
    ]) {
      await page.evaluate((text) => localStorage.setItem('liveview', text), junk);
      await page.reload();
      await isLive(page);
      await page.click('#add');
      await rows(page, 2);
      expect([said, await page.locator('liveview-tools').count()], junk).toEqual([[], 0]);
    }
  });

  test('hold no page up where their file can’t be had', async () => {
    const { page, context } = await open();
    const thrown: string[] = [];
    page.on('pageerror', ({ message }) => thrown.push(message));
    await context.route('**/liveview-tools.js*', (route) => route.abort());
    await page.evaluate(() => localStorage.setItem('liveview', '{"debug":true}'));
    await page.reload();
    await isLive(page);
    await page.click('#add');
    await rows(page, 2);
    await page.click('#fail'); // nobody can show what was thrown
    await page.click('#add');
    await rows(page, 3);
    expect(thrown).toEqual([]);
  });

  test('work where no storage can be had, for as long as the page is there', async () => {
    const visitor = await visit();
    await visitor.page.addInitScript(() =>
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('no', 'SecurityError');
        },
      }),
    );
    const said: string[] = [];
    visitor.page.on('console', (message) => said.push(message.text()));
    await visitor.page.goto(`${app.url}/page`);
    await isLive(visitor.page);
    await visitor.page.evaluate(() => liveview.latency(100));
    await badge(visitor.page).waitFor();
    await says(said, /ends with this page/);
    expect(visitor.faults).toEqual([]);
  });

  describe('the highlight', () => {
    /** The frames that are seen, each with its kind and name, as soon as there are any. */
    const flashes = (page: Page) =>
      page.evaluate(async () => {
        const found = () => [
          ...(document.querySelector('liveview-tools')?.shadowRoot?.querySelectorAll('.frame') ?? []),
        ];
        while (found().length === 0) await new Promise(requestAnimationFrame);
        return found().map((it) => [it.className, it.textContent]);
      });
    const lit = async () => {
      const opened = await open();
      await opened.page.evaluate(() => liveview.highlight());
      await says(opened.said, /what updates touch is highlighted/);
      return opened;
    };

    test('frames the regions that a patch touched, for a moment, and nothing of the page knows', async () => {
      const { page, faults } = await lit();
      await page.evaluate(() => {
        const seen: string[] = [];
        Object.assign(window, { seen });
        const note = (records: MutationRecord[]) => {
          for (const { target, addedNodes } of records)
            seen.push(
              `${(target as Element).id || target.nodeName}+${[...addedNodes].map((it) => (it as Element).id)}`,
            );
        };
        new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
      });
      const before = await page.locator('#step').boundingBox();
      app.live.publish(steps, 7);
      expect(await flashes(page)).toEqual([
        ['frame region', '#step'],
        ['frame region', '#upto'],
      ]);
      await expect.poll(() => page.locator('liveview-tools .frame').count()).toBe(0);
      expect(await page.locator('#step').boundingBox()).toEqual(before);
      await page.click('#add');
      expect(await flashes(page)).toContainEqual(['frame region', '#row-1']);
      const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
      expect(seen.join()).not.toMatch(/TOOLS|frame/i);
      expect(faults).toEqual([]);
    });

    test('frames nothing on a page that nobody sees, where no frame would ever end', async () => {
      const { page } = await lit();
      await page.evaluate(() => Object.defineProperty(document, 'hidden', { get: () => true, configurable: true }));
      app.live.publish(steps, 8);
      await expect.poll(() => page.textContent('#step')).toBe('8');
      expect(await page.locator('liveview-tools .frame').count()).toBe(0);
      await page.evaluate(() => Reflect.deleteProperty(document, 'hidden'));
      app.live.publish(steps, 9);
      expect(await flashes(page)).toContainEqual(['frame region', '#step']);
    });

    test('frames a component whose whole content came in another way, and what differs in it', async () => {
      const { page } = await lit();
      await page.getByText('More').click();
      expect(await flashes(page)).toEqual([
        ['frame whole', 'test.Plain: whole content'],
        ['frame part', ''],
      ]);
      await page.evaluate(() => liveview.highlight(false));
      await expect.poll(() => kept(page)).toBe(null);
      await expect.poll(() => page.locator('liveview-tools .frame').count()).toBe(0);
      await page.getByText('More').click();
      await expect.poll(() => page.locator('b').textContent()).toBe('2');
      expect(await page.locator('liveview-tools .frame').count()).toBe(0);
    });

    test('is switched by another page of the site, such as the inspector', async () => {
      const { page, context } = await open();
      const other = await open('', context);
      await other.page.evaluate(() => localStorage.setItem('liveview', '{"highlight":true}'));
      await expect.poll(() => files(page)).not.toEqual([]);
      await expect
        .poll(async () => {
          await page.getByText('More').click();
          return page.locator('liveview-tools .frame').count();
        })
        .toBeGreaterThan(0);
    });
  });

  describe('what a component throws', () => {
    const dialog = (page: Page) => page.getByRole('dialog');

    test('is told from an event that it has not, which is shown with the one that was meant', async () => {
      const { page, said } = await open();
      await page.evaluate(() => void liveview.debug());
      await page.click('#typo');
      await dialog(page).waitFor();
      expect(await dialog(page).getByRole('heading').textContent()).toBe('test.Bench refused the event fial');
      expect(await dialog(page).getByRole('alert').textContent()).toMatch(/^no event "fial"; did you mean "fail"\?/);
      await says(said, /^liveview ✗ test\.Bench \S+ refused fial\(\): no event "fial"/);
    });

    test('is shown with its component, event, message and stack, and Escape closes it', async () => {
      const { page, faults } = await open();
      await page.click('#cause');
      await dialog(page).waitFor();
      expect(await dialog(page).getByRole('heading').textContent()).toBe('test.Bench threw on the event cause');
      expect(await dialog(page).getByRole('alert').textContent()).toBe('Error: outer');
      expect(await dialog(page).locator('.at').textContent()).toMatch(/test\/browser\/tools\.test\.ts:\d+/);
      expect(await dialog(page).locator('.own').first().textContent()).toMatch(/tools\.test\.ts/);
      expect(await dialog(page).locator('pre').textContent()).toMatch(/\[cause\]: RangeError: inner/);
      expect(await dialog(page).locator('.foreign').first().textContent()).toMatch(/node:|node_modules|htmx-liveview:/);
      expect(faults.filter((it) => !/500/.test(it))).toEqual([]);
      await page.keyboard.press('Escape');
      await expect.poll(() => dialog(page).count()).toBe(0);
    });

    test('takes neither the focus nor the page, and can be read with the keyboard', async () => {
      const { page } = await open();
      await page.focus('#beside');
      await page.evaluate(() => document.querySelector<HTMLElement>('#fail')?.click());
      await dialog(page).waitFor();
      await page.keyboard.type('still here');
      expect(await page.inputValue('#beside')).toBe('still here');
      await page.click('#add');
      await rows(page, 2);
      await page.focus('#beside');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect.poll(() => dialog(page).count()).toBe(0);
    });

    test('is counted where it comes again, and leafed through where there is more', async () => {
      const { page } = await open();
      for (let n = 0; n < 3; n++) await page.click('#fail');
      await expect.poll(() => dialog(page).locator('.times').textContent()).toBe('× 3');
      await page.click('#cause');
      await dialog(page).getByText('1 of 2').waitFor();
      await dialog(page).getByRole('button', { name: 'The next fault' }).press('Enter');
      expect(await dialog(page).getByRole('alert').textContent()).toBe('Error: outer');
      await page.keyboard.press('Enter'); // the button still has the focus
      await dialog(page).getByText('1 of 2').waitFor();
      await dialog(page).getByRole('button', { name: 'Close' }).click();
      await expect.poll(() => dialog(page).count()).toBe(0);
    });

    test.each(['?never', '?never=alone'])('is shown where it keeps a component from going live (%s)', async (query) => {
      const { page } = await open(query);
      await dialog(page).getByText('test.NeverLive threw in mount()').waitFor();
      expect(await dialog(page).getByRole('alert').textContent()).toBe('TypeError: not today');
      await page.locator('[data-component="test.NeverLive"].lv-gone').waitFor();
    });

    test('is shown on the page alone that it concerns, where tabs share a stream', async () => {
      const { page, context } = await open();
      const others: Page[] = [];
      for (let n = 0; n < 5; n++) others.push((await open('', context)).page);
      await vi.waitFor(() => expect(app.live.stats().streams).toBe(1), 8000);
      await Promise.all([page, ...others].map(isLive));
      await page.click('#fail');
      await dialog(page).waitFor();
      const last = others.at(-1) as Page;
      await last.click('#cause');
      await dialog(last).getByText('outer').first().waitFor();
      for (const other of others.slice(0, -1)) expect(await dialog(other).count()).toBe(0);
      expect(await dialog(page).getByText('outer').count()).toBe(0);
    });

    test('is nobody’s business in production', async () => {
      await app.close();
      vi.stubEnv('NODE_ENV', 'production');
      await start();
      const { page, said } = await open();
      await page.evaluate(() => liveview.debug());
      await says(said, /debug log is on/);
      await page.click('#fail');
      await says(said, /^liveview ✗ fail #1 · 500/);
      await page.click('#add');
      await says(said, /^liveview ✓ add #2/);
      expect(said.join()).not.toContain('purpose');
      expect(await dialog(page).count()).toBe(0);
    });
  });
});
