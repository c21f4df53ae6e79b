// Shared components in a browser: several places of one page, and several pages, show one instance.
import { html, LiveComponent } from 'htmx-liveview';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';

class Bell extends LiveComponent {
  static component = 'test.Bell';
  static scope = 'app';
  static events = { ring: true, slow: true, go: true };
  rings = 0;
  ring() {
    this.rings++;
  }
  go() {
    this.rings++;
    this.browser.title(`rung ${this.rings}`);
    this.browser.pushUrl(`?rings=${this.rings}`);
    this.browser.push('rung');
  }
  async slow() {
    await new Promise((resolve) => setTimeout(resolve, 1200));
    this.rings += 10;
  }
  render() {
    return html`<button lv-event="ring">ring</button><i lv-event="slow">slow</i><u lv-event="go">go</u><b>${this.rings}</b>`;
  }
}

class Brick extends LiveComponent {
  static component = 'test.Brick';
  render() {
    return html`<i>brick</i>`;
  }
}

/** One brick, whose token holds for those alone who have the house. */
class House extends LiveComponent {
  static component = 'test.House';
  static scope = 'app';
  render() {
    return html`<div>${this.child(Brick, {})}</div>`;
  }
}

/** More than one request can subscribe. */
class Wall extends LiveComponent {
  static component = 'test.Wall';
  static scope = 'app';
  render() {
    return html`<div>${Array.from({ length: 120 }, (_, key) => this.child(Brick, {}, { key }))}</div>`;
  }
}

describeInBrowser('a shared component', (visit, htmx) => {
  let app: TestApp;
  beforeEach(async () => {
    const page = (content: unknown) =>
      `<!doctype html><link rel="icon" href="data:,"><script src="/htmx.js"></script><script src="/live/liveview.js"></script><body hx-ext="liveview">${content}`;
    app = await startApp({
      components: [Bell, Brick, House, Wall],
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/wall', async (req, res) => void res.send(page(await live.render(req, Wall))));
        it.get('/page', async (req, res) => {
          const [one, two] = [await live.render(req, Bell), await live.render(req, Bell)];
          res.send(page(`<div id="one">${one}</div><div id="two">${two}</div>`));
        });
        // the brick comes when the test says so
        it.get('/house', async (req, res) => {
          const house = page(await live.render(req, House));
          const take =
            "document.addEventListener('DOMContentLoaded', () => { brick = document.querySelector('[data-id] [data-id]'); brick.remove() })";
          res.send(house.replace('<script', `<script>${take}</script><script`));
        });
      },
    });
  });
  afterEach(() => app.close());
  const open = async () => {
    const visitor = await visit();
    await visitor.page.goto(`${app.url}/page`);
    await isLive(visitor.page);
    return visitor;
  };

  test('shows the same in all its places, of one page and of others, and counts the clicks of each', async () => {
    const [ann, bob] = [await open(), await open()];
    expect(app.live.stats().instances).toBe(1);
    const shown = () =>
      Promise.all(
        [ann, bob].map(({ page }) =>
          page.evaluate(() => [...document.querySelectorAll('b')].map((it) => it.textContent)),
        ),
      );
    await ann.page.locator('#one button').click();
    await expect.poll(shown).toEqual([
      ['1', '1'],
      ['1', '1'],
    ]);
    for (let n = 0; n < 3; n++) await ann.page.locator('#two button').click();
    await bob.page.locator('#one button').click();
    await expect.poll(shown).toEqual([
      ['5', '5'],
      ['5', '5'],
    ]);
    expect([...ann.faults, ...bob.faults]).toEqual([]);
  });

  test('settles an event in the place alone where it was made', async () => {
    const ann = await open();
    await ann.page.locator('#one i').click();
    await expect.poll(() => ann.page.locator('#one i.htmx-request').count()).toBe(1);
    await ann.page.locator('#two i').click();
    await expect.poll(() => ann.page.locator('#two b').textContent(), { timeout: 8000 }).toBe('20');
    await expect.poll(() => ann.page.locator('.htmx-request').count()).toBe(0);
    expect(ann.faults).toEqual([]);
  });

  test('is in a page that comes later as it is, and goes on there', async () => {
    const ann = await open();
    await ann.page.locator('#one button').click();
    await expect.poll(() => ann.page.locator('#two b').textContent()).toBe('1');
    const html = await (await fetch(`${app.url}/page`)).text();
    expect(html.match(/<b>1<\/b>/g)).toHaveLength(2);
    await ann.page.reload();
    await isLive(ann.page);
    await ann.page.locator('#two button').click();
    await expect.poll(() => ann.page.locator('#one b').textContent()).toBe('2');
  });

  test('goes live with all that stands in it, also where its requests would overtake each other', async () => {
    const { page, faults } = await visit();
    let requests = 0;
    await page.route(/live\/subscribe/, async (route) => {
      if (requests++ === 0) await new Promise((resolve) => setTimeout(resolve, 300)); // a slow way
      await route.continue();
    });
    await page.goto(`${app.url}/wall`);
    await isLive(page);
    expect(requests).toBeGreaterThan(1);
    expect(faults).toEqual([]);
  });

  test('whose orders come to several places is obeyed once, and pushes to each of them', async () => {
    const ann = await open();
    await ann.page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      document.addEventListener('rung', ({ target }) => seen.push((target as Element).parentElement?.id ?? ''));
    });
    const found = () =>
      ann.page.evaluate(() => [history.length, location.search, document.title, (window as any).seen.join()]);
    const [length] = await found();
    await ann.page.locator('#two u').click();
    await expect.poll(found).toEqual([length + 1, '?rings=1', 'rung 1', 'one,two']);
    await ann.page.evaluate(() => document.querySelector('#one')?.remove());
    await ann.page.locator('#two u').click();
    await expect.poll(found).toEqual([length + 2, '?rings=2', 'rung 2', 'one,two,two']);
  });

  test.each(['is tried again', 'is not answered yet'])(
    'whose subscribe %s lets what is put into it wait',
    async (trouble) => {
      const { page, faults } = await visit();
      let first = true;
      let answer = () => {};
      const answered = new Promise<void>((resolve) => (answer = resolve));
      await page.route(/live\/subscribe/, async (route) => {
        if (!first) return route.continue();
        first = false;
        if (trouble === 'is tried again') return route.fulfill({ status: 503 });
        await answered;
        await route.continue();
      });
      const asked = page.waitForRequest(/live\/subscribe/);
      await page.goto(`${app.url}/house`);
      const request = await asked;
      if (trouble === 'is tried again') await request.response();
      await page.evaluate(() => document.querySelector('[data-id] div')?.append((window as any).brick));
      await page.locator('[data-id] [data-id].lv-connecting').waitFor();
      answer();
      await isLive(page);
      expect(app.refusals).toEqual([]);
      expect(faults.filter((fault) => !fault.includes('503'))).toEqual([]);
    },
  );
});
