// What a change costs the server, and the wire. `node bench/diff.mjs`; the last line is JSON.
// Times are microseconds for render + diff + encode of one update (of a text: diff + encode, for the text is the renderer's);
// `text_us` is the building of the full text from the state, without which no whole-fragment system can do.
import ejs from 'ejs';
import { encodeFrame, numberFrame } from '../dist/protocol/frame.js';
import { diff, rendered } from '../dist/server/diff.js';
import { makeRows, median, table, tableWithCells } from './fixture.mjs';

const WARM = 200;
const RUNS = 400;
const ID = 'a'.repeat(22);

function time(work) {
  const times = [];
  for (let run = 0; run < WARM + RUNS; run++) {
    const start = process.hrtime.bigint();
    work(run);
    if (run >= WARM) times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  return median(times);
}

/** Updates a table again and again; gives the time of one update, and its frame. */
function update(rows, render, change, prepare = (content) => content) {
  let last = rendered(prepare(render(rows)));
  let frame = '';
  const times = [];
  for (let run = 0; run < WARM + RUNS; run++) {
    change(rows, run);
    const ready = prepare === flat ? flat(render(rows)) : undefined;
    const start = process.hrtime.bigint();
    const now = rendered(ready ?? render(rows));
    const update = { id: ID, from: 7, version: 8, ...diff(last, now) };
    frame = numberFrame(9, encodeFrame('update', JSON.stringify(update)));
    if (run >= WARM) times.push(Number(process.hrtime.bigint() - start) / 1000);
    last = now;
  }
  return { us: median(times), bytes: Buffer.byteLength(frame) };
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
const growth = Object.fromEntries(
  counts.map((count) => [count, Math.round(update(makeRows(count), table, changeOne).us)]),
);
const htmlRow = update(makeRows(1000), table, changeOne);
const stringRow = update(makeRows(1000), (rows) => view({ rows }), changeOne, flat);
const cell = update(makeRows(1000), tableWithCells, changeOne);
const htmlAppend = update(makeRows(1000), table, append);
const stringAppend = update(makeRows(1000), table, append, flat);
const rows = makeRows(1000);
const text = time((run) => {
  changeOne(rows, run);
  return Buffer.byteLength(String(table(rows)));
});

const round = (number) => Math.round(number * 10) / 10;
const result = {
  html_row_us: round(htmlRow.us),
  string_row_us: round(stringRow.us),
  html_append_us: round(htmlAppend.us),
  string_append_us: round(stringAppend.us),
  text_us: round(text),
  text_per_row_update: round(text / htmlRow.us),
  row_bytes: htmlRow.bytes,
  row_string_bytes: stringRow.bytes,
  cell_bytes: cell.bytes,
  append_bytes: htmlAppend.bytes,
  html_row_us_by_rows: growth,
  html_row_doubled: round(growth[2000] / growth[1000]),
};
console.table(Object.fromEntries(Object.entries(result).filter(([, value]) => typeof value === 'number')));
console.log(JSON.stringify(result));
