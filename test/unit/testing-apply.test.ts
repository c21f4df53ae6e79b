// What the test kit makes of the server's patches: always what a parser makes of the whole content.
import { load } from 'cheerio';
import fc from 'fast-check';
import { html, raw } from 'htmx-liveview';
import { describe, expect, test } from 'vitest';
import { diff, type Rendered, rendered } from '../../server/diff.ts';
import { Applier, Misfit } from '../../server/testing/apply.ts';
import type { Element } from '../../server/testing/dom.ts';
import type { Content } from '../../views/html.ts';
import { spaced } from '../support/pages.ts';

const WRAPS: Readonly<Record<string, string>> = { tbody: '<table>', tr: '<table><tbody>', g: '<svg>' };

function pageWith(content: string, tag: string) {
  const root = `<${tag} data-id="x" data-component="c" data-session="s">${content}</${tag}>`;
  const $ = load(`<!doctype html><body>${WRAPS[tag] ?? ''}${root}`);
  return { $, root: $.root().find('[data-id=x]')[0] as Element };
}

/** Attributes have no order: one that came later stands behind the others. */
function textOf({ $, root }: ReturnType<typeof pageWith>): string {
  for (const { attribs } of $(root).find('*').toArray()) {
    const sorted = Object.entries(attribs).sort(([one], [other]) => (one < other ? -1 : 1));
    for (const [name] of sorted) delete attribs[name];
    Object.assign(attribs, Object.fromEntries(sorted));
  }
  return $(root).html() ?? '';
}

/** Leads a page through contents; gives how often a patch did not fit. */
function lead(contents: readonly Content[], tag = 'div'): number {
  const all = contents.map((content) => rendered(content)) as [Rendered, ...Rendered[]];
  const page = pageWith(String(all[0].content), tag);
  const applier = new Applier(page.$, () => {});
  let misfits = 0;
  for (const [at, now] of all.slice(1).entries()) {
    const change = diff(all[at] as Rendered, now) ?? {};
    const text = String(now.content);
    try {
      if (change.html !== undefined) applier.update(page.root, change.html);
      else applier.patch(page.root, change.patch ?? []);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      misfits++;
      applier.update(page.root, text);
    }
    const whole = pageWith('', tag);
    whole.$(whole.root).html(text);
    expect(textOf(page), JSON.stringify({ contents: contents.map(String), at, change })).toBe(textOf(whole));
  }
  return misfits;
}

/** A content as it is, and as the text of another renderer. */
const leadBoth = (contents: readonly Content[], tag?: string) => lead(contents, tag) + lead(contents.map(String), tag);

describe('the applier of the test kit agrees with the whole content after each patch', () => {
  const word = fc.constantFrom('', 'a', 'b', 'c &amp; d', '<', '"', ' ', 'é', '\n');
  const item = fc.record({ id: fc.nat({ max: 7 }), text: word, on: fc.boolean() });
  const list = fc.uniqueArray(item, { maxLength: 7, selector: ({ id }) => id });
  const state = fc.record({
    title: word,
    flag: fc.boolean(),
    value: word,
    list,
    second: fc.array(word, { maxLength: 4 }),
  });
  type State = typeof state extends fc.Arbitrary<infer T> ? T : never;
  const states = fc.array(state, { minLength: 2, maxLength: 5 });

  const plain = ({ title, flag, value, list, second }: State) => html`
    <!-- a comment with <b id="not-a-region"> -->
    <h1 class="${flag ? 'on' : 'off'}">${title}</h1>
    <section id="box" data-flag="${flag}" title="${value}"><p>${title} &nbsp; ${value}</p><br><i id="in">${value}</i></section>
    <ul id="list">
      ${list.map((it) => html`<li id="item-${it.id}" class="${it.on ? 'on' : null}">${it.text}</li>`)}
    </ul>
    ${flag ? html`<p id="maybe">${value}</p>` : ''}
    <ol>${second.map((text) => html`<li>${text}</li>`)}</ol>
    <textarea id="area">
${value}</textarea><input id="field" value="${value}" disabled="${flag}">`;

  test.each([
    ['of text, attributes, lists and conditions', plain],
    ['of lists with white space around their items', spaced],
  ])('%s', (_, render) => {
    fc.assert(
      fc.property(states, (all) => void expect(leadBoth(all.map(render))).toBe(0)),
      { numRuns: 150 },
    );
  });

  test('of rows as root, and of SVG', () => {
    const row = (it: State['list'][number]) =>
      html`<tr id="r-${it.id}" class="${it.on ? 'on' : ''}"><td>${it.id}</td><td id="c-${it.id}">${it.text}</td></tr>`;
    const shape = (it: State['list'][number]) =>
      html`<circle id="c-${it.id}" r="${it.text.length}" viewBox="0 0 9 9"/>`;
    const check = (all: readonly State[]) => {
      expect(
        leadBoth(
          all.map(({ list }) => html`${list.map(row)}`),
          'tbody',
        ),
      ).toBe(0);
      expect(
        leadBoth(
          all.map(({ list }) => html`<g id="i">${list.map(shape)}</g>`),
          'g',
        ),
      ).toBe(0);
    };
    fc.assert(fc.property(states, check), { numRuns: 60 });
  });

  test('where the markup is malformed, ambiguous or odd', () => {
    const parts =
      '<p id="a">|</p>|<div id="b">|</div>|<ul id="u">|</ul>|<li id="l">|</li>|<b id="x">|</b>|text|<br>|<!-- c -->|<|&amp;';
    const more =
      '<select id="s">|<option id="o">|</select>|<textarea id="ta">|</textarea>|<svg id="g">|<path id="pa"/>|</svg>|<p id=q>';
    const piece = fc.constantFrom(...parts.split('|'), ...more.split('|'));
    const soup = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
    const check = (before: string, after: string, changes: readonly string[]) => {
      const texts = ['', ...changes].map((it) => `<div id="w">${before}<section id="z">${it}</section>${after}</div>`);
      leadBoth(texts.map((text) => raw(text)));
    };
    fc.assert(fc.property(soup, soup, fc.array(piece, { minLength: 1, maxLength: 3 }), check), { numRuns: 250 });
  });
});

test('a node is the same node in another list, whether that was empty or this one is left so', () => {
  const item = (id: number) => html`<li id="i-${id}">${id}</li>`;
  const of = (left: readonly number[], right: readonly number[]) =>
    html`<ul id="l">${left.map(item)}</ul><ul id="r">${right.map(item)}</ul>`;
  const all = [of([1], []), of([], [1]), of([1], [])].map((content) => rendered(content)) as [Rendered, ...Rendered[]];
  const { $, root } = pageWith(String(all[0].content), 'div');
  const before = $(root).find('#i-1')[0];
  for (const [at, now] of all.slice(1).entries())
    new Applier($, () => {}).patch(root, diff(all[at] as Rendered, now)?.patch ?? []);
  expect($(root).find('#l li')[0]).toBe(before);
});

test('a node that stays is the same node, in a list that is turned around too', () => {
  const of = (ids: readonly number[]) => html`<ul id="u">${ids.map((id) => html`<li id="i-${id}">${id}</li>`)}</ul>`;
  const [one, two] = [rendered(of([1, 2, 3])), rendered(of([3, 1]))];
  const { $, root } = pageWith(String(one.content), 'div');
  const before = $(root).find('#i-3')[0];
  new Applier($, () => {}).patch(root, diff(one, two)?.patch ?? []);
  expect($(root).find('li').first()[0]).toBe(before);
});
