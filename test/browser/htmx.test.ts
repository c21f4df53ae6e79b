// The whole of htmx on a live element: when an event fires and what it sends is htmx's own, in both versions.
import { html, LiveComponent, type LiveEvent, raw, topic } from 'htmx-liveview';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';

const ticks = topic('ticks');

/** Notes what it gets. */
class Sink extends LiveComponent<{ markup: string }> {
  static component = 'test.Sink';
  static events = { go: true, other: true };
  static uploads = { bytes: 1_000_000 };
  static got: { name: string; fields: Record<string, unknown>; field: string | undefined }[] = [];
  static gate: Promise<void> | undefined;
  n = 0;
  ticked = 0;

  mount() {
    this.subscribe(ticks, () => this.ticked++);
  }
  async go(fields: object, event: LiveEvent) {
    Sink.got.push({ name: event.name, fields: { ...fields }, field: event.field });
    await Sink.gate;
    this.n++;
  }
  other(fields: object, event: LiveEvent) {
    Sink.got.push({ name: event.name, fields: { ...fields }, field: event.field });
  }
  render() {
    return html`<p id="n">${this.n}</p><p id="t">${this.ticked}</p>${raw(this.session.markup)}`;
  }
}

const ends = topic('ends');

/** Has a child for as long as that has not done anything. */
class Owner extends LiveComponent {
  static component = 'test.Owner';
  isOver = false;
  mount() {
    this.subscribe(ends, () => {
      this.isOver = true;
    });
  }
  render() {
    return html`<div id="inner">${this.isOver ? '' : this.child(Owned)}</div>`;
  }
}

class Owned extends LiveComponent {
  static component = 'test.Owned';
  static events = { end: true };
  end() {
    Sink.got.push({ name: 'end', fields: {}, field: undefined });
    this.publish(ends);
  }
  render() {
    return html`<button id="e" lv-event="end">x</button>`;
  }
}

interface Case {
  readonly markup: string;
  /** What the user does. */
  readonly act: (page: Page) => Promise<unknown>;
  /** The fields of each event that the server gets. */
  readonly got: readonly Record<string, unknown>[];
  /** In which version of htmx it is there. */
  readonly only?: '2' | '4';
}

const type = (text: string) => async (page: Page) => {
  await page.locator('#e').click();
  await page.keyboard.type(text);
};
const click = (page: Page) => page.locator('#e').click();

const cases: Record<string, Case> = {
  'a button fires on click': {
    markup: '<button id="e" lv-event="go" name="a" value="1">x</button>',
    act: click,
    got: [{ a: '1' }],
  },
  'data-lv-event is the same': { markup: '<button id="e" data-lv-event="go">x</button>', act: click, got: [{}] },
  'an input fires on change': {
    markup: '<input id="e" name="a" lv-event="go">',
    act: async (page) => {
      await type('ab')(page);
      await page.keyboard.press('Tab');
    },
    got: [{ a: 'ab' }],
  },
  'a select fires on change': {
    markup: '<select id="e" name="a" lv-event="go"><option>1</option><option>2</option></select>',
    act: (page) => page.locator('#e').selectOption('2'),
    got: [{ a: '2' }],
  },
  'input changed delay': {
    markup: '<input id="e" name="a" lv-event="go" hx-trigger="input changed delay:500ms">',
    act: type('abc'),
    got: [{ a: 'abc' }],
  },
  throttle: {
    markup: '<button id="e" lv-event="go" hx-trigger="click throttle:5s">x</button>',
    act: (page) => page.locator('#e').evaluate((it: HTMLElement) => it.click()),
    got: [{}],
  },
  'a filter in brackets': {
    markup: '<input id="e" name="a" lv-event="go" hx-trigger="keyup[key==\'Enter\']">',
    act: async (page) => {
      await type('ab')(page);
      await page.keyboard.press('Enter');
    },
    got: [{ a: 'ab' }],
  },
  'from:': {
    markup: '<button id="f">f</button><div lv-event="go" hx-trigger="click from:#f">x</div>',
    act: (page) => page.locator('#f').click(),
    got: [{}],
  },
  'target:': {
    markup: '<div lv-event="go" hx-trigger="click target:.yes"><b class="no">n</b><b class="yes" id="e">y</b></div>',
    act: async (page) => {
      await page.locator('.no').click();
      await click(page);
    },
    got: [{}],
  },
  once: {
    markup: '<button id="e" lv-event="go" hx-trigger="click once">x</button>',
    act: async (page) => {
      await click(page);
      await click(page);
    },
    got: [{}],
  },
  load: {
    markup: '<div lv-event="go" hx-trigger="load" hx-vals=\'{"a":"1"}\'>x</div>',
    act: async () => {},
    got: [{ a: '1' }],
  },
  revealed: {
    markup: '<div style="height: 2000px"></div><div id="e" lv-event="go" hx-trigger="revealed">x</div>',
    act: (page) => page.locator('#e').scrollIntoViewIfNeeded(),
    got: [{}],
  },
  intersect: {
    markup: '<div style="height: 2000px"></div><div id="e" lv-event="go" hx-trigger="intersect once">x</div>',
    act: (page) => page.locator('#e').scrollIntoViewIfNeeded(),
    got: [{}],
  },
  'a custom event': {
    markup: '<div id="e" lv-event="go" hx-trigger="mine">x</div>',
    act: (page) => page.locator('#e').dispatchEvent('mine'),
    got: [{}],
  },
  'two triggers': {
    markup: '<button id="e" lv-event="go" hx-trigger="click, mine">x</button>',
    act: async (page) => {
      await click(page);
      await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
      await page.locator('#e').dispatchEvent('mine');
    },
    got: [{}, {}],
  },
  'hx-vals': {
    markup: '<button id="e" lv-event="go" name="a" value="1" hx-vals=\'{"b":"2"}\'>x</button>',
    act: click,
    got: [{ a: '1', b: '2' }],
  },
  'hx-vals js:': {
    markup: '<button id="e" lv-event="go" hx-vals="js:{b: 1 + 1}">x</button>',
    act: click,
    got: [{ b: '2' }],
  },
  'hx-include': {
    markup: '<input id="i" name="c" value="3"><button id="e" lv-event="go" hx-include="#i">x</button>',
    act: click,
    got: [{ c: '3' }],
  },
  'hx-params': {
    markup:
      '<form lv-event="go" hx-params="a"><input name="a" value="1"><input name="b" value="2"><button id="e">x</button></form>',
    act: click,
    got: [{ a: '1' }],
    only: '2',
  },
  'hx-headers': {
    markup: '<button id="e" lv-event="go" hx-headers=\'{"X-Mine":"ž"}\'>x</button>',
    act: click,
    got: [{}],
  },
  'a form': {
    markup: '<form lv-event="go"><input name="a" value="1"><button id="e" name="by" value="me">x</button></form>',
    act: click,
    got: [{ a: '1', by: 'me' }],
  },
  'Enter in a form': {
    markup: '<form lv-event="go"><input id="e" name="a"><button name="by" value="me">x</button></form>',
    act: async (page) => {
      await type('z')(page);
      await page.keyboard.press('Enter');
    },
    got: [{ a: 'z', by: 'me' }],
  },
  'native validation': {
    markup: '<form lv-event="go"><input id="i" name="a" required><button id="e">x</button></form>',
    act: async (page) => {
      await click(page);
      await page.locator('#i').fill('now');
      await click(page);
    },
    got: [{ a: 'now' }],
  },
  novalidate: {
    markup: '<form lv-event="go" novalidate><input name="a" required><button id="e">x</button></form>',
    act: click,
    got: [{ a: '' }],
  },
  'multipart without files': {
    markup:
      '<form lv-event="go" hx-encoding="multipart/form-data"><input name="a" value="1"><button id="e">x</button></form>',
    act: click,
    got: [{ a: '1' }],
  },
  'a button of a form, with its own event': {
    markup:
      '<form lv-event="other"><input name="a" value="1"><button type="button" id="e" lv-event="go" name="b" value="2">x</button></form>',
    act: click,
    got: [{ a: '1', b: '2' }],
  },
  'hx-on beside it': {
    markup: '<button id="e" lv-event="go" hx-on:click="document.title = \'clicked\'">x</button>',
    act: click,
    got: [{}],
  },
  'hx-confirm, accepted': {
    markup: '<button id="e" lv-event="go" hx-confirm="Sure?">x</button>',
    act: async (page) => {
      page.once('dialog', (dialog) => dialog.accept());
      await click(page);
    },
    got: [{}],
  },
  'hx-confirm, declined': {
    markup: '<button id="e" lv-event="go" hx-confirm="Sure?">x</button>',
    act: async (page) => {
      page.once('dialog', (dialog) => dialog.dismiss());
      await click(page);
    },
    got: [],
  },
  'hx-validate on a control': {
    markup:
      '<form><input id="e" name="a" required lv-event="go" hx-trigger="blur" hx-validate="true"></form><button id="o">o</button>',
    act: async (page) => {
      await page.locator('#e').focus();
      await page.locator('#o').click();
      await type('ok')(page);
      await page.locator('#o').click();
    },
    got: [{ a: 'ok' }],
  },
  'a control outside of its form, by form=': {
    markup: '<form id="f" lv-event="go"><button id="e">x</button></form><input form="f" name="a" value="out">',
    act: click,
    got: [{ a: 'out' }],
  },
  'a submitter outside of its form': {
    markup:
      '<form id="f" lv-event="go"><input name="a" value="1"></form><button id="e" form="f" name="by" value="b">x</button>',
    act: click,
    got: [{ a: '1', by: 'b' }],
  },
  'a disabled fieldset sends nothing': {
    markup:
      '<form lv-event="go"><fieldset disabled><input name="a" value="1"></fieldset><input name="b" value="2"><button id="e">x</button></form>',
    act: click,
    got: [{ b: '2' }],
  },
  'a multi-select, checkboxes and names in brackets': {
    markup:
      '<form lv-event="go"><select name="s" multiple><option selected>1</option><option selected>2</option></select><input type="checkbox" name="c" checked><input type="checkbox" name="d"><input name="t[]" value="x"><button id="e">x</button></form>',
    act: click,
    got: [{ s: ['1', '2'], c: 'on', t: ['x'] }],
  },
  'a delay is put off by each event': {
    markup: '<button id="e" lv-event="go" hx-trigger="click delay:400ms">x</button>',
    act: async (page) => {
      await click(page);
      await page.waitForTimeout(100);
      await click(page);
    },
    got: [{}],
  },
  'a CustomEvent’s details are fields': {
    markup: '<div id="e" lv-event="go" hx-trigger="mine">x</div>',
    act: (page) =>
      page.locator('#e').evaluate((it) => it.dispatchEvent(new CustomEvent('mine', { detail: { a: 1, b: {} } }))),
    got: [{ a: '1' }],
  },
  'within hx-boost': {
    markup:
      '<div hx-boost="true"><form action="/elsewhere" lv-event="go"><input name="a" value="1"><button id="e">x</button></form></div>',
    act: click,
    got: [{ a: '1' }],
  },
  'a link': { markup: '<a id="e" href="/elsewhere" lv-event="go">x</a>', act: click, got: [{}] },
};

describeInBrowser('htmx on a live element', (visit, htmx, version) => {
  let app: TestApp;
  let markup = '';
  let config = '{}';
  /** What stands on the page before the component. */
  let before = '';
  const shell = (body: string) =>
    `<!doctype html><meta name="htmx-config" content='${config}'><link rel="icon" href="data:,"><script src="/htmx.js"></script><script src="/live/liveview.js"></script><body hx-ext="liveview">${body}`;
  beforeEach(async () => {
    Sink.got = [];
    Sink.gate = undefined;
    config = '{}';
    before = '';
    app = await startApp({
      components: [Sink, Owner, Owned],
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/next', (_req, res) => void res.send('<!doctype html><title>Next</title><body><h1>Next</h1>'));
        it.get('/nothing', (_req, res) => void res.send(''));
        it.get('/twice', async (req, res) => {
          const [one, two] = [await live.render(req, Sink, { markup }), await live.render(req, Sink, { markup })];
          res.send(shell(`${one}${two}`));
        });
        it.get('/owner', async (req, res) => void res.send(shell(String(await live.render(req, Owner)))));
        it.get('/sink', async (req, res) => {
          res.send(shell(`${before}${await live.render(req, Sink, { markup })}`));
        });
      },
    });
  });
  afterEach(() => app.close());
  const open = async (text: string, path = '/sink') => {
    markup = text;
    const visitor = await visit();
    await visitor.page.goto(app.url + path);
    await isLive(visitor.page);
    return visitor;
  };

  describe('fires and sends as htmx says:', () => {
    const here = Object.entries(cases).filter(([, { only }]) => only === undefined || only === version);
    test.each(here)('%s', async (_, { markup, act, got }) => {
      const { page, faults } = await open(markup);
      await act(page);
      await vi.waitFor(() => expect(Sink.got.map(({ fields }) => fields)).toEqual(got), 3000);
      await page.waitForTimeout(60);
      expect(Sink.got.map(({ fields }) => fields)).toEqual(got);
      expect(new URL(page.url()).pathname).toBe('/sink');
      expect(faults).toEqual([]);
    });
  });

  test('every: again and again', async () => {
    await open('<div lv-event="go" hx-trigger="every 100ms">x</div>');
    await vi.waitFor(() => expect(Sink.got.length).toBeGreaterThan(2), 3000);
  });

  test.runIf(version === '2')('hx-prompt asks, and its answer travels', async () => {
    const { page } = await open('<button id="e" lv-event="go" hx-prompt="Name?">x</button>');
    page.once('dialog', (dialog) => dialog.accept('žluťoučký'));
    await click(page);
    await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
    expect(Sink.got[0]?.fields).toEqual({ 'hx-prompt': 'žluťoučký' });
  });

  test('indicators and disabled controls last until the event has settled', async () => {
    let release = () => {};
    Sink.gate = new Promise((resolve) => (release = resolve));
    const disable = version === '2' ? 'hx-disabled-elt' : 'hx-disable';
    const { page } = await open(
      `<button id="e" lv-event="go" hx-indicator="#busy" ${disable}="this">x</button><i id="busy">busy</i>`,
    );
    await click(page);
    await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
    await page.waitForTimeout(1200); // longer than the POST is held
    expect(await page.locator('#busy').getAttribute('class')).toContain('htmx-request');
    expect(await page.locator('#e').isDisabled()).toBe(true);
    release();
    await expect.poll(() => page.locator('#e').isDisabled()).toBe(false);
    expect((await page.locator('#busy').getAttribute('class')) ?? '').not.toContain('htmx-request');
    expect(await page.locator('#n').textContent()).toBe('1');
  });

  test.runIf(version === '4')('hx-disabled-elt, htmx 2’s name, does the same in 4', async () => {
    let release = () => {};
    Sink.gate = new Promise((resolve) => (release = resolve));
    const { page } = await open(
      '<form lv-event="go" hx-disabled-elt="find button, #other"><button id="e">x</button></form><button id="other">y</button>',
    );
    await click(page);
    await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
    expect(await page.locator('button:disabled').count()).toBe(2);
    release();
    await expect.poll(() => page.locator('button:disabled').count()).toBe(0);
  });

  test('a double click sends one event where the element asks for it', async () => {
    const { page } = await open('<button id="e" lv-event="go" hx-disabled-elt="this">x</button>');
    await page.locator('#e').dblclick();
    await vi.waitFor(async () => expect(await page.locator('#n').textContent()).toBe('1'));
    await page.waitForTimeout(100);
    expect(Sink.got).toHaveLength(1);
  });

  test('five fast clicks count five, with pushes arriving in between', async () => {
    const { page } = await open('<button id="e" lv-event="go" hx-vals=\'{"slow":"1"}\'>x</button><i id="ticks"></i>');
    const stop = setInterval(() => app.live.publish(ticks), 3);
    try {
      for (let round = 1; round <= 3; round++) {
        await page.evaluate(() => {
          for (let n = 0; n < 5; n++) document.querySelector<HTMLButtonElement>('#e')?.click();
        });
        await vi.waitFor(async () => expect(await page.locator('#n').textContent()).toBe(String(5 * round)), 3000);
      }
      await vi.waitFor(async () => expect(Number(await page.locator('#t').textContent())).toBeGreaterThan(20), 3000);
      expect(Sink.got).toHaveLength(15);
    } finally {
      clearInterval(stop);
    }
  });

  test('what waits offline is bounded, and the rest is reported lost', async () => {
    config = '{"liveview":{"queue":3}}';
    const { page } = await open('<button id="e" lv-event="go">x</button>');
    await page.context().setOffline(true);
    const lost = await page.evaluate(() => {
      const reasons: string[] = [];
      document.addEventListener('liveview:event-lost', (event) => reasons.push((event as CustomEvent).detail.reason));
      for (let n = 0; n < 5; n++) document.querySelector<HTMLButtonElement>('#e')?.click();
      return new Promise((resolve) => setTimeout(() => resolve(reasons), 300));
    });
    expect(lost).toEqual(['full', 'full']);
    await page.context().setOffline(false);
    await vi.waitFor(() => expect(Sink.got).toHaveLength(3), 8000);
  });

  test('hx-sync replace: the last one counts', async () => {
    let release = () => {};
    Sink.gate = new Promise((resolve) => (release = resolve));
    const { page } = await open('<input id="e" name="a" lv-event="go" hx-trigger="input" hx-sync="this:replace">');
    await type('ab')(page);
    release();
    await vi.waitFor(() => expect(Sink.got.at(-1)?.fields).toEqual({ a: 'ab' }));
  });

  test.each([
    ['drop', ['1']],
    ['abort', ['1']],
    ['queue first', ['1', '2']],
    ['queue last', ['1', '3']],
    ['queue all', ['1', '2', '3']],
  ])('hx-sync %s says which of three fast events count', async (strategy, counted) => {
    let release = () => {};
    Sink.gate = new Promise((resolve) => (release = resolve));
    const button = (n: string) => `<button lv-event="go" name="a" value="${n}" hx-sync="#sync:${strategy}">x</button>`;
    const { page } = await open(`<div id="sync">${['1', '2', '3', 'end'].map(button).join('')}</div>`);
    const click = (n: string) => page.locator(`[value="${n}"]`).click();
    const got = () => Sink.got.map(({ fields }) => fields.a);
    await click('1');
    await vi.waitFor(() => expect(got()).toEqual(['1']));
    await click('2');
    await click('3');
    release();
    await expect.poll(() => page.locator('#n').textContent()).toBe(String(counted.length));
    // one after all of them: nothing comes late
    await vi.waitFor(async () => {
      await click('end');
      expect(got()).toContain('end');
    });
    expect(got().slice(0, counted.length + 1)).toEqual([...counted, 'end']);
  });

  test('htmx:abort takes back what waits, and frees the element from what is on its way', async () => {
    let release = () => {};
    Sink.gate = new Promise((resolve) => (release = resolve));
    const { page } = await open(
      '<button id="e" lv-event="go" hx-disabled-elt="#d">x</button><button id="d" lv-event="other">y</button>',
    );
    await click(page);
    await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
    await click(page);
    expect(await page.locator('#d').isDisabled()).toBe(true);
    await page.evaluate(() => document.querySelector('#e')?.dispatchEvent(new CustomEvent('htmx:abort')));
    await page.waitForFunction(() => !document.querySelector('.htmx-request'));
    expect(await page.locator('#d').isDisabled()).toBe(false);
    release();
    await page.locator('#d').click();
    await vi.waitFor(() => expect(Sink.got.map(({ name }) => name)).toEqual(['go', 'other']));
  });

  test('hx-sync drop on the element itself counts no click while one is on its way', async () => {
    let release = () => {};
    Sink.gate = new Promise((resolve) => (release = resolve));
    const { page } = await open('<button id="e" lv-event="go" hx-sync="this:drop">x</button>');
    await click(page);
    await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
    await click(page);
    await click(page);
    release();
    await expect.poll(() => page.locator('#n').textContent()).toBe('1');
    await page.waitForFunction(() => !document.querySelector('.htmx-request'));
    await click(page);
    await vi.waitFor(() => expect(Sink.got).toHaveLength(2));
  });

  describe('in a form with a file, what is checked as one types', () => {
    const encoding = version === '2' ? 'hx-encoding' : 'hx-encoding:inherited';
    const markup = `<form id="form" lv-event="other" ${encoding}="multipart/form-data">
      <fieldset lv-event="go" hx-trigger="input">
        <input id="title" name="title"><textarea name="text"></textarea>
        <select name="pick"><option>1</option><option>2</option></select><input type="checkbox" name="box">
        <p id="rich" contenteditable></p>
        <button type="button" id="bold">b</button>
      </fieldset><input type="file" id="file" name="file"><button id="send">Send</button></form>`;
    const file = { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x'.repeat(1000)) };
    const choose = (page: Page) => page.locator('#file').setInputFiles(file);
    /** The media types of the events that leave the page. */
    const watch = (page: Page) => {
      const types: string[] = [];
      page.on('request', (request) => {
        if (request.url().includes('/event?'))
          types.push((request.headers()['content-type'] ?? '').split(';')[0] ?? '');
      });
      return types;
    };
    const files = () => Sink.got.map(({ fields }) => (fields.file instanceof File ? fields.file.name : undefined));

    test.each<[string, (page: Page) => Promise<unknown>, Record<string, unknown>]>([
      ['an input', (page) => page.locator('#title').fill('a'), { title: 'a' }],
      ['a textarea', (page) => page.locator('textarea').fill('b'), { text: 'b' }],
      ['a select', (page) => page.locator('select').selectOption('2'), { pick: '2' }],
      ['a checkbox', (page) => page.locator('[type=checkbox]').check(), { box: 'on' }],
      ['an editable element', (page) => page.locator('#rich').fill('c'), {}],
    ])('sends no file: %s', async (_, act, fields) => {
      const { page, faults } = await open(markup);
      await choose(page);
      const types = watch(page);
      await act(page);
      await vi.waitFor(() => expect(Sink.got).toHaveLength(1));
      expect(Sink.got[0]?.fields).toEqual({ title: '', text: '', pick: '1', ...fields });
      await expect.poll(() => types).toEqual(['application/vnd.liveview+form']);
      expect(faults).toEqual([]);
    });

    test('waits for no upload', async () => {
      let answer = () => {};
      const mayAnswer = new Promise<void>((resolve) => (answer = resolve));
      const { page } = await open(markup.replace('"input"', '"input from:#form"'));
      await page.route(/\/live\/event\?/, async (route) => {
        if (route.request().headers()['content-type']?.startsWith('multipart')) await mayAnswer;
        await route.continue();
      });
      await choose(page); // is an event of its own, with the file
      await page.locator('#title').fill('a');
      await vi.waitFor(() => expect(Sink.got.map(({ fields }) => fields.title)).toEqual(['a']));
      answer();
      await vi.waitFor(() => expect(files()).toEqual([undefined, 'a.txt']));
    });

    test('has the file where the file’s own control, a button or a submit sets it off', async () => {
      const { page } = await open(markup.replace('"input"', '"input from:#form, click from:#bold"'));
      const types = watch(page);
      await choose(page);
      await vi.waitFor(() => expect(files()).toEqual(['a.txt']));
      await page.locator('#bold').click();
      await vi.waitFor(() => expect(files()).toEqual(['a.txt', 'a.txt']));
      await page.locator('#send').click();
      await vi.waitFor(() => expect(files()).toEqual(['a.txt', 'a.txt', 'a.txt']));
      await expect.poll(() => types).toEqual(Array(3).fill('multipart/form-data'));
    });
  });

  describe('events of what leaves the page', () => {
    const inputs = ['1', '2', '3', '4'].map((n) => `<input id="i${n}" name="n" lv-event="go">`).join('');
    const got = () => Sink.got.map(({ fields }) => fields.n);
    /** Holds the events that leave the page until `pass()`. */
    const hold = async (page: Page) => {
      let pass = () => {};
      const mayPass = new Promise<void>((resolve) => (pass = resolve));
      await page.route(/\/live\/event\?/, async (route) => {
        await mayPass;
        await route.continue();
      });
      return pass;
    };
    const fill = async (page: Page) => {
      for (const n of ['1', '2', '3', '4']) await page.locator(`#i${n}`).fill(n);
      await page.locator('#i1').focus();
    };
    /** What is reported lost, anywhere on the page. */
    const noteLost = (page: Page) =>
      page.evaluate(() => {
        const lost: unknown[] = [];
        Object.assign(window, { lost });
        document.addEventListener('liveview:event-lost', (event) => lost.push((event as CustomEvent).detail));
      });
    const lost = (page: Page) => page.evaluate(() => (window as unknown as { lost: unknown[] }).lost);

    test('are all delivered when a boosted link is followed; then it is unmounted', async () => {
      before = '<a id="next" href="/next" hx-boost="true">Next</a>';
      const { page, faults } = await open(inputs);
      await noteLost(page);
      const pass = await hold(page);
      await fill(page);
      await page.locator('#next').click();
      await page.locator('h1').waitFor();
      await page.waitForTimeout(1200); // longer than a stream is kept without components
      expect(app.live.stats()).toMatchObject({ instances: 1, streams: 1 });
      pass();
      await vi.waitFor(() => expect(got()).toEqual(['1', '2', '3', '4']));
      await expect.poll(() => app.live.stats()).toMatchObject({ instances: 0 });
      await expect.poll(() => app.live.stats(), { timeout: 3000 }).toMatchObject({ streams: 0 });
      expect([await lost(page), faults, app.refusals]).toEqual([[], [], []]);
    });

    test('are all delivered when a swap takes it out, and it shows nothing of them', async () => {
      before = `<button id="out" hx-get="/nothing" hx-target="next [data-id]" hx-swap="outerHTML">Out</button>`;
      const { page, faults } = await open(inputs);
      await noteLost(page);
      const root = await page.evaluateHandle(() => document.querySelector('[data-id]'));
      const pass = await hold(page);
      await fill(page);
      await page.locator('#out').click();
      await page.locator('[data-id]').waitFor({ state: 'detached' });
      pass();
      await vi.waitFor(() => expect(got()).toEqual(['1', '2', '3', '4']));
      await expect.poll(() => app.live.stats().instances).toBe(0);
      expect(await root.evaluate((it) => it?.querySelector('#n')?.textContent)).toBe('0');
      expect([await lost(page), faults, app.refusals]).toEqual([[], [], []]);
    });

    test('that fail are no error of the page', async () => {
      const { page, faults } = await open(inputs);
      await noteLost(page);
      Sink.gate = Promise.reject(new Error('on purpose'));
      Sink.gate.catch(() => {});
      const pass = await hold(page);
      await fill(page);
      await page.evaluate(() => document.querySelector('[data-id]')?.remove());
      pass();
      await vi.waitFor(() => expect(got()).toEqual(['1', '2', '3', '4']));
      await expect.poll(() => app.live.stats().instances).toBe(0);
      expect(await lost(page)).toEqual([]);
      expect(faults.filter((fault) => /htmx|Response Status/.test(fault))).toEqual([]);
    });

    test('are reported lost where they do not get through for a while', async () => {
      const { page, faults } = await visit();
      await page.clock.install();
      markup = inputs;
      await page.goto(`${app.url}/sink`);
      await isLive(page);
      await noteLost(page);
      await page.route(/\/live\/event\?/, (route) => route.abort());
      await fill(page);
      await page.evaluate(() => document.querySelector('[data-id]')?.remove());
      await page.clock.runFor(5_000);
      expect([await lost(page), app.live.stats().instances]).toEqual([[], 1]);
      const later = async () => {
        await page.clock.runFor(1_000);
        return lost(page);
      };
      await expect.poll(later, { timeout: 10_000 }).toEqual(Array(4).fill({ name: 'go', reason: 'gone' }));
      await expect.poll(() => app.live.stats().instances).toBe(0);
      expect(faults.filter((fault) => /htmx/.test(fault))).toEqual([]);
    });

    test('go on where it comes back meanwhile, and it shows what it has missed', async () => {
      const { page } = await open(inputs, '/twice');
      const pass = await hold(page);
      for (const n of ['1', '2']) await page.locator(`#i${n}`).first().fill(n);
      await page.locator('#i3').first().focus();
      const root = await page.evaluateHandle(() => document.querySelector('[data-id]') as Element);
      await root.evaluate((it) => it.remove());
      app.live.publish(ticks);
      await expect.poll(() => page.locator('#t').textContent()).toBe('1'); // the other one, at which it comes later
      expect(await root.evaluate((it) => it.querySelector('#t')?.textContent)).toBe('0');
      await root.evaluate((it) => document.body.append(it));
      await expect.poll(() => page.locator('#t').last().textContent()).toBe('1');
      pass();
      await expect.poll(() => page.locator('#n').last().textContent()).toBe('2');
      expect([got(), app.live.stats().instances, app.refusals]).toEqual([['1', '2'], 2, []]);
    });

    test('are delivered, too, where it was not live yet', async () => {
      const { page } = await visit();
      let subscribe = () => {};
      const maySubscribe = new Promise<void>((resolve) => (subscribe = resolve));
      await page.route(/\/live\/subscribe/, async (route) => {
        await maySubscribe;
        await route.continue();
      });
      markup = inputs;
      const asked = page.waitForRequest(/\/live\/subscribe/);
      await page.goto(`${app.url}/sink`);
      await asked;
      await noteLost(page);
      await fill(page);
      await page.evaluate(() => document.querySelector('[data-id]')?.remove());
      subscribe();
      await vi.waitFor(() => expect(got()).toEqual(['1', '2', '3', '4']));
      await expect.poll(() => app.live.stats().instances).toBe(0);
      expect([await lost(page), app.refusals]).toEqual([[], []]);
    });

    test('are given up where the page itself is left, and its goodbye is for what they keep as well', async () => {
      before = '<a id="next" href="/next" hx-boost="true">Next</a>';
      const { page } = await open(inputs);
      await hold(page);
      await fill(page);
      await page.locator('#next').click();
      await page.locator('h1').waitFor();
      expect(app.live.stats().instances).toBe(1);
      await page.reload();
      await expect.poll(() => app.live.stats().instances).toBe(0);
    });

    test('are not sent to a child that its parent has let go of', async () => {
      const { page, faults } = await open('', '/owner');
      await noteLost(page);
      let answer = () => {};
      const mayAnswer = new Promise<void>((resolve) => (answer = resolve));
      await page.route(/\/live\/event\?/, async (route) => {
        const response = await route.fetch();
        await mayAnswer;
        await route.fulfill({ response });
      });
      await page.locator('#e').dblclick();
      await page.locator('#e').waitFor({ state: 'detached' });
      answer();
      await expect.poll(() => lost(page)).toEqual([{ name: 'end', reason: 'gone' }]);
      await expect.poll(() => app.live.stats().instances).toBe(1);
      expect([Sink.got.length, faults, app.refusals]).toEqual([1, [], []]);
    });

    test('hold a page back that asks before it is left, as long as they wait', async () => {
      const { page } = await open(inputs);
      await page.evaluate(() =>
        addEventListener('beforeunload', (event) => {
          if (document.querySelector('.htmx-request')) event.preventDefault();
        }),
      );
      const asked: string[] = [];
      page.on('dialog', async (dialog) => {
        asked.push(dialog.type());
        await dialog.dismiss();
      });
      const pass = await hold(page);
      await page.locator('#i1').click();
      await fill(page);
      await page.close({ runBeforeUnload: true });
      await expect.poll(() => asked).toEqual(['beforeunload']);
      pass();
      await expect.poll(() => page.locator('#n').textContent()).toBe('4');
      const closed = page.waitForEvent('close');
      await page.close({ runBeforeUnload: true });
      await closed;
      expect(asked).toHaveLength(1);
    });
  });

  test('events made while the server is away are delivered when it is back', async () => {
    const { page } = await open('<button id="e" lv-event="go" name="a" value="1">x</button>');
    await page.context().setOffline(true);
    await click(page);
    await click(page);
    await page.waitForTimeout(300);
    await page.context().setOffline(false);
    await vi.waitFor(() => expect(Sink.got).toHaveLength(2), 8000);
  });
});
