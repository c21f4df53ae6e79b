// What a change costs the server, and the wire. `node bench/diff.mjs`; the last line is JSON.
// Times are microseconds for render + diff + encode of one update (of a text: diff + encode, for the text is the renderer's);
// `text_us` is the building of the full text from the state, without which no whole-fragment system can do.
import ejs from 'ejs';
import { encodeFrame, numberFrame } from '../dist/protocol/frame.js';
import { diff, rendered } from '../dist/server/diff.js';
import { makeRows, median, table, tableWithCells } from './fixture.mjs';

const WARM = 200;
const RUNS = 400;
const ROUNDS = 10;
const ID = 'a'.repeat(22);

/** A case: `run(n)` returns its n-th time, in microseconds. */
const timed = (run) => ({ run, times: [] });

/** Updates a table again and again; a run is one update, and `bytes` is its frame's size. */
function updates(rows, render, change, prepare = (content) => content) {
  let last = rendered(prepare(render(rows)));
  const it = timed((run) => {
    change(rows, run);
    const ready = prepare === flat ? flat(render(rows)) : undefined;
    const start = process.hrtime.bigint();
    const now = rendered(ready ?? render(rows));
    const update = { id: ID, from: 7, version: 8, ...diff(last, now) };
    const frame = numberFrame(9, encodeFrame('update', JSON.stringify(update)));
    const time = since(start);
    it.bytes = Buffer.byteLength(frame);
    last = now;
    return time;
  });
  return it;
}

const since = (start) => Number(process.hrtime.bigint() - start) / 1000;

/** Some runs of each case, in turn, until each has all of its own: a machine that is slow for a while is so for each. */
function measure(cases) {
  for (const { run } of cases) for (let n = 0; n < WARM; n++) run(n);
  for (let round = 0; round < ROUNDS; round++)
    for (const it of cases) for (let n = 0; n < RUNS / ROUNDS; n++) it.times.push(it.run(WARM + it.times.length));
  for (const it of cases) it.us = median(it.times);
}

/** A text in one piece, as a renderer's buffer or a file gives it. */
const flat = (content) => Buffer.from(String(content)).toString();
const changeOne = (rows, run) => {
  rows[rows.length >> 1].n = 10 + (run % 80);
};
const append = (rows) => {
  const id = rows.length + 1;
  rows.push({ id, name: `item ${id}`, n: 42, state: 'open' });
};

const view = ejs.compile(
  '<table><tbody id="rows"><% for (const { id, name, n, state } of rows) { %><tr id="r-<%= id %>"><td><%= id %></td><td><%= name %></td><td><%= n %></td><td><%= state %></td><td><button lv-event="buy" name="id" value="<%= id %>">buy</button></td></tr><% } %></tbody></table>',
);

const counts = [500, 1000, 2000, 10_000];
const growth = counts.map((count) => updates(makeRows(count), table, changeOne));
const htmlRow = updates(makeRows(1000), table, changeOne);
const stringRow = updates(makeRows(1000), (rows) => view({ rows }), changeOne, flat);
const cell = updates(makeRows(1000), tableWithCells, changeOne);
const htmlAppend = updates(makeRows(1000), table, append);
const stringAppend = updates(makeRows(1000), table, append, flat);
const rows = makeRows(1000);
const text = timed((run) => {
  const start = process.hrtime.bigint();
  changeOne(rows, run);
  Buffer.byteLength(String(table(rows)));
  return since(start);
});
measure([...growth, htmlRow, stringRow, cell, htmlAppend, stringAppend, text]);

const round = (number) => Math.round(number * 10) / 10;
const result = {
  html_row_us: round(htmlRow.us),
  string_row_us: round(stringRow.us),
  html_append_us: round(htmlAppend.us),
  string_append_us: round(stringAppend.us),
  text_us: round(text.us),
  text_per_row_update: round(text.us / htmlRow.us),
  row_bytes: htmlRow.bytes,
  row_string_bytes: stringRow.bytes,
  cell_bytes: cell.bytes,
  append_bytes: htmlAppend.bytes,
  html_row_us_by_rows: Object.fromEntries(counts.map((count, at) => [count, Math.round(growth[at].us)])),
  html_row_doubled: round(growth[2].us / growth[1].us),
};
console.table(Object.fromEntries(Object.entries(result).filter(([, value]) => typeof value === 'number')));
console.log(JSON.stringify(result));
