// What stays what it is, and where it belongs, while the server changes what is around it: fields, choices, dialogs, the caret, htmx's timers.
import { html, LiveComponent } from 'htmx-liveview';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';

/** Shows what a test wants it to, and notes its events. */
class Stage extends LiveComponent {
  static component = 'test.Stage';
  static events = { note: true, long: true };
  static live: Stage | undefined;
  static view: (stage: Stage) => ReturnType<typeof html>;
  n = 0;
  text = '';
  noted: string[] = [];
  mount() {
    if (this.connected) Stage.live = this;
  }
  async long() {
    this.browser.push('told', 'first');
    for (const letter of 'abc') {
      this.text = letter.repeat(40_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.browser.push('told', 'second');
  }
  note(fields: object) {
    this.noted.push(JSON.stringify(fields));
  }
  render() {
    return Stage.view(this);
  }
}

describeInBrowser('in a page', (visit, htmx, version) => {
  let app: TestApp;
  beforeEach(async () => {
    Stage.live = undefined;
    const boost = version === '2' ? 'hx-boost="true"' : 'hx-boost:inherited="true"';
    const shell = (body: unknown) =>
      `<!doctype html><html><head><link rel="icon" href="data:,"><script src="/htmx.js"></script><script src="/live/liveview.js"></script></head><body hx-ext="liveview" ${boost}>${body}</body></html>`;
    app = await startApp({
      components: [Stage],
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/stage', async (req, res) => {
          res.send(shell(`${await live.render(req, Stage)}<a id="away" href="/away">away</a>`));
        });
        it.get('/away', (_req, res) => res.send(shell('<p id="there">there</p>')));
      },
    });
  });
  afterEach(() => app.close());

  const open = async (view: typeof Stage.view): Promise<Page> => {
    Stage.view = view;
    const { page } = await visit();
    await page.addInitScript(() => {
      const counted = window as unknown as { updates: number };
      counted.updates = 0;
      document.addEventListener('liveview:after-update', () => counted.updates++);
    });
    await page.goto(`${app.url}/stage`);
    await isLive(page);
    return page;
  };
  /** Changes the component, and waits until the page shows that. */
  const set = async (page: Page, n: number) => {
    const before = await page.evaluate(() => (window as unknown as { updates: number }).updates);
    (Stage.live as Stage).n = n;
    await page.waitForFunction((count) => (window as unknown as { updates: number }).updates > count, before);
  };
  const valuesOf = (page: Page) =>
    page.evaluate(() => Object.fromEntries(new FormData(document.querySelector('form') as HTMLFormElement)));

  test('what was typed stays in its field, when fields without ids come, go and are named anew', async () => {
    const page = await open(
      ({ n }) =>
        html`<form><label>Kind <input name="kind"></label>${n === 1 && html`<label>Company <input name="company"></label>`}
          <label>City <input name="city"></label>
          <label>${n === 1 ? 'VAT' : 'Phone'} <input name="${n === 1 ? 'vat' : 'phone'}"></label>
          ${n === 1 ? html`<label><textarea name="why"></textarea></label>` : html`<label><textarea name="note"></textarea></label>`}</form>`,
    );
    for (const name of ['kind', 'city', 'phone', 'note']) await page.locator(`[name=${name}]`).fill(`typed in ${name}`);
    await page.locator('[name=city]').focus();
    await set(page, 1);
    expect(await valuesOf(page)).toEqual({
      kind: 'typed in kind',
      company: '',
      city: 'typed in city',
      vat: '',
      why: '',
    });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('city');
  });

  test('a password does not become a nickname, and shows itself where the page wants that', async () => {
    const page = await open(({ n }) =>
      n < 2
        ? html`<form><label>Password <input type="${n === 0 ? 'password' : 'text'}" name="password"></label></form>`
        : html`<form><label>Nick <input type="text" name="nick"></label></form>`,
    );
    await page.locator('input').fill('secret');
    await set(page, 1);
    expect(await valuesOf(page)).toEqual({ password: 'secret' });
    expect(await page.locator('input').getAttribute('type')).toBe('text');
    await set(page, 2);
    expect(await valuesOf(page)).toEqual({ nick: '' });
  });

  test('a choice stays with its option, when others come before it; and goes with it', async () => {
    const lists = [
      ['Ulm', 'Bonn', 'Kiel'],
      ['Aachen', 'Ulm', 'Bonn', 'Zell'],
      ['Paris', 'Lyon', 'Nice'],
    ];
    const page = await open(
      ({ n }) =>
        html`<form><select name="city"><option value="">choose</option>${(lists[n] as string[]).map((it) => html`<option value="${it}">${it}</option>`)}</select>
          ${(lists[n] as string[]).map((it) => html`<label><input type="checkbox" name="all" value="${it}"> ${it}</label>`)}</form>`,
    );
    await page.locator('select').selectOption('Bonn');
    await page.locator('[value=Bonn][type=checkbox]').check();
    await set(page, 1);
    expect(await valuesOf(page)).toEqual({ city: 'Bonn', all: 'Bonn' });
    await set(page, 2);
    expect(await valuesOf(page)).toEqual({ city: '' });
  });

  test('items that go to another list stay the same elements, though something outside of a region changes too', async () => {
    const card = (id: string) => html`<li id="${id}"><input></li>`;
    const page = await open(({ n }) => {
      const [left, right] = n % 2 === 0 ? [['a', 'b'], []] : [['b'], ['a']];
      return html`<div id="${n < 4 ? 'board' : 'other'}"><h3>${left.length}</h3><ul id="left">${left.map(card)}</ul><h3>${right.length}</h3><section><ul id="right">${right.map(card)}</ul></section></div>`;
    });
    await page.locator('#a input').fill('typed');
    await page.locator('#a input').focus();
    const seen = () =>
      page.evaluate(() => {
        const input = document.querySelector('#a input') as HTMLInputElement;
        const lists = [...document.querySelectorAll('ul')].map((it) => [...it.children].map(({ id }) => id).join(' '));
        return [...lists, input.value, input === document.activeElement];
      });
    for (const n of [1, 2, 3]) {
      await set(page, n);
      expect(await seen()).toEqual(n === 2 ? ['a b', '', 'typed', true] : ['b', 'a', 'typed', true]);
    }
  });

  test('an element that is edited in place keeps its text and caret while it has the focus', async () => {
    const page = await open(
      ({ n }) =>
        html`<div id="edit" contenteditable="true" class="c-${n}">${n < 2 ? 'hello' : 'new'}<b>${n}</b></div><p>${n}</p><input>`,
    );
    await page.locator('#edit').click();
    await page.keyboard.press('Home');
    await page.keyboard.type('ab');
    await set(page, 1);
    await page.keyboard.type('cd');
    expect(await page.locator('#edit').textContent()).toBe('abcdhello0');
    expect(await page.locator('#edit').getAttribute('class')).toBe('c-1');
    await page.locator('input').focus();
    await set(page, 2);
    expect(await page.locator('#edit').textContent()).toBe('new2');
  });

  test('text that somebody has taken away or replaced shows what the server says when that changes', async () => {
    const page = await open(({ n }) => html`<div id="one">${n}</div><time id="two">${n}</time>`);
    await page.evaluate(() => {
      (document.querySelector('#one') as Element).replaceChildren();
      const icon = document.createElement('i');
      (document.querySelector('#two') as Element).replaceChildren('zero', icon);
    });
    await set(page, 1);
    expect(await page.locator('#one').innerHTML()).toBe('1');
    expect(await page.locator('#two').innerHTML()).toBe('1<i></i>');
  });

  test('a region that a swap of htmx has replaced is there once when the server changes it', async () => {
    const page = await open(({ n }) => html`<div><p id="box">${n}</p><i>after</i></div>`);
    await page.evaluate(() => {
      (document.querySelector('#box') as Element).outerHTML = '<p id="box">swapped</p>';
    });
    await set(page, 1);
    expect(await page.locator('[data-id] > div').innerHTML()).toBe('<p id="box">1</p><i>after</i>');
  });

  test('a modal dialog that the server closes leaves the page to be used', async () => {
    const page = await open(
      ({ n }) =>
        html`<button lv-event="note">${n}</button><dialog id="d" open="${n === 1}"><button id="in">in</button></dialog>`,
    );
    await set(page, 1);
    await page.evaluate(() => {
      const dialog = document.querySelector('dialog') as HTMLDialogElement;
      dialog.close();
      dialog.showModal();
    });
    await set(page, 2);
    expect(await page.evaluate(() => document.querySelector(':modal'))).toBe(null);
    await page.locator('[lv-event]').click({ timeout: 3000 });
    await vi.waitFor(() => expect(Stage.live?.noted).toHaveLength(1));
  });

  test('a field with autofocus has the focus whenever it comes, unless that is elsewhere', async () => {
    const page = await open(
      ({ n }) =>
        html`<input id="other">${n % 2 === 1 ? html`<form><input id="name" autofocus></form>` : html`<button id="edit">Edit</button>`}`,
    );
    const focused = () => page.evaluate(() => document.activeElement?.id ?? '');
    for (const n of [1, 3]) {
      await page.locator('#edit').focus();
      await set(page, n);
      expect(await focused()).toBe('name');
      await set(page, n + 1);
    }
    await page.locator('#other').focus();
    await set(page, 5);
    expect(await focused()).toBe('other');
  });

  test('values that change leave the timers of their element alone', async () => {
    const page = await open(
      ({ n }) =>
        html`<input name="q" lv-event="note" hx-trigger="input changed delay:300ms" hx-vals='{"n": ${n}}'>
          <i lv-event="note" hx-trigger="load" hx-vals='{"loaded": ${n}}'></i>`,
    );
    await vi.waitFor(() => expect(Stage.live?.noted).toEqual(['{"loaded":"0"}']));
    await page.locator('input').pressSequentially('hel');
    await set(page, 1);
    await page.locator('input').pressSequentially('lo');
    await vi.waitFor(() => expect(Stage.live?.noted).toEqual(['{"loaded":"0"}', '{"q":"hello","n":"1"}']));
    await set(page, 2);
    await page.locator('input').fill('bye');
    await vi.waitFor(() => expect(Stage.live?.noted).toHaveLength(3));
    expect(Stage.live?.noted.at(-1)).toBe('{"q":"bye","n":"2"}');
  });

  test('orders come once and in order, though more came by the stream meanwhile than the answer could carry', async () => {
    const page = await open(({ text }) => html`<button lv-event="long">go</button><p>${text}</p>`);
    await page.evaluate(() => {
      const told: unknown[] = [];
      Object.assign(window, { told });
      document.addEventListener('told', (event) => told.push((event as CustomEvent).detail));
      document.addEventListener('liveview:gap', () => told.push('gap'));
    });
    await page.locator('button').click();
    await page.locator('button:not(.htmx-request)').waitFor();
    const told = () => page.evaluate(() => (window as unknown as { told: unknown[] }).told);
    await expect.poll(told).toContain('second');
    expect(await told()).toEqual(['first', 'second']);
  });

  test('a dialog that the server opens and the user closes opens again', async () => {
    const page = await open(
      ({ n, noted }) =>
        html`<p>${noted.length}</p><dialog id="d" lv-event="note" hx-trigger="close"><form method="dialog">${n > noted.length && html`<input id="name" autofocus>`}<button>Close</button></form></dialog>`,
    );
    await page.evaluate(() =>
      document.addEventListener('told', () => document.querySelector<HTMLDialogElement>('#d')?.showModal()),
    );
    for (const n of [1, 2]) {
      await set(page, n);
      Stage.live?.browser.push('told', '');
      await page.waitForFunction(() => document.activeElement?.id === 'name');
      await page.keyboard.press('Escape');
      await page.locator('p', { hasText: String(n) }).waitFor();
      expect(await page.locator('dialog').isVisible()).toBe(false);
    }
  });

  test('what Back brings shows what its server has', async () => {
    const page = await open(({ n, noted }) => html`<button id="b" lv-event="note">${n} ${noted.length}</button>`);
    await page.locator('#b').click();
    await page.locator('#b', { hasText: '0 1' }).waitFor();
    await page.locator('#away').click();
    await page.locator('#there').waitFor();
    await page.goBack();
    await isLive(page);
    await expect.poll(() => page.locator('#b').textContent()).toBe('0 0');
    await page.locator('#b').click();
    await expect.poll(() => page.locator('#b').textContent()).toBe('0 1');
  });
});
