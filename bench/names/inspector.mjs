// Owns `inspector`: what an event costs the server where there is an inspector, and where somebody looks at it.
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { loop, measureLoop } from '../load/loop.mjs';
import { OursViewer } from '../load/ours.mjs';
import { round, rounds } from '../rounds.mjs';

/** A page of the inspector, as far as a server sees one: each of its frames is so long that the extension acknowledges it. */
async function look({ port }) {
  const page = await OursViewer.open(port, { path: '/live/inspector', base: '/live/inspector' });
  page.stream.onFrames = (_found, text) => {
    const last = [...text.matchAll(/^id: (\d+)$/gm)].at(-1);
    if (last) page.acknowledge(last[1]).catch(() => {}); // the server may have stopped
  };
}

const KINDS = {
  off: { system: 'ours' },
  on: { system: 'ours_inspected' },
  open: { system: 'ours_inspected', prepare: look },
};

async function warmUp({ system, prepare }, clients, ms) {
  const child = await Child.start(system);
  const viewers = await openMany(() => child.open({}), clients);
  await prepare?.(child);
  await loop(viewers, ms);
  return { child, viewers };
}

/** Microseconds of the server's CPU for each event, and how that compares. */
export async function inspector({ quick }) {
  const { warm, ms, runs } = quick ? { warm: 1500, ms: 600, runs: 5 } : { warm: 4000, ms: 2000, runs: 9 };
  const ready = {};
  for (const [name, kind] of Object.entries(KINDS)) ready[name] = await warmUp(kind, 100, warm);
  const names = Object.keys(KINDS);
  const found = await rounds(names, runs, (name) => measureLoop(ready[name].child, ready[name].viewers, ms));
  await Promise.all(Object.values(ready).map(({ child }) => child.stop()));
  const each = (of) => Object.fromEntries(names.map((name) => [name, of(found[name])]));
  return {
    server_us: each(({ server_us }) => round(server_us, 1)),
    ratio: each(({ server_us }) => round(server_us / found.off.server_us, 2)),
    events: each(({ events }) => round(events)),
  };
}
