// The test kit does what a browser does: the same markup in the same hands, in Chromium with htmx and in mountLive(), sends the same events and shows the same values.
import { html, LiveComponent, type LiveEvent, raw } from 'htmx-liveview';
import { type MountedView, mountLive } from 'htmx-liveview/testing';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';

type Got = [name: string, fields: Record<string, unknown>, field: string | undefined][];
let got: Got = [];

/** Notes what it gets. */
class Sink extends LiveComponent<{ markup: string }> {
  static component = 'test.Sink';
  static events = { go: true, other: true };
  n = 0;
  go(fields: object, event: LiveEvent) {
    got.push([event.name, { ...fields }, event.field]);
    this.n++;
  }
  other(fields: object, event: LiveEvent) {
    this.go(fields, event);
  }
  render() {
    const server = this.n > 0 ? `server ${this.n}` : '';
    return html`<p id="n">${this.n}</p>${raw(this.session.markup.replaceAll('SERVER', server))}`;
  }
}

/** What both can do. */
interface Hands {
  click(selector: string): Promise<unknown>;
  type(selector: string, text: string): Promise<unknown>;
  choose(selector: string, values: string[]): Promise<unknown>;
  enter(selector: string): Promise<unknown>;
}

const ofBrowser = (page: Page): Hands => ({
  click: (selector) => page.locator(selector).click(),
  async type(selector, text) {
    await page.locator(selector).fill(text);
    await page.locator(selector).blur();
  },
  choose: (selector, values) => page.locator(selector).selectOption(values),
  enter: (selector) => page.locator(`${selector} input`).first().press('Enter'),
});

const ofKit = (view: MountedView<typeof Sink>): Hands => ({
  click: (selector) => view.click(selector),
  type: (selector, text) => view.change(selector, text),
  choose: (selector, values) => view.change(selector, values),
  enter: (selector) => view.submit(selector),
});

const FORM = `<form id="f" lv-event="go">
  <input name="text" value="t"><input name="none" disabled value="x"><input type="checkbox" name="on" checked><input type="checkbox" name="off">
  <input type="checkbox" name="tags[]" value="a" checked><input type="checkbox" name="tags[]" value="b">
  <input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked><input type="hidden" name="h" value="1">
  <select name="one"><option value="">none</option><option value="v1">One</option><option>Two</option></select>
  <select name="many" multiple><option selected>x</option><option>y</option></select>
  <textarea name="area">\nlines\nof text</textarea><fieldset disabled><input name="field" value="out"></fieldset>
  <button name="by" value="first">Go</button><button id="second" name="by" value="second">Go</button></form>
  <input form="f" name="outside" value="yes"><button id="far" form="f" name="by" value="far">Far</button>`;

interface Case {
  readonly markup: string;
  readonly act: (hands: Hands) => Promise<unknown>;
  /** How many events it sends. */
  readonly sends?: number;
  readonly only?: '2';
}

const cases: Record<string, Case> = {
  'a form as it is': { markup: FORM, act: ({ click }) => click('#second') },
  'a form by a button outside of it': { markup: FORM, act: ({ click }) => click('#far') },
  'a form by Enter': { markup: FORM, act: ({ enter }) => enter('#f') },
  'a form that was filled in': {
    markup: FORM,
    async act({ click, type, choose }) {
      await type('[name=text]', 'new "text"');
      await type('[name=area]', 'a\nb');
      for (const box of ['[name=on]', '[name=off]', '[value=b]', '[name=r][value="1"]']) await click(box);
      await choose('[name=one]', ['Two']);
      await choose('[name=many]', ['x', 'y']);
      await click('#second');
    },
  },
  'values of the server, after a submit': {
    markup: '<form lv-event="go"><input name="a" value="SERVER"><input name="b"><button>Go</button></form>',
    async act({ type, click }) {
      await type('[name=a]', '1');
      await type('[name=b]', '2');
      await click('button');
    },
  },
  'values of the server, after another event': {
    markup: '<form><input name="a" value="SERVER"><input name="b"></form><button lv-event="go">Go</button>',
    async act({ type, click }) {
      await type('[name=a]', '1');
      await type('[name=b]', '2');
      await click('button');
    },
  },
  'a field with an event of its own, in a form': {
    markup: '<form lv-event="other"><input name="a" value="1" lv-event="go"><input name="b" value="2"></form>',
    act: ({ type }) => type('[name=a]', 'x'),
  },
  'a button with an event of its own, which would submit its form': {
    markup:
      '<form lv-event="other"><input name="a" value="1"><button lv-event="go" name="b" value="2">Go</button></form>',
    act: ({ click }) => click('button'),
  },
  'an event in another one': {
    markup: `<div lv-event="other" hx-trigger="click"><button type="button" lv-event="go" hx-trigger="click" name="a" value="1">Go</button></div>`,
    act: ({ click }) => click('button'),
    sends: 2,
  },
  'a checkbox, by its label': {
    markup: `<label>Yes <input type="checkbox" name="a" value="1" lv-event="go" hx-vals='{"id": 7}'></label>`,
    act: ({ click }) => click('label'),
  },
  'a checkbox that is not checked any more': {
    markup: `<input type="checkbox" name="a" checked lv-event="go" hx-vals='{"id": 7}'>`,
    act: ({ click }) => click('input'),
  },
  'radios and selects without a form': {
    markup: `<input type="radio" name="r" value="1" checked><input type="radio" name="r" value="2" lv-event="go">
      <select name="s" lv-event="go"><option>1</option><option>2</option></select>`,
    async act({ click, choose }) {
      await click('[value="2"]');
      await choose('select', ['2']);
    },
    sends: 2,
  },
  'hx-include of a form, of fields, and of what is around': {
    markup: `<form id="f"><input name="a" value="1"><input type="checkbox" name="no"></form><p id="p"><input name="a" value="2"><input name="b" value="3"></p>
      <div><input name="c" value="4"><button lv-event="go" hx-include="#f, #p" name="d" value="5">Go</button></div>`,
    act: ({ click }) => click('button'),
  },
  'hx-include closest': {
    markup: '<div><input name="c" value="4"><button lv-event="go" hx-include="closest div">Go</button></div>',
    act: ({ click }) => click('button'),
  },
  'hx-vals over fields': {
    markup: `<form lv-event="go" hx-vals='{"a": "vals", "n": 1}'><input name="a" value="field"><input name="b" value="2"><button>Go</button></form>`,
    act: ({ click }) => click('button'),
  },
  'hx-vals and hx-include from around': {
    markup: `<div hx-vals='{"a": 1, "b": 1}' hx-include="#i"><input id="i" name="c" value="3"><button lv-event="go" hx-vals='{"b": 2}'>Go</button></div>`,
    act: ({ click }) => click('button'),
    only: '2',
  },
  'lists in hx-vals': {
    markup: `<button lv-event="go" hx-vals='{"n": [1, 2]}'>Go</button>`,
    act: ({ click }) => click('button'),
    only: '2',
  },
  'hx-params': {
    markup: `<form lv-event="go" hx-params="not a"><input name="a" value="1"><input name="b" value="2"><button>Go</button></form>`,
    act: ({ click }) => click('button'),
    only: '2',
  },
  'a submit takes the place of a delayed check': {
    markup: `<form lv-event="go"><input name="a" lv-event="other" hx-trigger="input delay:2s"><button>Go</button></form>`,
    async act({ type, click }) {
      await type('input', 'x');
      await click('button');
    },
  },
  'what loads': { markup: `<i lv-event="go" hx-trigger="load" hx-vals='{"a": 1}'>x</i>`, act: async () => {} },
};

/** What every control shows. */
const shown = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('input,textarea,select')].map((it) => {
      if (it instanceof HTMLSelectElement && it.multiple) return [...it.selectedOptions].map(({ value }) => value);
      const { type, checked, value } = it as HTMLInputElement;
      return type === 'checkbox' || type === 'radio' ? checked : value;
    }),
  );

describeInBrowser('the test kit', (visit, htmx, version) => {
  let app: TestApp;
  let markup = '';
  beforeEach(async () => {
    app = await startApp({
      components: [Sink],
      routes: (it, live) => {
        it.get('/htmx.js', (_req, res) => res.sendFile(htmx));
        it.get('/sink', async (req, res) => {
          res.send(
            `<!doctype html><link rel="icon" href="data:,"><script src="/htmx.js"></script><script src="/live/liveview.js"></script><body hx-ext="liveview">${await live.render(req, Sink, { markup })}`,
          );
        });
      },
    });
  });
  afterEach(() => app.close());

  const here = Object.entries(cases).filter(([, { only }]) => only === undefined || only === version);
  test.each(here)('sends and shows what a browser does: %s', async (_, { act, sends = 1, ...given }) => {
    ({ markup } = given);
    got = [];
    const { page } = await visit();
    await page.goto(`${app.url}/sink`);
    await isLive(page);
    await act(ofBrowser(page));
    await vi.waitFor(() => expect(got).toHaveLength(sends), 3000);
    await page.waitForFunction((n) => document.querySelector('#n')?.textContent === String(n), sends);
    await page.waitForFunction(() => !document.querySelector('.htmx-request'));
    const [sent, controls] = [got, await shown(page)];

    got = [];
    const view = await mountLive(Sink, { session: { markup } });
    await act(ofKit(view));
    await view.elapse(3000);
    expect(got).toEqual(sent);
    expect(view.find('#n').text()).toBe(String(sends));
    const all = view.find('input,textarea,select').toArray();
    expect(all.map((it) => view.value(view.find('*').filter(it)))).toEqual(controls);
  });
});
