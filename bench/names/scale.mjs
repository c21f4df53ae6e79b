// Owns `scale`: how the cost of an event, and of a viewer, grows with the viewers and with the rows.
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { HttpSocket } from '../load/http.mjs';
import { loop, measureLoop } from '../load/loop.mjs';
import { median } from '../median.mjs';
import { pick, round, rounds } from '../rounds.mjs';

const ROWS = [10, 100, 1_000, 10_000];
/** So many viewers send events, whatever the number of the idle ones. */
const ACTIVE = 100;

async function byViewers(quick, counts) {
  const child = await Child.start('ours');
  const posts = Array.from({ length: 50 }, () => new HttpSocket(child.port));
  let next = 0;
  const open = () => child.open({ posts: posts[next++ % posts.length] });
  const active = await openMany(() => child.open({}), ACTIVE);
  await loop(active, quick ? 2500 : 5000);
  const before = await child.ask('memory');
  const idle = [];
  const found = { event_us: {}, viewer_kb: {}, viewer_heap_kb: {} };
  for (const count of counts) {
    idle.push(...(await openMany(open, count - idle.length)));
    const runs = await times(3, () => measureLoop(child, active, quick ? 800 : 2000));
    const now = await child.ask('memory');
    found.event_us[count] = round(median(runs.map(({ server_us }) => server_us)), 1);
    found.viewer_kb[count] = round((now.rss - before.rss) / idle.length / 1024, 1);
    found.viewer_heap_kb[count] = round((now.heap - before.heap) / idle.length / 1024, 1);
  }
  for (const it of [...active, ...idle, ...posts]) it.close();
  await child.stop();
  return found;
}

async function byRows(quick) {
  const child = await Child.start('ours');
  const viewers = {};
  for (const rows of ROWS) viewers[rows] = await openRows(child, rows);
  for (const rows of ROWS) await loop([viewers[rows]], quick ? 1500 : 4000);
  const run = async (rows) => measureLoop(child, [viewers[rows]], quick ? 600 : 2000);
  const results = await rounds(ROWS, 3, async (rows) => ({ server_us: (await run(rows)).server_us }));
  const bytes = ROWS.map((rows) => [rows, viewers[rows].bytes]);
  for (const viewer of Object.values(viewers)) viewer.close();
  await child.stop();
  return { row_event_us: pick(results, 'server_us', 1), row_bytes: Object.fromEntries(bytes) };
}

/** A viewer of a table, of which it changes the row in the middle. */
async function openRows(child, rows) {
  const viewer = await child.open({ path: `/?of=bench.Rows&rows=${rows}` });
  const prepare = viewer.prepare.bind(viewer, 'buy', `id=${rows / 2}`);
  viewer.prepare = () => prepare();
  return viewer;
}

async function times(count, work) {
  const results = [];
  for (let run = 0; run < count; run++) results.push(await work());
  return results;
}

/** Quickly: 5,000 viewers at most. */
export async function scale({ quick }) {
  const counts = quick ? [100, 1_000, 5_000] : [100, 1_000, 10_000];
  const viewers = await byViewers(quick, counts);
  const rows = await byRows(quick);
  const growth = (found, from, to) => round(found[to] / found[from], 2);
  return {
    ...viewers,
    ...rows,
    event_growth: growth(viewers.event_us, counts[0], counts[2]),
    viewer_growth: growth(viewers.viewer_heap_kb, counts[0], counts[2]),
    row_growth_10_to_1000: growth(rows.row_event_us, 10, 1_000),
    row_growth_1000_to_10000: growth(rows.row_event_us, 1_000, 10_000),
  };
}
