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

/** Controls of every kind; each event waits for its turn, so that answers come as late as the test likes. */
class Late extends LiveComponent {
  static component = 'test.Late';
  static events = {
    set: z.looseObject({ one: z.enum([...'abcdefgh']).optional(), radio: z.enum([...'bcd']).optional() }),
    click: true,
  };
  static live = new Map<string, Late>();
  /** Lets the next event of those that wait go on; undefined: they do not wait. */
  static turns: (() => void)[] | undefined;
  seen = '';
  tick = 0;
  one = 'a';
  options = [...'abcdefghx'];
  many = ['a'];
  radio = 'a';
  box = false;
  range = 50;
  drag = 50;
  inner = 'a';
  level = 50;
  free = 'a';

  mount() {
    if (this.connected) Late.live.set(this.id, this);
  }
  async set(fields: Readonly<Record<string, unknown>>, { field }: LiveEvent) {
    await this.turn();
    const { one, many, radio, range, drag, inner, level } = fields as unknown as Late;
    if (one) this.one = one;
    if (field === 'many') this.many = [many ?? []].flat();
    if (radio) this.radio = radio;
    if (field === 'box') this.box = fields.box !== undefined;
    if (range) this.range = Number(range);
    if (drag) this.drag = Math.min(80, drag);
    if (inner) this.inner = inner;
    if (level) this.level = Number(level);
    this.seen = `${field} ${fields[String(field)]}`;
  }
  async click() {
    await this.turn();
    this.seen = 'clicked';
  }
  async turn() {
    if (Late.turns) await new Promise<void>((go) => Late.turns?.push(go));
  }
  render() {
    const choices = (chosen: readonly string[], all: readonly string[]) =>
      all.map((it) => html`<option selected="${chosen.includes(it)}">${it}</option>`);
    const few = [...'abcdefgh'];
    return html`
      <p class="seen">${this.seen}</p><p class="tick">${this.tick}</p>
      <button class="click" lv-event="click">Click</button>
      <select class="one" name="one" lv-event="set">${choices([this.one], this.options)}</select>
      <select class="many" name="many" multiple lv-event="set">${choices(this.many, few)}</select>
      ${[...'abcd'].map((it) => html`<input type="radio" name="radio" value="${it}" lv-event="set" checked="${it === this.radio}">`)}
      <input class="box" type="checkbox" name="box" lv-event="set" checked="${this.box}">
      <input class="range" type="range" name="range" lv-event="set" value="${this.range}">
      <input class="drag" type="range" name="drag" lv-event="set" hx-trigger="input" value="${this.drag}">
      <form><fieldset lv-event="set" hx-trigger="input delay:200ms">
        <select class="inner" name="inner">${choices([this.inner], few)}</select>
        <input class="level" type="range" name="level" value="${this.level}">
      </fieldset>
        <select class="before">${choices([this.free], few)}</select><select class="since">${choices([this.free], few)}</select>
        <button class="within" type="button" lv-event="click">Click</button></form>
      <select class="free">${choices([this.free], few)}</select>`;
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

describeInBrowser('controls, and answers that come late', (visit, htmx) => {
  let app: TestApp;
  let page: Page;
  const serve = async (port = 0) => {
    Late.live.clear();
    app = await startApp({
      components: [Late],
      port,
      store,
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/late', async (req, res) => {
          res.send(
            `<!doctype html><link rel="icon" href="data:,"><script src="/htmx.js"></script><script src="/live/liveview.js"></script><body hx-ext="liveview">${await live.render(req, Late)}${req.query.two ? await live.render(req, Late) : ''}`,
          );
        });
      },
    });
  };
  let store: import('express-session').MemoryStore;
  beforeEach(async () => {
    const { MemoryStore } = await import('express-session');
    store = new MemoryStore();
    Late.turns = undefined;
    await serve();
    ({ page } = await visit());
    await page.goto(`${app.url}/late`);
    await isLive(page);
  });
  afterEach(async () => {
    free();
    await app.close();
  });

  const hold = () => {
    Late.turns = [];
  };
  /** Lets one event go on, and waits until its effect is on the page. */
  const pass = async (seen: string) => {
    await expect.poll(() => Late.turns?.length).toBe(1);
    Late.turns?.shift()?.();
    await saw(seen);
  };
  const free = () => {
    const turns = Late.turns ?? [];
    Late.turns = undefined;
    for (const go of turns) go();
  };
  const saw = (seen: string) =>
    expect.poll(() => page.locator('.seen').first().textContent(), { timeout: 8000 }).toBe(seen);
  const live = async () =>
    Late.live.get((await page.locator('[data-component]').first().getAttribute('data-id')) ?? '') as Late;
  const set = async (state: Partial<Late>) => {
    const it = await live();
    const tick = it.tick + 1;
    Object.assign(it, state, { tick });
    await expect.poll(() => page.locator('.tick').first().textContent()).toBe(String(tick));
  };
  const at = (name: string) => page.locator(`.${name}`).first();
  const radio = (value: string) => page.locator(`[name=radio][value=${value}]`).first();
  const shownBy = (name: string) => at(name).inputValue();
  const chosenIn = (name: string) =>
    at(name).evaluate((it: HTMLSelectElement) => [...it.selectedOptions].map((option) => option.value).join(''));
  const checked = () =>
    page.evaluate(() => document.querySelector<HTMLInputElement>('[name=radio]:checked')?.value ?? 'none');
  const press = async (keys: readonly string[], pause = 0) => {
    for (const key of keys) {
      await page.keyboard.press(key);
      if (pause) await page.waitForTimeout(pause);
    }
  };
  const times = (count: number, key: string) => Array.from({ length: count }, () => key);

  test('keys that are faster than the answers end where the user wanted to, in the page and on the server', async () => {
    await page.route('**/event?*', async (route) => {
      await new Promise((done) => setTimeout(done, 150));
      await route.continue();
    });
    await at('one').focus();
    await press(times(7, 'ArrowDown'), 60);
    await saw('one h');
    expect(await shownBy('one')).toBe('h');
    await at('range').focus();
    await press(times(10, 'ArrowRight'), 40);
    await saw('range 60');
    expect(await shownBy('range')).toBe('60');
    expect(await live()).toMatchObject({ one: 'h', range: 60 });
  });

  test('a late answer takes back nothing in a select, nor in one with many choices', async () => {
    hold();
    await at('one').focus();
    await press(times(2, 'ArrowDown'));
    await pass('one b');
    expect(await shownBy('one')).toBe('c');
    await press(['ArrowDown']);
    await pass('one c');
    expect(await shownBy('one')).toBe('d');
    await pass('one d');
    expect(await shownBy('one')).toBe('d');
    await at('many').selectOption(['b', 'c']);
    await at('many').selectOption(['c', 'd']);
    await pass('many b,c');
    expect(await chosenIn('many')).toBe('cd');
    await pass('many c,d');
    expect(await chosenIn('many')).toBe('cd');
  });

  test('a late answer takes back nothing in radios and checkboxes: a group is one control', async () => {
    hold();
    await radio('a').focus();
    await press(times(2, 'ArrowDown'));
    await pass('radio b');
    expect(await checked()).toBe('c');
    await press(['ArrowDown']);
    await pass('radio c');
    expect(await checked()).toBe('d');
    await pass('radio d');
    expect(await checked()).toBe('d');
    await at('box').click();
    await at('box').click();
    await pass('box on');
    expect(await at('box').isChecked()).toBe(false);
    await pass('box undefined');
    expect(await at('box').isChecked()).toBe(false);
  });

  test('a late answer takes back nothing of a range that is dragged; what the server makes of its end is shown', async () => {
    hold();
    const box = await at('drag').boundingBox();
    if (!box) throw new Error('no range');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width / 2, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, y);
    const first = await shownBy('drag');
    await page.mouse.move(box.x + box.width + 9, y);
    await pass(`drag ${first}`);
    expect(await shownBy('drag')).toBe('100');
    await page.mouse.up();
    await pass('drag 100');
    await expect.poll(() => shownBy('drag')).toBe('80');
  });

  test('what was touched before its event goes out, after a delay, is kept from the answer to the one before', async () => {
    hold();
    await at('inner').selectOption('b');
    await at('level').fill('60');
    await expect.poll(() => Late.turns?.length).toBe(1);
    await at('inner').selectOption('c');
    await pass('level 60');
    expect(await shownBy('inner')).toBe('c');
    expect(await shownBy('level')).toBe('60');
    await pass('inner c');
    expect(await shownBy('inner')).toBe('c');
    await set({ inner: 'd', level: 10 });
    expect([await shownBy('inner'), await shownBy('level')]).toEqual(['d', '10']);
  });

  test('what was withheld is shown when the event is refused, or lost', async () => {
    hold();
    await at('one').selectOption('b');
    await at('one').selectOption('x');
    await pass('one b');
    await expect.poll(() => shownBy('one')).toBe('b');
    await radio('d').check();
    await radio('a').check();
    await pass('radio d');
    await expect.poll(() => checked()).toBe('d');
    await at('one').selectOption('c');
    await at('one').selectOption('d');
    await expect.poll(() => Late.turns?.length).toBe(1);
    await set({ one: 'e' });
    expect(await shownBy('one')).toBe('d');
    // the first has been sent: what is known of it is only that nobody waits any more
    await at('one').evaluate((it) => it.dispatchEvent(new Event('htmx:abort')));
    await expect.poll(() => shownBy('one')).toBe('e');
    await set({ one: 'f' });
    expect(await shownBy('one')).toBe('f');
  });

  test('what was withheld is shown when the server has lost its state', async () => {
    hold();
    await set({ one: 'g' });
    await at('one').selectOption('b');
    await expect.poll(() => Late.turns?.length).toBe(1);
    const port = Number(new URL(app.url).port);
    await app.close();
    await page.locator('.lv-connecting').first().waitFor();
    Late.turns = undefined;
    await serve(port);
    await expect.poll(() => shownBy('one')).toBe('a');
  });

  test('a touched control that causes no event takes what the server says at once, whatever is on its way elsewhere', async () => {
    await page.goto(`${app.url}/late?two=1`);
    await isLive(page);
    hold();
    await page.locator('.one').last().selectOption('d');
    await page.locator('.click').first().click();
    await at('free').selectOption('b');
    await expect.poll(() => Late.turns?.length).toBe(2);
    await set({ one: 'c', free: 'e' });
    expect([await shownBy('one'), await shownBy('free')]).toEqual(['c', 'e']);
    expect(await page.locator('.one').last().inputValue()).toBe('d');
  });

  test('in a form whose button’s event is on its way, what was touched since is kept; what was touched before follows the server', async () => {
    hold();
    await at('before').selectOption('b');
    await at('within').click();
    await expect.poll(() => Late.turns?.length).toBe(1);
    await at('since').selectOption('c');
    await set({ free: 'e' });
    expect([await shownBy('before'), await shownBy('since')]).toEqual(['e', 'c']);
    await pass('clicked');
    expect(await shownBy('since')).toBe('c');
    await set({ free: 'f' });
    expect(await shownBy('since')).toBe('f');
  });

  test('what htmx does not send, as hx-sync and throttle ask for it, is kept until the server says something new', async () => {
    await at('one').evaluate((it) => {
      it.setAttribute('hx-sync', 'this:drop');
      (window as unknown as { htmx: { process(element: Element, force?: boolean): void } }).htmx.process(it, true);
    });
    hold();
    await at('one').selectOption('b');
    await expect.poll(() => Late.turns?.length).toBe(1);
    await at('one').selectOption('c');
    await pass('one b');
    expect(await shownBy('one')).toBe('c');
    await set({ one: 'd' });
    expect(await shownBy('one')).toBe('d');
  });

  test('a select whose options change keeps what was chosen, as long as it is there', async () => {
    hold();
    await at('one').selectOption('b');
    await at('one').selectOption('c');
    await expect.poll(() => Late.turns?.length).toBe(1);
    await set({ one: 'd', options: [...'zabcd'] });
    expect(await shownBy('one')).toBe('c');
    await set({ one: 'd', options: [...'zabd'] });
    expect(await shownBy('one')).toBe('d');
  });
});
