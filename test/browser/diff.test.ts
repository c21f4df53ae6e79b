// The server's diff and the browser's apply together: whatever changes, the page becomes what a parser makes of the new HTML.
import fc from 'fast-check';
import { html, raw } from 'htmx-liveview';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Content } from '../../views/html.ts';
import { applySteps, loadView, type Outcome, stepsThrough } from '../support/apply.ts';
import { spaced } from '../support/pages.ts';

const endpoint = inject('chromium');
const runs = { numRuns: 150 };

describe.skipIf(!endpoint)('a patch leads to the new HTML', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.connect(endpoint);
    page = await browser.newPage();
    await loadView(page);
  });
  afterAll(() => browser?.close());

  /** Checks a content as it is, and as the text of another renderer. */
  async function check(contents: readonly Content[], tag?: string): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const kind of [contents, contents.map(String)]) {
      const { texts, steps } = stepsThrough(kind);
      const outcome = await applySteps(page, texts, steps, tag);
      const about = JSON.stringify({ texts, steps });
      expect(outcome.live, about).toBe(outcome.expected);
      expect(outcome.misfits, about).toBe(0);
      outcomes.push(outcome);
    }
    return outcomes;
  }

  const word = fc.constantFrom('', 'a', 'b', 'c &amp; d', '<', '"', ' ', 'é', '\n', 'x'.repeat(20));
  const id = fc.nat({ max: 7 });

  /** One component's state: lists with ids, attributes, conditions, text. */
  const state = fc.record({
    title: word,
    flag: fc.boolean(),
    value: word,
    list: fc.uniqueArray(fc.record({ id, text: word, on: fc.boolean(), note: fc.option(word) }), {
      maxLength: 7,
      selector: (it) => it.id,
    }),
    second: fc.array(word, { maxLength: 4 }),
    deep: fc.record({ a: word, b: word }),
  });
  type State = typeof state extends fc.Arbitrary<infer T> ? T : never;

  const plain = ({ title, flag, value, list, second, deep }: State) => html`
    <!-- a comment with <b id="not-a-region"> -->
    <h1 class="${flag ? 'on' : 'off'}">${title}</h1>
    <section id="box" data-flag="${flag}" title="${value}">
      <p>${title} &nbsp; ${deep.a}</p>
      <div id="deep"><span id="inner">${deep.a}</span><br>${deep.b}</div>
      <img src="x.png" alt="${value}">
    </section>
    <ul id="list">
      ${list.map((it) => html`<li id="item-${it.id}" class="${it.on ? 'on' : null}">${it.text}${it.note === null ? '' : html`<em>${it.note}</em>`}</li>`)}
    </ul>
    ${flag ? html`<p id="maybe">${value}</p>` : ''}
    <ol>${second.map((text) => html`<li>${text}</li>`)}</ol>
    <textarea id="area">
${value}</textarea><input id="field" value="${value}" disabled="${flag}">`;

  /** Items that have no id, or are no element, stand among those that can be told from others. */
  const mixed = ({ list, second, title, flag }: State) =>
    html`<ul id="list">${[
      title,
      ...second.map((text) => html`<li>${text}</li>`),
      ...list.map((it) => html`<li id="item-${it.id}">${it.text}</li>`),
      flag ? html` <li>end</li>` : '',
      ...list.filter(({ on }) => on).map((it) => html` <li id="on-${it.id}">${it.text}</li> `),
    ]}</ul>`;

  /** Items that go from one list to another: beside it, into an item of it, or into the inside of what is new there. */
  const givenAway = ({ list, flag, deep }: State) => {
    const item = ({ id, text, note }: State['list'][number]) =>
      html`<li id="item-${id}">${text}${note === null ? '' : html`<b id="note-${id}">${note}</b>`}</li>`;
    const entry = (it: State['list'][number]) => html` <li id="entry-${it.id}"><ol>${item(it)}</ol></li> `;
    const of = (wanted: (it: State['list'][number]) => boolean) => list.filter(wanted);
    return html`
      <ul id="left">${of(({ on }) => on).map(item)}<li id="end">${deep.a}</li></ul>
      <ul id="right">${of(({ on, text }) => !on && text > 'b').map(item)}<li id="inner"><ul>${of(({ on, text }) => !on && text === 'a').map(item)}</ul></li></ul>
      <ul id="wrapped">${flag ? '' : of(({ on, text }) => !on && text < 'a').map(entry)}<li id="last"></li></ul>`;
  };

  /** Items that go from one list to another, where lists come and go and are empty at times. */
  const givenAround = ({ list, flag, second }: State) => {
    const item = ({ id, text, on }: State['list'][number]) =>
      html`<li id="item-${id}" class="${on ? 'on' : null}">${text}</li>`;
    const columns = [0, 1, 2].filter((n) => n < 2 || flag);
    return html`<div id="board">${columns.map(
      (n) =>
        html`<section id="column-${n}"><ol id="cards-${n}">${list.filter(({ id }) => (id + second.length) % columns.length === n).map(item)}</ol></section>`,
    )}</div>`;
  };

  /** Ids of several values, of which two may come to the same: "1" + "-1-" + "2" and "1-1" + "-" + "2". */
  const composed = ({ list, flag, deep, second }: State) => {
    const entry = ({ id, text, note, on }: State['list'][number]) =>
      html`<li id="${on ? 'on' : id}-${id}${flag}"><b id="${id}-${deep.a}-">${text}</b>${note === null ? '' : html`<i id="${deep.b}${id}">${note}</i>`}</li>`;
    return html`
      <ul id="l-${flag ? 1 : 2}-${second.length}">${list.map(entry)}</ul>
      <ol>${list.map(({ id, text, on }) => html`<li id="${on ? '1-1' : 1}-${on ? id : `1-${id}`}">${text}</li>`)}</ol>`;
  };

  test.each([
    ['of lists that give items to one another', givenAway],
    ['of lists that give all of their items to one another', givenAround],
    ['of ids with several values in them', composed],
    ['of text, attributes, lists and conditions', plain],
    ['of lists with white space around their items', spaced],
    ['of lists among items of other kinds', mixed],
  ])('%s', async (_, render) => {
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 2, maxLength: 5 }), async (states) => {
        await check(states.map(render));
      }),
      runs,
    );
  });

  test('of tables, with optional parents, and rows as root', async () => {
    const row = (it: State['list'][number]) =>
      html`<tr id="r-${it.id}" class="${it.on ? 'on' : ''}"><td>${it.id}</td><td id="c-${it.id}">${it.text}</td></tr>`;
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 2, maxLength: 4 }), async (states) => {
        await check(
          states.map(({ list, title }) => html`<table id="t"><caption>${title}</caption>${list.map(row)}</table>`),
        );
        await check(
          states.map(({ list }) => html`${list.map(row)}`),
          'tbody',
        );
      }),
      { numRuns: 60 },
    );
  });

  test('of SVG', async () => {
    const shape = (it: State['list'][number]) =>
      html`<circle id="c-${it.id}" r="${it.text.length}" class="${it.on ? 'on' : ''}"/>`;
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 2, maxLength: 4 }), async (states) => {
        await check(
          states.map(
            ({ list, title }) =>
              html`<svg id="s" viewBox="0 0 9 9"><title>${title}</title><g id="g">${list.map(shape)}</g></svg>`,
          ),
        );
        await check(
          states.map(({ list }) => html`${list.map(shape)}`),
          'g',
        );
      }),
      { numRuns: 60 },
    );
  });

  test('where ids are doubled', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.tuple(id, word), { maxLength: 6 }), { minLength: 2, maxLength: 4 }),
        async (lists) => {
          await check(
            lists.map(
              (list) =>
                html`<ul id="u">${list.map(([n, text]) => html`<li id="i-${n}">${text}</li>`)}</ul><p id="i-1">${list.length}</p>`,
            ),
          );
        },
      ),
      runs,
    );
  });

  const piece = fc.constantFrom(
    '<p id="a">',
    '</p>',
    '<div id="b">',
    '</div>',
    '<div>',
    '<ul id="u">',
    '</ul>',
    '<li id="l">',
    '<li id="m">',
    '</li>',
    '<table id="t">',
    '</table>',
    '<tr id="r">',
    '</tr>',
    '<td id="d">',
    '</td>',
    '<b id="x">',
    '</b>',
    '<a id="y" href="#">',
    '</a>',
    'text',
    '1',
    '2',
    '<br>',
    '<input id="i">',
    '<!-- c -->',
    '<!-->',
    '<',
    '&amp;',
    '&',
    '<select id="s">',
    '<option id="o">',
    '</select>',
    '<textarea id="ta">',
    '</textarea>',
    '<script>',
    '</script>',
    '<svg id="g">',
    '<path id="pa"/>',
    '</svg>',
    '<form id="f">',
    '</form>',
    '<button id="bu">',
    '</button>',
    '<h1 id="h">',
    '</h1>',
    '<p id=q>',
    "<p id='w'>",
    '<template>',
    '</template>',
  );

  test('where the markup is malformed, ambiguous or odd', async () => {
    const soup = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(
        soup,
        soup,
        soup,
        fc.array(piece, { minLength: 1, maxLength: 3 }),
        async (before, middle, after, changes) => {
          const texts = ['', ...changes].map(
            (change) => `<div id="w">${before}<section id="z">${middle}${change}</section>${after}</div>`,
          );
          await check(texts);
          await check(texts.map((text) => raw(text)));
          await check(
            ['', ...changes].map(
              (change) =>
                html`<div id="w">${raw(before)}<section id="z">${raw(middle)}${change}</section>${raw(after)}</div>`,
            ),
          );
          await check(
            ['', ...changes].map((change) => html`<p id="w">${raw(before)}${[html`<i id="k">${change}</i>`]}</p>`),
          );
        },
      ),
      { numRuns: 250 },
    );
  });

  test('of elements that go anywhere, into one another too', async () => {
    const places = fc.uniqueArray(fc.record({ id, into: id, text: word }), { maxLength: 8, selector: (it) => it.id });
    const treeOf = (nodes: readonly { id: number; into: number; text: string }[]) => {
      const at = (parent: number | undefined): string =>
        nodes
          .filter((node, place) => parentOf(node, place) === parent)
          .map(({ id, text }) => `<div id="n-${id}">${text}${at(id)}</div>`)
          .join('');
      // into one that came before it, or else nowhere
      const parentOf = ({ into }: { into: number }, place: number) =>
        nodes.slice(0, place).find((node) => node.id === into)?.id;
      return at(undefined);
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(places, word), { minLength: 2, maxLength: 4 }), async (states) => {
        await check(states.map(([nodes, text]) => `<p>${text}</p><section id="s">${treeOf(nodes)}</section>`));
      }),
      runs,
    );
  });

  test('of neighbours that go to another list together, with the white space between them', async () => {
    const item = (n: number) => html`
      <li id="i-${n}">${n}</li>`;
    const of = (left: readonly number[], right: readonly number[]) =>
      html`<ul id="left">${left.map(item)}</ul><ul id="right">${right.map(item)}</ul>`;
    await check([of([1, 2, 3], [4]), of([1], [4, 2, 3]), of([2, 1, 3], [4])]);
  });

  test('where the page had cancelled what came to both lists between which an item moves', async () => {
    const shown = await page.evaluate(() => {
      document.body.innerHTML =
        '<div data-id="x" data-component="c" data-session="s"><ul><li id="e"><ul><li id="b"></li></ul></li><li id="a"></li></ul></div>';
      const root = document.body.firstElementChild as Element;
      const view = (window as any).Apply.createView(root, { added() {}, changed() {}, removed() {} });
      view.patch([['a', 'a', '<li id="c"></li>']], false);
      view.patch([['a', 'b', '<li id="d"></li>']], false);
      view.patch([
        ['x', 'a', ''],
        ['b', 'b', '<li id="a"></li>'],
      ]);
      return [...root.querySelectorAll('ul')].map((it) => [...it.children].map(({ id }) => id).join(' '));
    });
    expect(shown).toEqual(['e c', 'a b d']);
  });

  test('where what was inside goes outside', async () => {
    const [a, b] = ['<i>a</i>', '<input>'];
    await check(
      [
        `<div id="x"><ul id="y"><li id="z">${a}</li></ul></div>`,
        `<ul id="y"><li id="z">${b}<div id="x">${a}</div></li></ul>`,
        `<li id="z"><div id="x"><ul id="y">${b}</ul></div></li>`,
      ].map((text) => `<section id="s">${text}</section><p>1</p>`),
    );
  });

  test('where a template stands in one that has no place for it', async () => {
    const item = (n: number, text: string) => html`<p id="p-${n}">${html`<div>${text}</div>`}</p>`;
    for (const [one, two] of [
      [[1, 2], [2]],
      [
        [1, 2],
        [2, 1],
      ],
      [[1], [1, 2, 3]],
    ] as const) {
      await check([one, two].map((list) => html`<div id="d">${list.map((n) => item(n, `${list.length}`))}</div>`));
    }
  });

  test.each([
    ['that was empty, and leaves its own empty', [[1], []], [[], [1]]],
    ['and leaves its own empty', [[1], [2]], [[], [2, 1]]],
    ['that was empty', [[1, 2], []], [[2], [1]]],
  ] as const)(
    'an item that goes to another list %s is the same element, with what was typed in it',
    async (_, from, to) => {
      const card = (id: number) => html`<li id="card-${id}"><input><b id="note-${id}">${id}</b></li>`;
      const of = ([left, right]: readonly [readonly number[], readonly number[]]) =>
        html`<ul id="left">${left.map(card)}</ul><section><ul id="right">${right.map(card)}</ul></section>`;
      const contents = [of(from), of(to), of(from)];
      for (const kind of [contents, contents.map(String)]) {
        const { texts, steps } = stepsThrough(kind);
        const seen = await page.evaluate(
          ([texts, steps]) => {
            document.body.innerHTML = `<div data-id="x" data-component="c" data-session="s">${texts[0]}</div>`;
            const root = document.body.firstElementChild as Element;
            const view = (window as any).Apply.createView(root, { added() {}, changed() {}, removed() {} });
            const input = root.querySelector('input') as HTMLInputElement;
            input.value = 'typed';
            input.focus();
            const seen = [];
            for (const { patch } of steps) {
              view.patch(patch);
              seen.push([input.closest('ul')?.id, root.contains(input), document.activeElement === input, input.value]);
            }
            return [...seen, root.innerHTML];
          },
          [texts, steps] as const,
        );
        expect(seen).toEqual([['right', true, true, 'typed'], ['left', true, true, 'typed'], texts[0]]);
      }
    },
  );

  test('where the page had cancelled an update, and a component that came by update stays what it is', async () => {
    const [isSame, live] = await page.evaluate(() => {
      document.body.innerHTML = '<div data-id="x" data-component="c" data-session="s"><p>0</p></div>';
      const root = document.body.firstElementChild as Element;
      const view = (window as any).Apply.createView(root, { added() {}, changed() {}, removed() {} });
      const child = '<i data-id="y" data-component="d" data-session="s">inside</i>';
      view.update(`<p>1</p>${child}`);
      const shown = root.querySelector('i');
      view.update(`<p>2</p>${child}`, false);
      view.update(`<p>3</p>${child}`);
      return [shown === root.querySelector('i'), root.textContent] as const;
    });
    expect([isSame, live]).toEqual([true, '3inside']);
  });
});
