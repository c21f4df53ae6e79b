// What docs/guides/htmx-4.md says of the two versions of htmx, tried with both.
import { createRequire } from 'node:module';
import { html, LiveComponent, raw } from 'htmx-liveview';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';

const compat = createRequire(import.meta.url).resolve('htmx4/dist/ext/htmx-2-compat.min.js');

class Sink extends LiveComponent<{ markup: string }> {
  static component = 'test.Sink4';
  static events = { go: true, tell: true, fail: true };
  static got: Record<string, unknown>[] = [];

  go(fields: object) {
    Sink.got.push({ ...fields });
  }
  tell() {
    this.browser.push('rate');
  }
  fail() {
    throw new Error('on purpose');
  }
  render() {
    return html`<i>content</i>${raw(this.session.markup)}`;
  }
}

describeInBrowser('from htmx 2 to 4', (visit, htmx, version) => {
  let app: TestApp;
  beforeEach(async () => {
    Sink.got = [];
  });
  afterEach(() => app.close());

  async function open(markup: string, { config = {}, scripts = [] as string[], around = (it: string) => it } = {}) {
    app = await startApp({
      components: [Sink],
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/compat.js', (_req, res) => res.sendFile(compat));
        it.get('/plain', (_req, res) => void res.send('<b id="plain">fetched</b>'));
        it.get('/broken', (_req, res) => void res.status(500).send('broken'));
        it.get(
          '/away',
          (_req, res) =>
            void res.send(
              '<!doctype html><html><head><title>t</title></head><body hx-ext="liveview"><p id="there">there</p></body></html>',
            ),
        );
        it.get('/page', async (req, res) => {
          const tags = ['/htmx.js', ...scripts, '/live/liveview.js'].map((src) => `<script src="${src}"></script>`);
          const component = around(String(await live.render(req, Sink, { markup })));
          res.send(
            `<!doctype html><html><head><title>t</title><link rel="icon" href="data:,"><meta name="htmx-config" content='${JSON.stringify(config)}'>${tags.join('')}</head><body hx-ext="liveview">${component}</body></html>`,
          );
        });
      },
    });
    const visitor = await visit();
    await visitor.page.goto(`${app.url}/page`);
    return visitor;
  }
  /** Whether a click asks before it sends. */
  async function asks(markup: string, options: Parameters<typeof open>[1] = {}): Promise<boolean> {
    const { page } = await open(markup, options);
    await isLive(page);
    let asked = false;
    page.on('dialog', (dialog) => {
      asked = true;
      void dialog.accept();
    });
    await page.locator('#e').click();
    await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
    return asked;
  }
  const button = '<button id="e" lv-event="go">x</button>';

  test('an attribute around a live element counts in 2; in 4 it says :inherited', async () => {
    expect(await asks(`<div hx-confirm="Sure?">${button}</div>`)).toBe(version === '2');
  });

  test.runIf(version === '4')(':inherited brings it back', async () => {
    expect(await asks(`<div hx-confirm:inherited="Sure?">${button}</div>`)).toBe(true);
  });

  test.runIf(version === '4')('so does implicitInheritance for all', async () => {
    expect(await asks(`<div hx-confirm="Sure?">${button}</div>`, { config: { implicitInheritance: true } })).toBe(true);
  });

  test.runIf(version === '4')('and htmx’s own extension for compatibility', async () => {
    expect(await asks(`<div hx-confirm="Sure?">${button}</div>`, { scripts: ['/compat.js'] })).toBe(true);
  });

  test('hx-ext says where the extension is in force, in both', async () => {
    const { page } = await open(button, { around: (it) => `${it}<div hx-ext="ignore:liveview">${it}</div>` });
    await page.waitForFunction(() => document.querySelectorAll('.lv-connected').length === 1);
    expect(await page.locator('[data-id]').count()).toBe(2);
    await page.locator('#e').last().click();
    await page.locator('#e').first().click();
    await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
  });

  test.runIf(version === '4').each([
    ['sse, liveview', true],
    ['sse', false],
  ])('a list of extensions in the configuration, %j, has to name it', async (extensions, isThere) => {
    const { page } = await open(button, { config: { extensions } });
    if (isThere) await isLive(page);
    await page.locator('#e').click();
    if (isThere) await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
    else expect(Sink.got).toHaveLength(0);
  });

  test('what turns htmx off turns live events off: hx-disable in 2, hx-ignore in 4', async () => {
    const off = version === '2' ? 'hx-disable' : 'hx-ignore';
    const { page } = await open(
      `<div ${off}><button id="off" lv-event="go" name="off" value="1">x</button></div>${button}`,
    );
    await isLive(page);
    await page.locator('#off').click();
    await page.locator('#e').click();
    await vi.waitFor(() => expect(Sink.got).toEqual([{}]));
  });

  test('the events of a request have their version’s names, on live elements as elsewhere', async () => {
    const { page } = await open(button);
    await isLive(page);
    const names = await page.evaluate(() => {
      const seen: string[] = [];
      for (const name of [
        'configRequest',
        'beforeRequest',
        'afterRequest',
        'config:request',
        'before:request',
        'after:request',
        'finally:request',
        'afterSwap',
        'after:swap',
      ])
        document.addEventListener(`htmx:${name}`, () => seen.push(name));
      document.querySelector<HTMLButtonElement>('#e')?.click();
      return new Promise<string[]>((resolve) => setTimeout(() => resolve(seen), 500));
    });
    expect(names).toEqual(
      version === '2'
        ? ['configRequest', 'beforeRequest', 'afterRequest']
        : ['config:request', 'before:request', 'after:request', 'finally:request'],
    );
  });

  test('a live event that fails swaps nothing; 4 swaps what htmx’s own request got, 2 does not', async () => {
    const { page } = await open('<button id="e" lv-event="fail">x</button>', {
      around: (it) => `${it}<p id="own" hx-get="/broken" hx-trigger="click">as it was</p>
        <p id="quiet" hx-get="/broken" hx-status:5xx="swap:none" hx-trigger="click">as it was</p>`,
    });
    await isLive(page);
    await page.locator('#e').click();
    await vi.waitFor(() => expect(app.errors).toHaveLength(1));
    await page.waitForFunction(() => !document.querySelector('.htmx-request'));
    expect(await page.locator('[data-id] > i').textContent()).toBe('content');
    for (const id of ['#own', '#quiet']) {
      const answered = page.waitForResponse('**/broken');
      await page.locator(id).click();
      await answered;
    }
    await page.waitForFunction(() => !document.querySelector('.htmx-request'));
    await expect.poll(() => page.locator('#own').textContent()).toBe(version === '2' ? 'as it was' : 'broken');
    expect(await page.locator('#quiet').textContent()).toBe('as it was');
    expect(await page.locator('#e').textContent()).toBe('x');
  });

  test('Back after a boosted navigation brings a live component, in both', async () => {
    const boost = version === '2' ? 'hx-boost' : 'hx-boost:inherited';
    const { page, faults } = await open(button, {
      around: (it) => `${it}<div ${boost}="true"><a id="away" href="/away">away</a></div>`,
    });
    await isLive(page);
    await page.evaluate(() => Object.assign(window, { mark: 1 }));
    await page.locator('#away').click();
    await page.locator('#there').waitFor();
    expect(await page.locator('[data-id]').count()).toBe(0);
    await page.goBack();
    await page.locator('[data-id]').waitFor();
    await isLive(page);
    expect(await page.evaluate(() => (window as unknown as { mark?: number }).mark)).toBe(1);
    await page.locator('#e').click();
    await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
    expect(faults).toEqual([]);
  });

  test('what a component pushes triggers htmx elsewhere in the page', async () => {
    const { page } = await open('<button id="e" lv-event="tell">x</button>', {
      around: (it) => `${it}<p hx-get="/plain" hx-trigger="rate from:body"></p>`,
    });
    await isLive(page);
    await page.locator('#e').click();
    await page.locator('#plain').waitFor();
  });
});
