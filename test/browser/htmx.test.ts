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
  beforeEach(async () => {
    Sink.got = [];
    Sink.gate = undefined;
    config = '{}';
    app = await startApp({
      components: [Sink],
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/sink', async (req, res) => {
          res.send(
            `<!doctype html><meta name="htmx-config" content='${config}'><link rel="icon" href="data:,"><script src="/htmx.js"></script><script src="/live/liveview.js"></script><body hx-ext="liveview">${await live.render(req, Sink, { markup })}`,
          );
        });
      },
    });
  });
  afterEach(() => app.close());
  const open = async (text: string) => {
    markup = text;
    const visitor = await visit();
    await visitor.page.goto(`${app.url}/sink`);
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
