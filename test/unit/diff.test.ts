// What an update says: bytes follow the change, for html`` and for any other text.
import { type Html, html, raw } from 'htmx-liveview';
import { describe, expect, test } from 'vitest';
import { encodeFrame, numberFrame } from '../../protocol/frame.ts';
import { diff, rendered } from '../../server/diff.ts';

interface Row {
  readonly id: number;
  readonly n: number;
}

const rows = (count: number): Row[] => Array.from({ length: count }, (_, at) => ({ id: at + 1, n: 42 }));
const item = ({ id, n }: Row) =>
  html`<tr id="r-${id}"><td>${id}</td><td>item ${id}</td><td>${n}</td><td>open</td><td><button lv-event="buy" name="id" value="${id}">buy</button></td></tr>`;
const table = (list: readonly Row[]) => html`<table><tbody id="rows">${list.map(item)}</tbody></table>`;

describe.each([
  ['html', (content: Html) => content],
  ['text', (content: Html) => String(content)],
] as const)('%s', (_, as) => {
  const patch = (before: Html, now: Html) => diff(rendered(as(before)), rendered(as(now)));
  const bytes = (before: Html, now: Html) =>
    numberFrame(
      999,
      encodeFrame('update', JSON.stringify({ id: 'x'.repeat(22), from: 99, version: 100, ...patch(before, now) })),
    ).length;
  const change = (list: readonly Row[], id: number) => list.map((row) => (row.id === id ? { ...row, n: 43 } : row));
  const all = rows(1000);

  test('nothing changed: nothing is said', () => {
    expect(patch(table(all), table(all.map((row) => ({ ...row }))))).toBeUndefined();
  });

  test('one of 1000 rows is at most 300 bytes, and as many of 10,000', () => {
    expect(patch(table(all), table(change(all, 500)))).toEqual({
      patch: [['r', 'r-500', String(item({ id: 500, n: 43 }))]],
    });
    expect(bytes(table(all), table(change(all, 500)))).toBeLessThanOrEqual(300);
    const many = rows(10_000);
    expect(bytes(table(many), table(change(many, 5000)))).toBeLessThanOrEqual(303);
  });

  test('a cell with an id of its own is at most 160 bytes', () => {
    const cell = (list: readonly Row[]) =>
      html`<table><tbody>${list.map(({ id, n }) => html`<tr id="r-${id}"><td>${id}</td><td id="n-${id}">${n}</td></tr>`)}</tbody></table>`;
    expect(bytes(cell(all), cell(change(all, 500)))).toBeLessThanOrEqual(160);
  });

  test('an insert at the front says only what is new', () => {
    expect(patch(table(all), table([{ id: 0, n: 1 }, ...all]))).toEqual({
      patch: [['b', 'r-1', String(item({ id: 0, n: 1 }))]],
    });
  });

  test('an item that goes from one list to another is removed before it is inserted', () => {
    const lists = (left: readonly number[], right: readonly number[]) =>
      html`<div><ul id="left">${left.map(entry)}</ul><ul id="right">${right.map(entry)}</ul></div>`;
    const entry = (n: number) => html`<li id="i-${n}">${n}</li>`;
    const expected = (beside: string) => [
      ['x', 'i-2', ''],
      ['a', beside, '<li id="i-2">2</li>'],
    ];
    expect(patch(lists([1, 2], [3]), lists([1], [3, 2]))?.patch).toEqual(expected('i-3'));
    expect(patch(lists([1], [3, 2]), lists([1, 2], [3]))?.patch).toEqual(expected('i-1'));
  });

  test('a list that a few items leave empty loses them one by one: they may be wanted elsewhere', () => {
    const entry = (n: number) => html`<li id="i-${n}">${n}</li>`;
    const lists = (left: readonly number[], right: readonly number[]) =>
      html`<ul id="left">${left.map(entry)}</ul><ul id="right">${right.map(entry)}</ul>`;
    expect(patch(lists([1], []), lists([], [1]))?.patch).toEqual([
      ['x', 'i-1', ''],
      ['r', 'right', '<ul id="right"><li id="i-1">1</li></ul>'],
    ]);
    expect(patch(lists([1, 2], [3]), lists([], [3, 2, 1]))?.patch?.map(([kind, id]) => `${kind} ${id}`)).toEqual([
      'x i-1',
      'x i-2',
      'a i-3',
    ]);
  });

  test('a list of many items that is emptied is said in a few words', () => {
    expect(patch(table(all), table([]))).toEqual({ patch: [['r', 'rows', '<tbody id="rows"></tbody>']] });
    const own = html`${all.map(item)}`;
    expect(patch(own, html`${[]}`)).toEqual({ html: '' });
  });

  test('a swap of first and last is two moves', () => {
    const [first, ...rest] = all as [Row, ...Row[]];
    const last = rest.pop() as Row;
    const operations = patch(table(all), table([last, ...rest, first]))?.patch;
    expect(operations).toHaveLength(2);
    expect(operations?.every(([kind]) => kind === 'm')).toBe(true);
  });

  test('a removal from the middle is one operation', () => {
    expect(patch(table(all), table(all.filter(({ id }) => id !== 500)))).toEqual({ patch: [['x', 'r-500', '']] });
  });

  test.each([10, 100, 10_000])('%i appended rows are one operation that holds just them', (count) => {
    const more = rows(1000 + count);
    const operations = patch(table(all), table(more))?.patch;
    expect(operations).toEqual([
      [
        'a',
        'r-1000',
        more
          .slice(1000)
          .map((row) => String(item(row)))
          .join(''),
      ],
    ]);
  });

  test('a change in two places is two regions', () => {
    expect(patch(table(all), table(change(change(all, 3), 900)))?.patch?.map(([, id]) => id)).toEqual(['r-3', 'r-900']);
  });

  test('what is in no region is said whole', () => {
    const page = (title: string) => html`<h1>${title}</h1><p id="p">same</p>`;
    expect(patch(page('a'), page('b'))).toEqual({ html: '<h1>b</h1><p id="p">same</p>' });
  });

  test('the innermost region is said, and the one around where its own part changed', () => {
    const nested = (inner: string, outer: string) => html`<div id="o" title="${outer}"><i id="i">${inner}</i></div>`;
    expect(patch(nested('a', 'x'), nested('b', 'x'))).toEqual({ patch: [['r', 'i', '<i id="i">b</i>']] });
    expect(patch(nested('a', 'x'), nested('b', 'y'))?.patch?.map(([, id]) => id)).toEqual(['o']);
  });

  test('a doubled id is not relied on', () => {
    const doubled = (text: string) => html`<div id="w"><p id="d">${text}</p><p id="d">same</p></div>`;
    expect(patch(doubled('a'), doubled('b'))?.patch).toBeUndefined();
    expect(patch(doubled('a'), doubled('b'))?.html).toContain('<p id="d">b</p>');
  });

  test('an element that is not closed makes the change larger, not wrong', () => {
    const open = (text: string) => html`<div id="a"><p id="b">${text}</div>`;
    expect(patch(open('a'), open('b'))).toEqual({ html: '<div id="a"><p id="b">b</div>' });
  });
});

describe('an id with more than one value in it', () => {
  interface Cell {
    readonly group: string;
    readonly n: number;
    readonly text?: string;
  }
  const entry = ({ group, n, text = '' }: Cell) => html`<li id="${group}-${n}">${text}</li>`;
  const list = (cells: readonly Cell[]) => html`<ul>${cells.map(entry)}</ul>`;
  const patch = (before: readonly Cell[], now: readonly Cell[]) => diff(rendered(list(before)), rendered(list(now)));
  const all = Array.from({ length: 1000 }, (_, at): Cell => ({ group: at % 2 ? 'a' : 'b', n: at >> 1 }));

  test('names one row of 1000, and says nothing of the others', () => {
    const now = all.map((cell) => (cell.group === 'a' && cell.n === 250 ? { ...cell, text: 'new' } : cell));
    expect(patch(all, now)).toEqual({ patch: [['r', 'a-250', '<li id="a-250">new</li>']] });
  });

  test('names what is inserted, moved and removed', () => {
    const [first, ...rest] = all as [Cell, ...Cell[]];
    expect(patch(all, [{ group: 'c', n: 1 }, ...all])).toEqual({ patch: [['b', 'b-0', '<li id="c-1"></li>']] });
    expect(patch(all, [...rest, first])).toEqual({ patch: [['m', 'b-0', 'a', 'a-499', '']] });
    expect(patch(all, rest)).toEqual({ patch: [['x', 'b-0', '']] });
  });

  test('is told from another id, whichever of its values differs, and may be all values', () => {
    const entries = (list: readonly [a: string, b: number, c: string][]) =>
      html`<ul id="u">${list.map(([a, b, c]) => html`<li id='${a}${b}${c}'>${a}</li>`)}</ul>`;
    const change = (before: [string, number, string][], now: [string, number, string][]) =>
      diff(rendered(entries(before)), rendered(entries(now)))?.patch;
    const end: [string, number, string] = ['z', 9, 'z'];
    for (const other of [
      ['B', 1, 'c'],
      ['b', 2, 'c'],
      ['b', 1, 'C'],
    ] as [string, number, string][]) {
      expect(change([['b', 1, 'c'], end], [other, end])).toEqual([
        ['x', 'b1c', ''],
        ['b', 'z9z', String(html`<li id='${other[0]}${other[1]}${other[2]}'>${other[0]}</li>`)],
      ]);
    }
  });

  test.each([null, true, 'a b', '<'])('is none with %j in it: the region around is sent', (value) => {
    const page = (text: string) => html`<div id="w"><p id="p-${value}-${1}">${text}</p></div>`;
    expect(diff(rendered(page('x')), rendered(page('y')))?.patch?.map(([, id]) => id)).toEqual(['w']);
  });

  test('is not relied on where two of them come to the same', () => {
    const page = (text: string) => html`<p id="${'1-2'}-${3}">${text}</p><p id="${'1'}-${'2-3'}">same</p>`;
    expect(diff(rendered(page('x')), rendered(page('y')))?.patch).toBeUndefined();
  });
});

test('raw text inside a template is part of its region', () => {
  const page = (text: string) => html`<div id="d">${raw(text)}</div>`;
  expect(diff(rendered(page('<b>1</b>')), rendered(page('<b>2</b>')))).toEqual({
    patch: [['r', 'd', '<div id="d"><b>2</b></div>']],
  });
  expect(diff(rendered(page('<b>1</b>')), rendered(page('</div><b>')))).toEqual({
    html: '<div id="d"></div><b></div>',
  });
});

test('regions are found in texts with comments, raw text, void elements and odd white space', () => {
  const text = (n: number) => `<!-- <p id="x"> --><script>"</p>"</script>
    <DIV  ID = 'a'
      title=x ><br><input id=i value=${n}><textarea id="t"><p id="no"></textarea></DIV>`;
  expect(diff(rendered(text(1)), rendered(text(2)))).toEqual({ patch: [['r', 'i', '<input id=i value=2>']] });
});
