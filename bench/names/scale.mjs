// Owns `scale`: how the cost of an event, and of a viewer, grows with the viewers and with the rows.
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { HttpSocket } from '../load/http.mjs';
import { measureLoop } from '../load/loop.mjs';
import { median } from '../median.mjs';
import { round } from '../rounds.mjs';

const VIEWERS = [100, 1_000, 10_000];
const ROWS = [10, 100, 1_000, 10_000];
/** So many of the viewers send events, whatever their number. */
const ACTIVE = 100;

async function byViewers(quick) {
  const child = await Child.start('ours');
  const posts = Array.from({ length: 50 }, () => new HttpSocket(child.port));
  let next = 0;
  const open = () => child.open({ posts: posts[next++ % posts.length] });
  const active = await openMany(() => child.open({}), ACTIVE);
  await measureLoop(child, active, { warm: quick ? 2000 : 4000, ms: 10 });
  const before = await child.ask('memory');
  const idle = [];
  const found = { event_us: {}, viewer_kb: {}, viewer_heap_kb: {} };
  for (const count of VIEWERS) {
    idle.push(...(await openMany(open, count - ACTIVE - idle.length)));
    const runs = await times(3, () => measureLoop(child, active, { warm: 200, ms: quick ? 800 : 2000 }));
    const now = await child.ask('memory');
    found.event_us[count] = round(median(runs.map(({ server_us }) => server_us)), 1);
    if (idle.length === 0) continue;
    found.viewer_kb[count] = round((now.rss - before.rss) / idle.length / 1024, 1);
    found.viewer_heap_kb[count] = round((now.heap - before.heap) / idle.length / 1024, 1);
  }
  for (const it of [...active, ...idle, ...posts]) it.close();
  await child.stop();
  return found;
}

async function byRows(quick) {
  const found = { row_event_us: {}, row_bytes: {} };
  for (const rows of ROWS) {
    const child = await Child.start('ours');
    const viewer = await child.open({ path: `/?of=bench.Rows&rows=${rows}` });
    const prepare = viewer.prepare.bind(viewer, 'buy', `id=${rows / 2}`);
    viewer.prepare = () => prepare();
    const { server_us } = await measureLoop(child, [viewer], quick ? { warm: 800, ms: 800 } : { warm: 2000, ms: 3000 });
    found.row_event_us[rows] = round(server_us, 1);
    found.row_bytes[rows] = viewer.bytes;
    viewer.close();
    await child.stop();
  }
  return found;
}

async function times(count, work) {
  const results = [];
  for (let run = 0; run < count; run++) results.push(await work());
  return results;
}

export async function scale({ quick }) {
  const viewers = await byViewers(quick);
  const rows = await byRows(quick);
  const growth = (found, from, to) => round(found[to] / found[from], 2);
  return {
    ...viewers,
    ...rows,
    event_growth_100_to_10000_viewers: growth(viewers.event_us, 100, 10_000),
    row_growth_10_to_1000_rows: growth(rows.row_event_us, 10, 1_000),
    row_growth_1000_to_10000_rows: growth(rows.row_event_us, 1_000, 10_000),
  };
}
