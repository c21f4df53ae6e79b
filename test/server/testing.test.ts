// htmx-liveview/testing: what a user does to a component, without a browser.
import express from 'express';
import {
  type Fields,
  html,
  type InvalidEvent,
  LiveComponent,
  type LiveEvent,
  type Params,
  raw,
  topic,
} from 'htmx-liveview';
import { type MountedView, mountLive } from 'htmx-liveview/testing';
import { JSDOM } from 'jsdom';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { Here } from '../../examples/presence/here.ts';
import { Vote } from '../../examples/vote/vote.ts';

/** Keeps what it was sent, and shows whatever HTML a test wants. */
class Form extends LiveComponent<{ content: string }> {
  static component = 'test.Form';
  static events = { save: true, check: true };
  saved: Fields | undefined;
  field: string | undefined;
  checks: Fields[] = [];
  save(fields: Fields, { field }: LiveEvent) {
    this.saved = fields;
    this.field = field;
  }
  check(fields: Fields) {
    this.checks.push(fields);
  }
  render() {
    return html`${raw(this.session.content)}<output>${JSON.stringify([this.saved ?? null, this.checks, this.field])}</output>`;
  }
}

const mountForm = (content: string) => mountLive(Form, { session: { content } });
const resultOf = (view: MountedView<any>) => JSON.parse(view.find('output').text()) as [any, any[], string];
const savedBy = (view: MountedView<any>) => resultOf(view)[0];
const checksBy = (view: MountedView<any>) => resultOf(view)[1];

describe('what a browser could not do is refused, and the message says what is there', () => {
  const cases: [
    what: string,
    content: string,
    work: (view: MountedView<typeof Form>) => Promise<unknown>,
    why: RegExp,
  ][] = [
    [
      'no such element',
      '<button lv-event="save">Save</button>',
      (v) => v.click('a.more'),
      /no such element; there are <button lv-event="save">Save/,
    ],
    [
      'several elements',
      '<b lv-event="save">1</b><b lv-event="save">2</b>',
      (v) => v.click('b'),
      /click\('b'\): it matches 2 elements: <b lv-event="save">1, <b.*2\. Take one of them, e\.g\. view\.find\(…\)\.first\(\)\.$/,
    ],
    [
      'several forms',
      '<form lv-event="ask"></form><form lv-event="login"></form>',
      (v) => v.submit('form'),
      /submit\('form'\): it matches 2 elements: .*\. Narrow it, e\.g\. 'form\[lv-event=ask\]'\.$/,
    ],
    [
      'several buttons of one event',
      '<button lv-event="save" value="a b">1</button><button lv-event="save" value="2">2</button>',
      (v) => v.click('button'),
      /Narrow it, e\.g\. 'button\[value="a b"\]'\.$/,
    ],
    [
      'nothing listens',
      '<i>text</i><b lv-event="save">Save</b>',
      (v) => v.click('i'),
      /<i>text has no lv-event, and nothing around it; there are <b/,
    ],
    [
      'it listens to something else',
      '<b lv-event="save" hx-trigger="dblclick">Save</b>',
      (v) => v.click('b'),
      /fires on dblclick, not on click/,
    ],
    ['a disabled button', '<button lv-event="save" disabled>Save</button>', (v) => v.click('button'), /is disabled/],
    [
      'a disabled fieldset',
      '<fieldset disabled><button lv-event="save">Save</button></fieldset>',
      (v) => v.click('button'),
      /is disabled/,
    ],
    [
      'a hidden element',
      '<p hidden><button lv-event="save">Save</button></p>',
      (v) => v.click('button'),
      /<p hidden>Save is hidden/,
    ],
    [
      'no such field',
      '<form><input name="a"><input name="b"></form>',
      (v) => v.fill('form', { c: '1' }),
      /no field "c" in <form>; there are a, b/,
    ],
    ['a disabled field', '<form><input name="a" disabled></form>', (v) => v.fill('form', { a: '1' }), /is disabled/],
    ['a readonly field', '<form><input name="a" readonly></form>', (v) => v.fill('form', { a: '1' }), /is readonly/],
    [
      'a hidden field',
      '<form><input name="a" type="hidden"></form>',
      (v) => v.fill('form', { a: '1' }),
      /nobody can type into/,
    ],
    [
      'too long a text',
      '<form><input name="a" maxlength="2"></form>',
      (v) => v.fill('form', { a: 'abc' }),
      /takes 2 letters, and "abc" has 3/,
    ],
    ['no number', '<form><input name="a" type="number"></form>', (v) => v.fill('form', { a: 'abc' }), /takes a number/],
    [
      'no such option',
      '<form><select name="a"><option>x</option><option>y</option></select></form>',
      (v) => v.fill('form', { a: 'z' }),
      /no option "z"; there are x, y/,
    ],
    [
      'no such radio',
      '<form><input type="radio" name="a" value="x"></form>',
      (v) => v.fill('form', { a: 'z' }),
      /there is no "z" to choose/,
    ],
    [
      'text into a file input',
      '<form><input type="file" name="a"></form>',
      (v) => v.fill('form', { a: 'z' }),
      /use view.upload/,
    ],
    [
      'two files in one input',
      '<input type="file">',
      (v) => v.upload('input', [new File([], 'a'), new File([], 'b')]),
      /takes one file/,
    ],
    ['a form without lv-event', '<form><button>Go</button></form>', (v) => v.submit(), /has no lv-event/],
    [
      'a required field that is empty',
      '<form lv-event="save"><input name="a" required></form>',
      (v) => v.submit(),
      /would not submit the form: <input name="a" required>: it is required/,
    ],
    [
      'a pattern that does not match',
      '<form lv-event="save"><input name="a" pattern="\\d+"></form>',
      (v) => v.submit('form', { a: 'x' }),
      /does not match/,
    ],
    [
      'a file without hx-encoding',
      '<form lv-event="save"><input type="file" name="a"></form>',
      async (v) => {
        await v.upload('input', new File(['1'], 'a.txt'));
        await v.submit();
      },
      /only the name of the file in "a"/,
    ],
    ['JavaScript in hx-vals', '<b lv-event="save" hx-vals="js:{a: 1}">Save</b>', (v) => v.click('b'), /is JavaScript/],
    [
      'a filter',
      '<input lv-event="save" hx-trigger="keyup[key==1]">',
      (v) => v.trigger('input', 'keyup'),
      /a filter is JavaScript/,
    ],
    ['an event that the component has not', '<b lv-event="nope">x</b>', (v) => v.click('b'), /no event "nope"/],
    [
      'too small a number',
      '<form lv-event="save"><input type="number" name="a" min="3"></form>',
      (v) => v.submit('form', { a: 2 }),
      /less than 3/,
    ],
    [
      'no address of mail',
      '<form lv-event="save"><input type="email" name="a"></form>',
      (v) => v.submit('form', { a: 'x' }),
      /no address of mail/,
    ],
    [
      'too short a text',
      '<form lv-event="save"><input name="a" minlength="3"></form>',
      (v) => v.submit('form', { a: 'x' }),
      /less than 3 letters/,
    ],
    [
      'an event that nobody listens to',
      '<b lv-event="save">Save</b>',
      (v) => v.trigger('b', 'keyup'),
      /nothing fires on keyup/,
    ],
  ];
  test.each(cases)('%s', async (_, content, work, why) => {
    const view = await mountForm(content);
    await expect(work(view)).rejects.toThrow(why);
    await expect(work(view)).rejects.toMatchObject({ code: 'ERR_LIVE_TEST' });
    expect(savedBy(view)).toBe(null);
  });
});

describe('a form sends what a browser would', () => {
  const FORM = `
    <form id="f" lv-event="save">
      <input name="text" value="t"><input name="none" disabled value="x"><input value="nameless">
      <input type="checkbox" name="on" checked><input type="checkbox" name="off"><input type="checkbox" name="tags" value="a" checked>
      <input type="checkbox" name="tags" value="b" checked><input type="hidden" name="h" value="1">
      <input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>
      <select name="one"><option disabled>no</option><option value="v1">One</option><option>Two</option></select>
      <select name="many" multiple><option selected>x</option><option>y</option><option selected value="">z</option></select>
      <select name="empty" size="3"><option>x</option></select>
      <textarea name="area">\nlines\nof text</textarea>
      <fieldset disabled><legend><input name="legend" value="in"></legend><input name="field" value="out"></fieldset>
      <button name="go" value="first">Go</button><button name="go" value="second" id="second">Go</button>
      <input form="other" name="stranger" value="1"><datalist><input name="listed" value="1"></datalist>
    </form>
    <input form="f" name="outside" value="yes"><button form="f" name="far" value="3">Far</button>`;

  test.each(['[value=first]', '#second', '[name=far]'])('submitted by %s', async (button) => {
    const view = await mountForm(FORM);
    await view.click(`button${button}`);
    const { window } = new JSDOM(FORM);
    const { document, FormData } = window;
    const native = new FormData(
      document.querySelector('form') as any,
      document.querySelector(`button${button}`) as any,
    );
    const fields: Record<string, unknown> = {};
    for (const name of native.keys())
      fields[name] = native.getAll(name).length > 1 ? native.getAll(name) : native.get(name);
    expect(savedBy(view)).toEqual(fields);
  });

  test('filled in by names: texts, boxes, radios, selects, groups', async () => {
    const view = await mountForm(FORM);
    const values = { text: 'new', on: false, off: true, tags: ['b'], r: '1', one: 'Two', many: ['y'], area: 'a\nb' };
    await view.submit('form', values);
    expect(savedBy(view)).toMatchObject({
      text: 'new',
      off: 'on',
      tags: 'b',
      r: '1',
      one: 'Two',
      many: 'y',
      area: 'a\nb',
      go: 'first',
    });
    expect(savedBy(view)).not.toHaveProperty('on');
  });

  test('the control that fired is the event’s field', async () => {
    const view = await mountForm(
      '<form lv-event="save"><input name="a"><button name="go" value="1">Go</button></form>',
    );
    await view.submit();
    expect(resultOf(view)[2]).toBe('go');
  });

  test('what is refused says the same of the control that fired, which may have no name', async () => {
    class Checked extends LiveComponent {
      static component = 'test.Checked';
      static events = { check: z.object({ a: z.string().min(3) }), save: z.object({ a: z.string().min(3) }) };
      refused: unknown[] = [];
      check() {}
      save() {}
      invalid({ event, field }: InvalidEvent) {
        this.refused.push([event, field ?? null]);
      }
      render() {
        return html`<form lv-event="save"><fieldset lv-event="check" hx-trigger="input"><input name="a"><input name="b"></fieldset>
          <button>Save</button></form><output>${JSON.stringify(this.refused)}</output>`;
      }
    }
    const view = await mountLive(Checked);
    await view.fill('form', { b: 'new' });
    await view.submit();
    expect(JSON.parse(view.find('output').text())).toEqual([
      ['check', 'b'],
      ['save', null],
    ]);
  });

  test('a click on a label is one on its control, and a reset takes back what was typed', async () => {
    const view =
      await mountForm(`<form lv-event="save"><label>Yes <input type="checkbox" name="yes"></label><label for="t">T</label>
      <input id="t" name="t" value="old"><button type="reset">Reset</button><button>Go</button></form>`);
    await view.click('label:contains("Yes")');
    await view.fill('form', { t: 'new' });
    expect(view.values()).toEqual({ yes: 'on', t: 'new' });
    await view.click('[type=reset]');
    expect(view.values()).toEqual({ t: 'old' });
  });

  test('its controls show the server’s values once it has settled; a refused one keeps what was typed', async () => {
    class Name extends LiveComponent {
      static component = 'test.Name';
      static events = { save: z.object({ name: z.string().min(3, 'too short') }) };
      name = '';
      error = '';
      ticks = 0;
      mount() {
        this.every(1000, () => this.ticks++);
      }
      save({ name }: Params<typeof Name, 'save'>) {
        this.name = name.toUpperCase();
        this.error = '';
      }
      invalid({ messages }: InvalidEvent) {
        this.error = messages.name ?? '';
      }
      render() {
        return html`<form lv-event="save" class="${this.error}"><input name="name" value="${this.name}"></form><i>${this.ticks}</i>`;
      }
    }
    const view = await mountLive(Name);
    expect(await view.submit('form', { name: 'ab' })).toEqual({ status: 422 });
    expect([view.find('form').attr('class'), view.values()]).toEqual(['too short', { name: 'ab' }]);
    await view.elapse(1000);
    expect([view.find('i').text(), view.values()]).toEqual(['1', { name: 'ab' }]);
    expect(await view.submit('form', { name: 'abc' })).toEqual({ status: 200 });
    expect(view.values()).toEqual({ name: 'ABC' });
  });

  test('a radio that the server chooses takes the place of the user’s', async () => {
    class Size extends LiveComponent {
      static component = 'test.Size';
      static events = { reset: true };
      size = '';
      reset() {
        this.size = 's';
      }
      render() {
        const radio = (value: string) =>
          html`<input type="radio" name="size" value="${value}" checked="${this.size === value}">`;
        return html`<form>${['s', 'm', 'l'].map(radio)}</form><button lv-event="reset">Small</button>`;
      }
    }
    const view = await mountLive(Size);
    await view.fill('form', { size: 'l' });
    expect([view.values(), view.value('[value=l]')]).toEqual([{ size: 'l' }, true]);
    await view.click('button');
    expect(view.values()).toEqual({ size: 's' });
  });

  test('an answer that comes late takes back nothing; what the server made of the last choice is shown once that has settled', async () => {
    const turns: (() => void)[] = [];
    class Slow extends LiveComponent {
      static component = 'test.Slow';
      static events = { set: z.looseObject({ one: z.enum(['a', 'b', 'c', 'd']), two: z.enum(['1', '2', '3']) }) };
      one = 'a';
      two = '1';
      level = 50;
      async set({ one, two, level }: { one: string; two: string; level?: unknown }) {
        await new Promise<void>((go) => turns.push(go));
        Object.assign(this, { one, two, level: Math.min(80, Number(level)) });
      }
      render() {
        return html`<form lv-event="set" hx-trigger="change"><select name="one">
          ${[...'abcdx'].map((it) => html`<option selected="${it === this.one}">${it}</option>`)}</select>
          ${[...'1234'].map((it) => html`<input type="radio" name="two" value="${it}" checked="${it === this.two}">`)}
          <input type="range" name="level" value="${this.level}"></form><output>${this.one}${this.two} ${this.level}</output>`;
      }
    }
    const view = await mountLive(Slow);
    const pass = async (shown: string) => {
      await view.until(() => turns.length === 1);
      turns.shift()?.();
      await view.until(() => view.find('output').text() === shown);
    };
    const changes = ['b', 'c'].map((value) => view.change('select', value));
    changes.push(view.change('[value="2"]', true), view.change('[value="3"]', true));
    await pass('b1 50');
    expect(view.values()).toEqual({ one: 'c', two: '3', level: '50' });
    changes.push(view.change('[name=level]', 100), view.change('select', 'x'));
    await pass('c1 50');
    await pass('c2 50');
    await pass('c3 50');
    expect(view.values()).toEqual({ one: 'x', two: '3', level: '100' });
    await pass('c3 80');
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 422]);
    expect(view.values()).toEqual({ one: 'c', two: '3', level: '80' });
    const last = [view.change('[value="2"]', true), view.change('[value="4"]', true)];
    await pass('c2 80');
    expect((await Promise.all(last)).map(({ status }) => status)).toEqual([200, 422]);
    expect(view.values()).toEqual({ one: 'c', two: '2', level: '80' });
  });

  test('fields of one name get a value each', async () => {
    const view = await mountForm('<form lv-event="save"><input name="a"><input name="a"></form>');
    await expect(view.fill('form', { a: 'one' })).rejects.toThrow('2 fields, and 1 values');
    await view.submit('form', { a: ['one', 'two'] });
    expect(savedBy(view)).toEqual({ a: ['one', 'two'] });
  });

  test('a field that is being typed in keeps its text; another one takes the server’s', async () => {
    class Search extends LiveComponent {
      static component = 'test.Search';
      static events = { find: true };
      q = '';
      find({ q }: Fields) {
        this.q = String(q).trim();
      }
      render() {
        return html`<input name="q" value="${this.q}" lv-event="find" hx-trigger="input"><input name="copy" value="${this.q}">`;
      }
    }
    const view = await mountLive(Search, { page: (it) => html`<form>${it}</form>` });
    await view.fill('form', { copy: 'x', q: ' a ' });
    expect(view.find('[name=q]').attr('value')).toBe('a');
    expect(view.values('form')).toEqual({ q: ' a ', copy: 'a' });
  });

  test('files are sent as multipart, and are refused by the component’s limits', async () => {
    class Album extends LiveComponent {
      static component = 'test.Album';
      static uploads = { bytes: 10, files: 2 };
      static events = { add: true };
      said = '';
      async add({ photos, note }: Fields) {
        const files = [photos].flat().filter((it) => it instanceof File);
        this.said = `${note}: ${(await Promise.all(files.map(async (it) => `${it.name} ${it.type} ${await it.text()}`))).join()}`;
      }
      invalid({ messages }: InvalidEvent) {
        this.said = messages.photos ?? '';
      }
      render() {
        return html`<form lv-event="add" hx-encoding="multipart/form-data"><input name="note"><input type="file" name="photos" multiple></form><p>${this.said}</p>`;
      }
    }
    const view = await mountLive(Album);
    await view.upload('[type=file]', [new File(['one'], 'ä".txt', { type: 'text/plain' }), new File(['two'], 'b')]);
    await view.submit('form', { note: 'n' });
    expect(view.find('p').text()).toBe('n: ä%22.txt text/plain one,b application/octet-stream two');
    expect(view.values()).toEqual({ note: '' });
    await view.upload('[type=file]', new File(['x'.repeat(11)], 'c'));
    expect(await view.submit()).toEqual({ status: 422 });
    expect(view.find('p').text()).toContain('10');
  });
});

describe('what fires, and what it sends, is htmx’s', () => {
  test('a button’s name and value, hx-vals from the outside in, and hx-include', async () => {
    const view = await mountForm(`<div hx-vals='{"a": 1, "b": 1}'><form><input name="c" value="3"></form>
      <button lv-event="save" name="d" value="4" hx-vals='"b": [2, 3]' hx-include="form">Save</button></div>`);
    await view.click('button');
    expect(savedBy(view)).toEqual({ a: '1', b: ['2', '3'], c: '3', d: '4' });
  });

  test('an element with an event of its own does not submit the form that it stands in, but sends its fields', async () => {
    const view = await mountForm(
      '<form lv-event="save"><input name="a" value="1"><button lv-event="check" name="b" value="2">Check</button></form>',
    );
    await view.click('button');
    expect(resultOf(view).slice(0, 2)).toEqual([null, [{ a: '1', b: '2' }]]);
  });

  test('what stands outside of a live component sends nothing', async () => {
    const view = await mountLive(Form, {
      session: { content: '' },
      page: (it) => html`${it}<button lv-event="save">Save</button>`,
    });
    await expect(view.click('button')).rejects.toThrow('outside of any live component');
  });

  test('fields from elsewhere on the page', async () => {
    const page = (it: unknown) => html`<input id="else" name="who" value="Ada">${it as string}`;
    const content = '<button data-lv-event="save" hx-include="#else">Save</button>';
    const view = await mountLive(Form, { session: { content }, page });
    await view.fill('body', { who: 'Eve' });
    await view.click('button');
    expect(savedBy(view)).toEqual({ who: 'Eve' });
  });

  test('delays are a clock’s; a submit takes back the checks of its form that still wait', async () => {
    const view = await mountForm(
      `<form lv-event="save"><fieldset lv-event="check" hx-trigger="input delay:300ms"><input name="a"></fieldset></form>`,
    );
    await view.fill('form', { a: '1' });
    await view.elapse(200);
    await view.fill('form', { a: '12' });
    await view.elapse(200);
    expect(checksBy(view)).toEqual([]);
    await view.elapse(100);
    expect(checksBy(view)).toEqual([{ a: '12' }]);
    await view.submit('form', { a: '123' });
    await view.elapse(1000);
    expect(resultOf(view).slice(0, 2)).toEqual([{ a: '123' }, [{ a: '12' }]]);
  });

  test('changed, once, throttle, from, target and consume', async () => {
    const view = await mountForm(`<input id="changed" name="n" value="0" lv-event="check" hx-trigger="change changed">
      <b id="once" lv-event="check" hx-trigger="click once" hx-vals='{"n": "once"}'>1</b>
      <b id="slow" lv-event="check" hx-trigger="click throttle:1s" hx-vals='{"n": "slow"}'>1</b>
      <div id="outer" lv-event="check" hx-trigger="click target:#in" hx-vals='{"n": "outer"}'><i id="in">in</i>
        <i id="eats" lv-event="check" hx-trigger="click consume" hx-vals='{"n": "eats"}'>eats</i></div>
      <u lv-event="check" hx-trigger="poke from:closest div, wake from:body" hx-vals='{"n": "u"}'>u</u>`);
    const names = () => checksBy(view).map(({ n }) => n);
    await view.change('#changed', '0');
    await view.change('#changed', '5');
    for (const id of ['#once', '#slow', '#slow', '#in', '#eats']) await view.click(id);
    expect(await view.click('#once')).toEqual({ status: 0 });
    await view.elapse(1000);
    await view.click('#slow');
    await view.trigger(view.root, 'poke');
    await view.trigger('body', 'wake');
    expect(names()).toEqual(['5', 'once', 'slow', 'outer', 'eats', 'slow', 'u', 'u']);
  });

  test('a CustomEvent’s texts, numbers and booleans are fields', async () => {
    const view = await mountForm('<ul lv-event="save" hx-trigger="moved"><li>1</li></ul>');
    await view.trigger('li', 'moved', { from: 1, to: 'x', deep: {} });
    expect(savedBy(view)).toEqual({ from: '1', to: 'x' });
  });

  test('hx-prompt is answered by the test', async () => {
    const view = await mountForm('<button lv-event="save" hx-prompt="Name?">Save</button>');
    await expect(view.click('button')).rejects.toThrow('it asks "Name?"');
    await view.click('button', { prompt: 'Ada' });
    expect(savedBy(view)).toEqual({ 'hx-prompt': 'Ada' });
  });

  test('hx-confirm is accepted, unless the test declines', async () => {
    const view = await mountForm('<button lv-event="save" hx-confirm="Sure?">Save</button>');
    expect(await view.click('button', { confirm: false })).toEqual({ status: 0 });
    expect(savedBy(view)).toBe(null);
    expect(await view.click('button')).toEqual({ status: 200 });
    expect(savedBy(view)).toEqual({});
  });
});

const news = topic<string>('test news');

/** Does all kinds of things when asked. */
class Worker extends LiveComponent<{ start?: number }> {
  static component = 'test.Worker';
  static events = { add: true, fail: true, load: true, say: true, leave: true, tick: true, hang: true };
  n = 0;
  heard = '';
  loaded = '';
  static resolve: (text: string) => void = () => {};
  mount() {
    this.n = this.session.start ?? 0;
    this.subscribe(news, (text) => {
      this.heard = text;
    });
  }
  add() {
    this.n++;
  }
  fail() {
    this.n++;
    throw new Error('no luck');
  }
  load() {
    this.loaded = 'loading';
    this.task('load', async () => {
      this.loaded = await new Promise<string>((resolve) => {
        Worker.resolve = resolve;
      });
    });
  }
  say(_: Fields, event: LiveEvent) {
    this.browser.push('all', { n: this.n });
    event.browser.push('mine', 1);
    event.browser.title('Said');
  }
  leave(_: Fields, event: LiveEvent) {
    event.browser.redirect('/away');
  }
  tick() {
    this.after(500, () => {
      throw new Error('too late');
    });
  }
  async hang() {
    await new Promise(() => {});
  }
  render() {
    const names = ['add', 'fail', 'load', 'say', 'leave', 'tick', 'hang'];
    return html`<p>n ${this.n} ${this.heard} ${this.loaded}</p>${names.map((name) => html`<button lv-event="${name}">${name}</button>`)}
      <i lv-event="add" hx-trigger="all from:body"></i>`;
  }
}

const press = (view: MountedView<typeof Worker>, name: string, options?: object) =>
  view.click(`button[lv-event=${name}]`, options);

describe('what goes wrong is told', () => {
  test('a handler that throws makes its call reject with that, unless the test expects it', async () => {
    const view = await mountLive(Worker);
    await expect(press(view, 'fail')).rejects.toThrow('no luck');
    expect(view.text).toContain('n 1');
    expect(await press(view, 'fail', { fails: true })).toEqual({ status: 500 });
    await expect(press(view, 'add', { fails: true })).rejects.toThrow('expected to fail');
  });

  test('errors go to onError instead, where the test has one', async () => {
    const errors: string[] = [];
    const view = await mountLive(Worker, { onError: (error, { doing }) => errors.push(`${doing} ${error}`) });
    await expect(press(view, 'fail', { fails: true })).resolves.toEqual({ status: 500 });
    expect(errors).toEqual(['fail() Error: no luck']);
  });

  test('what a timer throws makes elapse() reject; a handler’s time is up by the clock too', async () => {
    const view = await mountLive(Worker);
    await press(view, 'tick');
    await expect(view.elapse(500)).rejects.toThrow('too late');
    const hanging = press(view, 'hang', { fails: true });
    await view.elapse(29_999);
    expect(view.text).toContain('n 0');
    await view.elapse(1);
    expect(await hanging).toEqual({ status: 500 });
  });

  test('a component that can’t be mounted, or go live', async () => {
    class Broken extends LiveComponent<{ where: boolean }> {
      static component = 'test.Broken';
      mount() {
        if (this.connected === this.session.where) throw new Error(`broken ${this.connected}`);
      }
      render() {
        return '';
      }
    }
    await expect(mountLive(Broken, { session: { where: false } })).rejects.toThrow('broken false');
    await expect(mountLive(Broken, { session: { where: true } })).rejects.toThrow('broken true');
  });
});

describe('what happens of itself', () => {
  /** Loads itself, and fails when it is told to. */
  class Lazy extends LiveComponent<{ fail?: boolean }> {
    static component = 'test.Lazy';
    static events = { load: true, fail: true };
    n = 0;
    load() {
      this.n++;
    }
    fail() {
      throw new Error('failed later');
    }
    render() {
      return html`<p>${this.n}</p><i id="i${this.n < 2 ? 1 : 2}" lv-event="load" hx-trigger="load"></i>
        <b lv-event="fail" hx-trigger="click delay:1s">Fail</b>`;
    }
  }

  test('what is to fire on load fires once it has come', async () => {
    expect((await mountLive(Lazy)).find('p').text()).toBe('1');
  });

  test('what fails after a delay makes elapse() reject', async () => {
    const view = await mountLive(Lazy);
    expect(await view.click('b')).toEqual({ status: 0 });
    await expect(view.elapse(1000)).rejects.toThrow('failed later');
  });

  test('advice on markup is told, and is no failure', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const view = await mountForm('<p id="a">1</p><p id="a">2</p><button lv-event="save">Save</button>');
    await view.click('button');
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('ERR_LIVE_DUPLICATE_ID'));
    warn.mockRestore();
  });

  test.concurrent('what does not settle is named', async () => {
    const view = await mountLive(Worker);
    await press(view, 'load');
    await expect(view.settled()).rejects.toThrow('still under way after 5000 ms: task load of test.Worker');
  });
});

describe('what a component does beside its content', () => {
  test('pushes, which the page may listen to, titles and redirects', async () => {
    const view = await mountLive(Worker);
    await press(view, 'say');
    await view.settled();
    expect(view.pushes).toEqual(
      expect.arrayContaining([
        { name: 'all', detail: { n: 0 } },
        { name: 'mine', detail: 1 },
      ]),
    );
    expect([view.title, view.text.slice(0, 3), view.redirected]).toEqual(['Said', 'n 1', undefined]);
    await press(view, 'leave');
    expect(view.redirected).toBe('/away');
  });

  test('navigate() has the page’s address, and that of Back', async () => {
    class Pages extends LiveComponent {
      static component = 'test.Pages';
      static events = { go: true };
      at = '';
      navigate(url: URL) {
        this.at = url.pathname + url.search;
      }
      go() {
        this.browser.pushUrl('/two?b');
      }
      render() {
        return html`<button lv-event="go">${this.at}</button>`;
      }
    }
    const view = await mountLive(Pages, { url: 'http://shop.test/one?a' });
    expect(view.text).toBe('/one?a');
    await view.click('button');
    expect([view.text, view.url]).toEqual(['/two?b', 'http://shop.test/two?b']);
    await view.navigate('/one');
    expect(view.text).toBe('/one');
  });

  test('settled() waits for tasks, and until() for whatever the test says', async () => {
    const view = await mountLive(Worker);
    await press(view, 'load');
    expect(view.text).toContain('loading');
    setTimeout(() => Worker.resolve('done'), 20);
    await view.settled();
    expect(view.text).toContain('done');
    await press(view, 'load');
    setTimeout(() => Worker.resolve('again'), 20);
    await view.until(() => view.text.includes('again'));
  });

  test('what is published reaches all viewers', async () => {
    const view = await mountLive(Worker);
    const other = await view.join({ session: { start: 5 } });
    await view.publish(news, 'hello');
    expect([view.text, other.text].map((text) => text.slice(0, 9))).toEqual(['n 0 hello', 'n 5 hello']);
  });

  test('a topic without values renders again whoever subscribed without a callback', async () => {
    const changed = topic('test changed');
    let stock = 3;
    class Shelf extends LiveComponent {
      static component = 'test.Shelf';
      static events = { take: true };
      mount() {
        this.subscribe(changed);
      }
      take() {
        stock--;
        this.publish(changed);
      }
      render() {
        return html`<p>${stock}</p><button lv-event="take">Take</button>`;
      }
    }
    const view = await mountLive(Shelf);
    const other = await view.join();
    await view.click('button');
    expect([view.text, other.text]).toEqual(['2Take', '2Take']);
    stock = 9;
    await view.publish(changed);
    expect([view.text, other.text]).toEqual(['9Take', '9Take']);
  });

  test('this.view() renders through the app’s engine', async () => {
    class Viewed extends LiveComponent {
      static component = 'test.Viewed';
      render() {
        return this.view('any.txt', { who: 'you' });
      }
    }
    const app = express();
    app.engine('txt', (_, { who }: any, done) => done(null, `<p>for ${who}</p>`));
    app.set('views', `${import.meta.dirname}/../support/views`);
    await expect(mountLive(Viewed)).rejects.toThrow('no Express application');
    app.render = ((_: string, { who }: any, done: any) => done(null, `<p>for ${who}</p>`)) as never;
    expect((await mountLive(Viewed, { app })).html).toBe('<p>for you</p>');
  });
});

class Row extends LiveComponent<{ n: number }> {
  static component = 'test.Row';
  static root = { tag: 'tr' };
  static events = { bump: true };
  static log: string[] = [];
  count = 0;
  bump() {
    this.count++;
  }
  unmount() {
    Row.log.push(`unmount ${this.session.n}`);
  }
  render() {
    return html`<td>${this.session.n}: ${this.count}</td><td><button lv-event="bump">+</button></td>`;
  }
}

class Table extends LiveComponent {
  static component = 'test.Table';
  static events = { add: true, drop: true, turn: true };
  rows = [1, 2];
  add() {
    this.rows.push(this.rows.length + 1);
  }
  drop() {
    this.rows.shift();
  }
  turn() {
    this.rows.reverse();
  }
  render() {
    return html`<table>${this.rows.map((n) => this.child(Row, { n }, { key: n }))}</table>${['add', 'drop', 'turn'].map((name) => html`<button lv-event="${name}">${name}</button>`)}`;
  }
}

describe('children', () => {
  const cells = (view: MountedView<any>) =>
    view
      .find('td:first-child')
      .toArray()
      .map((it) => view.page(it).text());

  test('are seen, driven, added, moved and removed', async () => {
    Row.log = [];
    const view = await mountLive(Table, { components: [Row] });
    await view.click('tr:contains("2:") button');
    expect(cells(view)).toEqual(['1: 0', '2: 1']);
    await view.click('[lv-event=add]');
    await view.click('tr:contains("3:") button');
    await view.click('[lv-event=turn]');
    expect(cells(view)).toEqual(['3: 1', '2: 1', '1: 0']);
    await view.click('[lv-event=drop]');
    expect([cells(view), Row.log]).toEqual([['2: 1', '1: 0'], ['unmount 3']]);
    await view.click('tr:contains("2:") button');
    expect(cells(view)).toEqual(['2: 2', '1: 0']);
  });

  test('a component whose root stands only inside of others is mounted there', async () => {
    const view = await mountLive(Row, { session: { n: 7 } });
    await view.click('button');
    expect([view.root[0]?.name, cells(view)]).toEqual(['tr', ['7: 1']]);
  });

  test('whose class was not given are named', async () => {
    await expect(mountLive(Table)).rejects.toThrow('Row is not registered');
  });
});

describe('the connection', () => {
  test('a cut stream loses nothing; what is clicked meanwhile is delivered on return', async () => {
    const view = await mountLive(Worker);
    await press(view, 'add');
    await view.disconnect();
    expect(view.gone).toBe('offline');
    const offline = [press(view, 'add'), press(view, 'add')];
    await view.publish(news, 'missed');
    expect(view.text).not.toContain('missed');
    await view.reconnect();
    await Promise.all(offline);
    expect([view.gone, view.text.slice(0, 10)]).toEqual([undefined, 'n 3 missed']);
  });

  test('after the resume window the component starts anew', async () => {
    const view = await mountLive(Worker, { session: { start: 5 }, resumeWindow: 10_000 });
    await press(view, 'add');
    await view.disconnect();
    await view.elapse(10_001);
    await view.reconnect();
    expect(view.text).toContain('n 5');
    await press(view, 'add');
    expect(view.text).toContain('n 6');
  });

  test('hours pass over an open stream', async () => {
    const view = await mountLive(Worker);
    await view.elapse(3 * 60 * 60_000);
    await press(view, 'add');
    expect([view.gone, view.text.slice(0, 3)]).toEqual([undefined, 'n 1']);
  });

  test('a durable component goes on after a restart, with its events’ order; another one starts anew', async () => {
    class Kept extends LiveComponent {
      static component = 'test.Kept';
      static durable = 'sync' as const;
      static events = { add: true };
      n = 0;
      log = 'mounted';
      resumed() {
        this.log = 'resumed';
      }
      add() {
        this.n++;
      }
      render() {
        return html`<button lv-event="add">${this.n} ${this.log}</button>`;
      }
    }
    const kept = await mountLive(Kept);
    const lost = await mountLive(Worker);
    await kept.click('button');
    await press(lost, 'add');
    await kept.restart();
    await lost.restart();
    expect(kept.text).toBe('1 resumed');
    expect(lost.text).toContain('n 0');
    await kept.click('button');
    expect(kept.text).toBe('2 resumed');
  });

  test('a form with lv-recover offers back what was typed', async () => {
    class Draft extends LiveComponent {
      static component = 'test.Draft';
      static events = { keep: true };
      draft = '';
      keep({ text }: Fields) {
        this.draft = String(text);
      }
      render() {
        return html`<form lv-event="keep" lv-recover="keep"><textarea name="text"></textarea></form><p>${this.draft}</p>`;
      }
    }
    const view = await mountLive(Draft);
    await view.fill('form', { text: 'half a' });
    await view.restart();
    await view.settled();
    expect(view.find('p').text()).toBe('half a');
  });

  test('a page that is left unmounts its component, and others see that', async () => {
    const ada = await mountLive(Here, { context: { owner: 'ada' } });
    const bob = await ada.join({ context: { owner: 'bob' } });
    await bob.submit('form', { name: 'Bob' });
    expect(ada.text).toContain('2 are here.');
    await bob.close();
    await ada.elapse(10_000);
    expect([ada.find('#count').text(), ada.find('#last').text(), bob.gone]).toEqual([
      'One is here.',
      'Bob has gone.',
      'left',
    ]);
  });

  test('a shared component may stand on a page twice', async () => {
    const view = await mountLive(Vote, {
      session: { question: 'What?' },
      context: { owner: 'ada' },
      page: (it) => html`${it}<hr>${it}`,
    });
    await view.click('button:contains("Tea")');
    const shown = view
      .page('#vote-Tea output')
      .toArray()
      .map((it) => view.page(it).text());
    expect(shown).toEqual(['1', '1']);
  });

  test('another tab of the session, and another session', async () => {
    class Mine extends LiveComponent<{}, { name: string }> {
      static component = 'test.Mine';
      static scope = 'session';
      static events = { add: true };
      names: string[] = [];
      add(_: Fields, { context }: LiveEvent<{ name: string }>) {
        this.names.push(context.name);
      }
      render() {
        return html`<button lv-event="add">${this.names.join()}</button>`;
      }
    }
    const ada = await mountLive(Mine, { context: { name: 'Ada' } });
    const tab = await ada.join({ sameSession: true });
    const bob = await ada.join({ context: { name: 'Bob' } });
    await ada.click('button');
    await tab.click('button');
    await bob.click('button');
    expect([ada.text, tab.text, bob.text]).toEqual(['Ada,Ada', 'Ada,Ada', 'Bob']);
  });
});

test('content of any renderer is patched, and what was typed in a row stays with it', async () => {
  class Rows extends LiveComponent {
    static component = 'test.Rows';
    static events = { turn: true };
    rows = Array.from({ length: 50 }, (_, n) => n);
    turn() {
      this.rows.reverse();
    }
    render() {
      return `<button lv-event="turn">Turn</button><ul>${this.rows.map((n) => `<li id="r${n}"><form><input name="n${n}" value="${n}"></form></li>`).join('')}</ul>`;
    }
  }
  const view = await mountLive(Rows);
  await view.fill('#r3 form', { n3: 'typed' });
  const row = view.find('#r3')[0];
  await view.click('button');
  expect(view.find('#r3')[0]).toBe(row);
  expect(view.values('#r3 form')).toEqual({ n3: 'typed' });
  expect(view.find('li').first().attr('id')).toBe('r49');
});
