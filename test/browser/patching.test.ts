// Patching: the DOM changes only where the server's HTML changed.
import { html, LiveComponent, raw } from 'htmx-liveview';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive, type Visitor } from '../support/browser.ts';
import { Board, Card } from '../support/family.ts';

interface Row {
  readonly id: number;
  name: string;
  n: number;
}

class Lab extends LiveComponent {
  static component = 'test.Lab';
  static events = { buy: true };
  static live: Lab | undefined;
  rows: Row[] = [];
  kind = 'a';
  text = 'text';
  moved = '0px';
  extra = '';
  shape = 5;
  clicks = 0;

  mount() {
    this.rows = Array.from({ length: 20 }, (_, at) => ({ id: at + 1, name: `item ${at + 1}`, n: 42 }));
    if (this.connected) Lab.live = this;
  }
  buy({ id }: { readonly id?: unknown }) {
    const row = this.rows.find((it) => String(it.id) === id);
    if (row) row.n += 1;
  }
  render() {
    return html`
      <p id="text" class="said ${this.kind}" title="${this.text}">${this.text}</p>
      <details id="more"><summary>more</summary>${this.text}</details>
      <div id="box" style="height: 50px; overflow: auto; margin-left: ${this.moved}"><div style="height: 500px">${this.text}</div></div>
      <div id="widget"><span class="made-by-server">w</span></div>
      <video id="video" muted></video>
      <table><tbody id="rows">
        ${this.rows.map(
          ({ id, name, n }) => html`
        <tr id="r-${id}"><td>${id}</td><td>${name}</td><td>${n}</td><td><input name="note"></td><td><button lv-event="buy" name="id" value="${id}">buy</button></td></tr>`,
        )}
      </tbody></table>
      <svg id="svg" viewBox="0 0 100 20"><g id="shapes"><circle id="c" r="${this.shape}"/>${this.shape > 5 ? html`<rect id="re" width="${this.shape}"/>` : ''}</g></svg>
      <div id="extra">${raw(this.extra)}</div>`;
  }
}

describeInBrowser('patching', (visit, htmx) => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp({
      components: [Lab, Board, Card],
      routes: (it, live) => {
        const shell = (body: unknown) =>
          `<!doctype html><link rel="icon" href="data:,"><script src="/htmx.js"></script><script src="/live/liveview.js"></script><body hx-ext="liveview">${String(body)}`;
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/lab', async (req, res) => void res.send(shell(await live.render(req, Lab))));
        it.get('/board', async (req, res) => void res.send(shell(await live.render(req, Board))));
        it.get('/answer', (_req, res) => void res.send('answered'));
      },
    });
  });
  afterEach(() => app.close());

  const open = async (path: string): Promise<Visitor> => {
    const visitor = await visit();
    await visitor.page.goto(app.url + path);
    await isLive(visitor.page);
    return visitor;
  };
  /** Changes the state, and waits until the page has it. */
  const set = async (page: Page, work: (lab: Lab) => void) => {
    const after = page.evaluate(
      () =>
        new Promise<void>((resolve) =>
          document.addEventListener('liveview:after-update', () => resolve(), { once: true }),
        ),
    );
    await page.evaluate(() => 0);
    work(Lab.live as Lab);
    await after;
  };
  /** Notes every change of the DOM below the component. */
  const observe = (page: Page) =>
    page.evaluate(() => {
      const changes: string[] = [];
      const name = (node: Node): string => (node instanceof Element ? node.id || node.localName : node.nodeName);
      const row = (node: Node) => (node instanceof Element ? node : node.parentElement)?.closest('[id]')?.id ?? '';
      const take = (records: MutationRecord[]) => {
        for (const it of records)
          changes.push(
            `${it.type} ${row(it.target)} ${[...it.addedNodes].map((n) => `+${name(n)}`)}${[...it.removedNodes].map((n) => `-${name(n)}`)}`.trim(),
          );
      };
      const observer = new MutationObserver(take);
      observer.observe(document.querySelector('[data-id]') as Element, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
      const all = () => {
        take(observer.takeRecords());
        return changes.splice(0);
      };
      Object.assign(window, { changes: all });
    });
  const changes = (page: Page): Promise<string[]> =>
    page.evaluate(() => (window as unknown as { changes: () => string[] }).changes());

  test('one row changes: only its nodes are written', async () => {
    const { page } = await open('/lab');
    await observe(page);
    await page.locator('#r-7 button').click();
    await expect.poll(() => page.locator('#r-7 td').nth(2).textContent()).toBe('43');
    const written = (await changes(page)).filter((line) => !line.startsWith('attributes'));
    expect(written).toEqual(['characterData r-7']);
  });

  test('insert, move, swap and delete: untouched rows keep identity, focus and typed text', async () => {
    const { page } = await open('/lab');
    await page.locator('#r-5 input').fill('mine');
    await page.evaluate(() => {
      const rows = new Map([...document.querySelectorAll('tr')].map((row) => [row.id, row]));
      Object.assign(window, {
        same: () => [...document.querySelectorAll('tr')].every((row) => !rows.has(row.id) || rows.get(row.id) === row),
      });
    });
    const order = () => page.evaluate(() => [...document.querySelectorAll('tr')].map((row) => Number(row.id.slice(2))));
    const expectKept = async (lab: Lab) => {
      expect(await order()).toEqual(lab.rows.map(({ id }) => id));
      expect(await page.evaluate(() => (window as unknown as { same: () => boolean }).same())).toBe(true);
      expect(await page.locator('#r-5 input').inputValue()).toBe('mine');
      expect(await page.evaluate(() => document.activeElement?.closest('tr')?.id)).toBe('r-5');
    };
    await observe(page);
    await set(page, (lab) => lab.rows.unshift({ id: 99, name: 'new', n: 1 }));
    expect((await changes(page)).filter((line) => line.startsWith('childList')).length).toBeLessThanOrEqual(2);
    await expectKept(Lab.live as Lab);
    await set(page, (lab) => {
      const last = lab.rows.pop() as Row;
      const first = lab.rows.shift() as Row;
      lab.rows = [last, ...lab.rows, first];
    });
    await expectKept(Lab.live as Lab);
    await set(page, (lab) => lab.rows.splice(9, 2));
    await expectKept(Lab.live as Lab);
    await set(page, (lab) => lab.rows.reverse());
    await expectKept(Lab.live as Lab);
    await set(page, (lab) =>
      lab.rows.push(...Array.from({ length: 50 }, (_, at) => ({ id: 200 + at, name: 'more', n: at }))),
    );
    await expectKept(Lab.live as Lab);
  });

  test('classes, attributes, styles and nodes of other scripts survive; a widget is not made anew', async () => {
    const { page } = await open('/lab');
    await page.evaluate(() => {
      const text = document.querySelector('#text') as HTMLElement;
      text.classList.add('foreign');
      text.setAttribute('data-foreign', '1');
      text.style.color = 'red';
      const widget = document.querySelector('#widget') as HTMLElement;
      widget.append(document.createElement('canvas'));
      const box = document.querySelector('#box') as HTMLElement;
      box.style.borderTopWidth = '3px';
      document
        .querySelector('#rows')
        ?.append(Object.assign(document.createElement('tr'), { className: 'foreign-row' }));
      Object.assign(window, { widget: widget.firstElementChild });
    });
    await set(page, (lab) => Object.assign(lab, { kind: 'b', text: 'new', moved: '9px' }));
    await set(page, (lab) => lab.rows.push({ id: 77, name: 'x', n: 1 }));
    const text = page.locator('#text');
    expect(await text.getAttribute('class')).toBe('said foreign b');
    expect(await text.getAttribute('data-foreign')).toBe('1');
    expect(await text.evaluate((it) => it.style.color)).toBe('red');
    expect(await page.locator('#box').evaluate((it) => [it.style.borderTopWidth, it.style.marginLeft])).toEqual([
      '3px',
      '9px',
    ]);
    expect(await page.locator('#widget canvas').count()).toBe(1);
    expect(
      await page.evaluate(
        () => (window as unknown as { widget: Element }).widget === document.querySelector('.made-by-server'),
      ),
    ).toBe(true);
    expect(await page.locator('.foreign-row').count()).toBe(1);
  });

  test('open details, scroll positions, running transitions and media stay', async () => {
    const { page } = await open('/lab');
    await page.locator('summary').click();
    await page.evaluate(() => {
      (document.querySelector('#box') as Element).scrollTop = 40;
      const text = document.querySelector('#text') as HTMLElement;
      const animation = text.animate([{ opacity: 0 }, { opacity: 1 }], 60_000);
      const video = document.querySelector('video') as HTMLVideoElement;
      Object.assign(window, {
        still: () => [
          animation.playState,
          (document.querySelector('#box') as Element).scrollTop,
          video.isConnected,
          (document.querySelector('details') as HTMLDetailsElement).open,
        ],
      });
    });
    await set(page, (lab) => Object.assign(lab, { text: 'changed', kind: 'c' }));
    expect(await page.evaluate(() => (window as unknown as { still: () => unknown }).still())).toEqual([
      'running',
      40,
      true,
      true,
    ]);
  });

  test('SVG is patched as SVG', async () => {
    const { page } = await open('/lab');
    await set(page, (lab) => Object.assign(lab, { shape: 9 }));
    expect(await page.locator('#c').getAttribute('r')).toBe('9');
    expect(await page.locator('#re').evaluate((it) => it.namespaceURI)).toBe('http://www.w3.org/2000/svg');
  });

  test('scripts in patches don’t run, and new nodes are wired by htmx', async () => {
    const { page, faults } = await open('/lab');
    await set(page, (lab) =>
      Object.assign(lab, {
        extra:
          '<script>window.ran = 1</script><img src="data:," onerror="window.ran = 2"><button id="get" hx-get="/answer" hx-target="#widget">get</button>',
      }),
    );
    expect(await page.evaluate(() => (window as unknown as { ran?: number }).ran)).not.toBe(1);
    await page.locator('#get').click();
    await page.locator('#widget').getByText('answered').waitFor();
    expect(faults.filter((fault) => !/data:/.test(fault))).toEqual([]);
  });

  test('a page may cancel an update: it is shown when the same place changes again', async () => {
    const { page } = await open('/lab');
    await page.evaluate(() =>
      document.addEventListener('liveview:before-update', (event) => event.preventDefault(), { once: true }),
    );
    (Lab.live as Lab).text = 'cancelled';
    await page.waitForTimeout(200);
    expect(await page.locator('#text').textContent()).toBe('text');
    await set(page, (lab) => (lab.rows[0] as Row).n++);
    expect(await page.locator('#text').textContent()).toBe('text');
    await set(page, (lab) => Object.assign(lab, { text: 'shown' }));
    expect(await page.locator('#text').textContent()).toBe('shown');
    expect(await page.locator('#text').getAttribute('title')).toBe('shown');
  });

  test('children survive an update of their parent that was cancelled', async () => {
    const { page } = await open('/board');
    await page.locator('.card input').first().fill('typed');
    await page.evaluate(() =>
      document.addEventListener('liveview:before-update', (event) => event.preventDefault(), { once: true }),
    );
    if (Board.live) Board.live.order = [2, 1, 3];
    await page.waitForTimeout(150);
    expect(await page.locator('.card b').allTextContents()).toEqual(['card 1', 'card 2', 'card 3']);
    if (Board.live) Board.live.order = [2, 1, 3, 4];
    await expect
      .poll(() => page.locator('.card b').allTextContents())
      .toEqual(['card 2', 'card 1', 'card 3', 'card 4']);
    expect(await page.locator('.card').nth(1).locator('input').inputValue()).toBe('typed');
    await isLive(page);
    await page.locator('.card').nth(1).locator('button').click();
    await expect.poll(() => page.locator('.card').nth(1).locator('i').textContent()).toBe('1');
  });

  test('a remove that was cancelled is made good when the list changes again', async () => {
    const { page } = await open('/lab');
    await page.evaluate(() =>
      document.addEventListener('liveview:before-update', (event) => event.preventDefault(), { once: true }),
    );
    (Lab.live as Lab).rows.shift();
    await page.waitForTimeout(150);
    expect(await page.locator('#r-1').count()).toBe(1);
    await set(page, (lab) => lab.rows.shift());
    expect(await page.locator('#r-1,#r-2').count()).toBe(0);
    expect(await page.locator('#rows tr').count()).toBe(18);
  });

  test('a thousand rows turn round in a moment', async () => {
    const { page } = await open('/lab');
    await set(page, (lab) => {
      lab.rows = Array.from({ length: 1000 }, (_, at) => ({ id: at + 1, name: `item ${at}`, n: 1 }));
    });
    await page.evaluate(() => {
      let start = 0;
      document.addEventListener('liveview:before-update', () => (start = performance.now()));
      document.addEventListener('liveview:after-update', () =>
        Object.assign(window, { took: performance.now() - start }),
      );
    });
    await set(page, (lab) => lab.rows.reverse());
    expect(await page.evaluate(() => document.querySelector('#rows tr')?.id)).toBe('r-1000');
  });

  test('a region that another script has taken away is back when it changes', async () => {
    const { page } = await open('/lab');
    await page.evaluate(() => document.querySelector('#r-3')?.remove());
    await set(page, (lab) => Object.assign(lab, { kind: 'z' }));
    expect(await page.locator('#r-3').count()).toBe(0);
    await set(page, (lab) => (lab.rows[2] as Row).n++);
    expect(await page.evaluate(() => [...document.querySelectorAll('tr')].slice(0, 4).map(({ id }) => id))).toEqual([
      'r-1',
      'r-2',
      'r-3',
      'r-4',
    ]);
  });

  test('a root with hx-swap="transition:true" changes in view transitions, one after the other', async () => {
    const { page } = await open('/lab');
    await page.evaluate(() => {
      document.querySelector('[data-id]')?.setAttribute('hx-swap', 'innerHTML transition:true');
      let transitions = 0;
      const start = document.startViewTransition.bind(document);
      document.startViewTransition = (work) => {
        transitions++;
        return start(work);
      };
      Object.assign(window, { transitions: () => transitions });
    });
    const lab = Lab.live as Lab;
    lab.text = 'first';
    await new Promise((resolve) => setTimeout(resolve, 5));
    lab.text = 'second';
    await new Promise((resolve) => setTimeout(resolve, 5));
    lab.kind = 'last';
    await expect.poll(() => page.locator('#text').getAttribute('class')).toBe('said last');
    expect(await page.locator('#text').textContent()).toBe('second');
    expect(
      await page.evaluate(() => (window as unknown as { transitions: () => number }).transitions()),
    ).toBeGreaterThan(1);
  });

  test('children keep their state while their parent changes, moves and drops them', async () => {
    const { page, faults } = await open('/board');
    const card = (title: string) => page.locator('.card').filter({ hasText: title });
    await card('card 2').locator('button').click();
    await expect.poll(() => card('card 2').locator('i').textContent()).toBe('1');
    await card('card 2').locator('input').fill('typed');
    if (Board.live) Object.assign(Board.live, { order: [2, 3, 4], head: 'Moved' });
    await expect.poll(() => page.locator('.card').count()).toBe(3);
    await isLive(page);
    expect(await page.locator('.card b').allTextContents()).toEqual(['card 2', 'card 3', 'card 4']);
    expect(await card('card 2').locator('i').textContent()).toBe('1');
    expect(await card('card 2').locator('input').inputValue()).toBe('typed');
    await card('card 4').locator('button').click();
    await expect.poll(() => card('card 4').locator('i').textContent()).toBe('1');
    if (Board.live) Board.live.titles = { 4: 'renamed' };
    await expect.poll(() => page.locator('.card b').allTextContents()).toEqual(['card 2', 'card 3', 'renamed']);
    expect(await page.locator('.card').filter({ hasText: 'renamed' }).locator('i').textContent()).toBe('1');
    expect(faults).toEqual([]);
  });
});
