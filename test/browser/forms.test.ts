// Inputs and forms: what the user typed, chose or opened is theirs until the server says something new.
import { html, type InvalidEvent, LiveComponent, type LiveEvent } from 'htmx-liveview';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive, type Visitor } from '../support/browser.ts';

/** A form whose every part the test can set; its handlers wait where the test says so. */
class Form extends LiveComponent {
  static component = 'test.Form';
  static events = {
    save: z.object({ text: z.string().max(10, 'too long') }).loose(),
    check: true,
    click: true,
    toggle: true,
    pick: true,
    draft: true,
  };
  static live: Form | undefined;
  static gate: Promise<void> | undefined;
  static htmx = '2';
  value = '';
  other = 'start';
  note = '';
  wrong = '';
  seen = '';
  tick = 0;
  clicks = 0;
  box = false;
  radio = 'a';
  pick2 = '1';

  mount() {
    if (this.connected) Form.live = this;
  }
  async save(fields: object) {
    await Form.gate;
    this.wrong = '';
    this.seen = JSON.stringify(fields);
  }
  invalid({ messages }: InvalidEvent) {
    this.wrong = messages.text ?? '';
  }
  async check({ text }: { readonly text?: unknown }) {
    const gate = Form.gate;
    Form.gate = undefined;
    await gate;
    this.seen = `checked ${text}`;
    this.value = String(text);
  }
  async click() {
    this.clicks++;
    await Form.gate;
  }
  async toggle({ box }: { readonly box?: unknown }, event: LiveEvent) {
    await Form.gate;
    if (event.field === 'box' && box) this.seen = 'refused';
    else this.box = !this.box;
  }
  draft({ text }: { readonly text?: unknown }) {
    this.seen = `draft ${text}`;
  }
  pick() {
    this.seen = 'picked';
  }
  render() {
    return html`
      <p id="seen">${this.seen}</p><p id="tick">${this.tick}</p><p id="clicks">${this.clicks}</p>
      <form id="form" lv-event="save" lv-recover="draft">
        <input id="text" name="text" value="${this.value}" class="${this.wrong ? 'wrong' : 'fine'}" aria-invalid="${this.wrong !== ''}" data-tick="${this.tick}">
        <output id="why">${this.wrong}</output>
        <input id="other" name="other" value="${this.other}"><textarea id="note" name="note">${this.note}</textarea>
        <select id="many" name="many" multiple><option value="1" selected>1</option><option value="2">2</option><option value="3" selected>3</option></select>
        <fieldset disabled><input name="off" value="x"></fieldset>
        <input type="checkbox" name="tags[]" value="t" checked>
        <button id="save" name="by" value="save">Save</button>
      </form>
      <input form="form" name="outside" value="out">
      <button id="plain" lv-event="click">Plain</button>
      ${Form.htmx === '2' ? html`<button id="once" lv-event="click" hx-disabled-elt="this">Once</button>` : html`<button id="once" lv-event="click" hx-disable="this">Once</button>`}
      <button id="sync" lv-event="click" hx-sync="this:drop">Sync</button>
      <input id="box" type="checkbox" name="box" lv-event="toggle" checked="${this.box}">
      <input id="live" name="text" lv-event="check" hx-trigger="input" value="${this.value}">
      <select id="pick" name="pick" lv-event="pick"><option value="1" selected="${this.pick2 === '1'}">1</option><option value="2" selected="${this.pick2 === '2'}">2</option></select>`;
  }
}

describeInBrowser('inputs and forms', (visit, htmx, version) => {
  let app: TestApp;
  let open = () => {};
  const serve = async (port = 0) => {
    Form.gate = undefined;
    Form.live = undefined;
    Form.htmx = version;
    app = await startApp({
      components: [Form],
      port,
      store,
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/form', async (req, res) => {
          res.send(
            `<!doctype html><link rel="icon" href="data:,"><script src="/htmx.js"></script><script src="/live/liveview.js"></script><body hx-ext="liveview">${await live.render(req, Form)}`,
          );
        });
      },
    });
  };
  let store: import('express-session').MemoryStore;
  beforeEach(async () => {
    const { MemoryStore } = await import('express-session');
    store = new MemoryStore();
    await serve();
  });
  afterEach(async () => {
    open();
    await app.close();
  });

  /** Holds the next handlers until `open()`. */
  const close = () => {
    Form.gate = new Promise((resolve) => {
      open = resolve;
    });
  };
  const start = async (): Promise<Visitor> => {
    const visitor = await visit();
    await visitor.page.goto(`${app.url}/form`);
    await isLive(visitor.page);
    return visitor;
  };
  const shows = (page: Page, selector: string, text: string) =>
    expect.poll(() => page.locator(selector).textContent()).toBe(text);
  const set = async (page: Page, state: Partial<Form>) => {
    const tick = (Form.live?.tick ?? 0) + 1;
    Object.assign(Form.live ?? {}, state, { tick });
    await shows(page, '#tick', String(tick));
  };
  const field = (page: Page, id: string) =>
    page.locator(`#${id}`).evaluate((it: HTMLInputElement) => ({
      value: it.value,
      caret: it.selectionStart,
      focused: it === document.activeElement,
    }));

  test('typing while the server renders the same field: text and caret stay, class, aria and the error beside it change', async () => {
    const { page } = await start();
    await page.locator('#text').click();
    await page.keyboard.type('hello');
    await page.keyboard.press('ArrowLeft');
    await set(page, { value: 'from the server', wrong: 'no good' });
    expect(await field(page, 'text')).toEqual({ value: 'hello', caret: 4, focused: true });
    expect(await page.locator('#text').getAttribute('class')).toBe('wrong');
    expect(await page.locator('#text').getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('#why').textContent()).toBe('no good');
  });

  test('a blurred field takes a new server value; a focused one when it is blurred and changes again', async () => {
    const { page } = await start();
    await page.locator('#other').fill('typed');
    await page.locator('#text').focus();
    await set(page, {});
    expect((await field(page, 'other')).value).toBe('typed');
    await set(page, { other: 'new', value: 'one', note: 'n' });
    expect((await field(page, 'other')).value).toBe('new');
    expect((await field(page, 'note')).value).toBe('n');
    expect((await field(page, 'text')).value).toBe('');
    await page.locator('#plain').focus();
    expect((await field(page, 'text')).value).toBe('');
    await set(page, { value: 'two' });
    expect((await field(page, 'text')).value).toBe('two');
  });

  test('an older answer never rolls back what was typed since, and overlapping events end in the last one’s state', async () => {
    const { page } = await start();
    await page.locator('#live').focus();
    close();
    await page.keyboard.type('a');
    await page.keyboard.type('bc');
    open();
    await shows(page, '#seen', 'checked abc');
    expect((await field(page, 'live')).value).toBe('abc');
  });

  test('a refused form keeps what was typed, and shows why', async () => {
    const { page } = await start();
    await page.locator('#text').fill('much too long');
    await page.locator('#other').fill('mine');
    await page.locator('#save').click();
    await shows(page, '#why', 'too long');
    expect((await field(page, 'text')).value).toBe('much too long');
    expect((await field(page, 'other')).value).toBe('mine');
  });

  test('a double click is two events, or one where the element asks for it', async () => {
    const { page } = await start();
    await page.locator('#plain').dblclick();
    await shows(page, '#clicks', '2');
    for (const [id, count] of [
      ['once', '3'],
      ['sync', '4'],
    ] as const) {
      close();
      await page.locator(`#${id}`).evaluate((it: HTMLButtonElement) => {
        it.click();
        it.click();
      });
      await shows(page, '#clicks', count);
      open();
      await expect.poll(() => page.locator(`#${id}`).isDisabled()).toBe(false);
      await page.waitForTimeout(50);
      expect(await page.locator('#clicks').textContent()).toBe(count);
    }
    await page.locator('#plain').evaluate((it: HTMLButtonElement) => {
      for (let n = 0; n < 5; n++) it.click();
    });
    await shows(page, '#clicks', '9');
  });

  test('after a submit has settled the form shows the server’s values, and nothing flickers before', async () => {
    const { page } = await start();
    await page.locator('#text').fill('short');
    await page.locator('#note').fill('noted');
    close();
    await page.locator('#text').press('Enter');
    await page.waitForTimeout(100);
    expect((await field(page, 'text')).value).toBe('short');
    await page.locator('#note').focus();
    await page.keyboard.type('!');
    open();
    await expect.poll(async () => (await field(page, 'text')).value).toBe('');
    expect((await field(page, 'note')).value).toBe('noted!');
  });

  test('a form is sent as a native submit sends it', async () => {
    const { page } = await start();
    await page.locator('#text').fill('t');
    await page.locator('#save').click();
    const seen = { text: 't', other: 'start', note: '', many: ['1', '3'], tags: ['t'], outside: 'out', by: 'save' };
    await expect.poll(async () => JSON.parse((await page.locator('#seen').textContent()) || '{}')).toEqual(seen);
  });

  test('checkboxes follow the server once their event has settled', async () => {
    const { page } = await start();
    const box = page.locator('#box');
    close();
    await box.click();
    expect(await box.isChecked()).toBe(true);
    open();
    await shows(page, '#seen', 'refused');
    await expect.poll(() => box.isChecked()).toBe(false);
    await set(page, { box: true });
    expect(await box.isChecked()).toBe(true);
    await set(page, { box: false });
    expect(await box.isChecked()).toBe(false);
  });

  test('a select whose options have not changed is not touched, and takes the server’s choice', async () => {
    const { page } = await start();
    await page.evaluate(() => {
      const writes: string[] = [];
      Object.assign(window, { writes });
      new MutationObserver((records) => writes.push(...records.map((it) => it.type))).observe(
        document.querySelector('#pick') as Element,
        { subtree: true, childList: true, attributes: true, characterData: true },
      );
    });
    await set(page, { value: 'x', other: 'y' });
    expect(await page.evaluate(() => (window as unknown as { writes: string[] }).writes)).toEqual([]);
    await page.locator('#pick').selectOption('2');
    await shows(page, '#seen', 'picked');
    expect((await field(page, 'pick')).value).toBe('2');
    await set(page, { pick2: '2' });
    await set(page, { pick2: '1' });
    expect((await field(page, 'pick')).value).toBe('1');
  });

  test('after the server has lost the state, a form that opts in offers its values back, and never shows blanks', async () => {
    const { page } = await start();
    await page.locator('#live').fill('echoed');
    await shows(page, '#seen', 'checked echoed');
    await page.locator('#text').fill('not lost');
    await page.locator('#plain').focus();
    const port = Number(new URL(app.url).port);
    await app.close();
    await page.locator('.lv-connecting').waitFor();
    await serve(port);
    await shows(page, '#seen', 'draft not lost');
    expect((await field(page, 'text')).value).toBe('not lost');
  });

  test('a submit cancels what its fields were still waiting to send', async () => {
    const { page } = await start();
    const posts: string[] = [];
    page.on(
      'request',
      (request) =>
        request.url().includes('/event?') && posts.push(new URL(request.url()).searchParams.get('name') ?? ''),
    );
    await page.evaluate(() => {
      const input = document.querySelector('#other') as Element;
      input.setAttribute('lv-event', 'check');
      input.setAttribute('hx-trigger', 'input delay:700ms');
      const { htmx } = window as unknown as { htmx: { process(element: Element, force?: boolean): void } };
      htmx.process(input, true);
    });
    await page.locator('#other').pressSequentially('x');
    await page.locator('#save').click();
    await page.waitForTimeout(900);
    expect(posts).toEqual(['save']);
  });
});
