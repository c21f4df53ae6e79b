// Owns `throughput`: 100 closed-loop clients, each with its own counter. And `round-trip`: the same with one.
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { loop, measureLoop } from '../load/loop.mjs';
import { percentile } from '../median.mjs';
import { pick, rounds } from '../rounds.mjs';
import { LOADED } from '../systems.mjs';

/** Starts a server with its viewers, and lets it run until its code is compiled. */
async function warmUp(name, clients, ms) {
  const child = await Child.start(name);
  const viewers = await openMany(() => child.open({}), clients);
  await loop(viewers, ms);
  return { child, viewers };
}

async function measure({ child, viewers }, ms) {
  const { times, events, server_us } = await measureLoop(child, viewers, ms);
  return { events, server_us, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** All servers are warm before the first is measured; then one after another, again and again. */
async function compare(clients, { warm, ms, runs }) {
  const ready = {};
  for (const name of LOADED) ready[name] = await warmUp(name, clients, warm);
  const results = await rounds(LOADED, runs, (name) => measure(ready[name], ms));
  const all = Object.values(ready);
  for (const { viewers } of all) for (const viewer of viewers) viewer.close();
  await Promise.all(all.map(({ child }) => child.stop()));
  const notes = [...new Set(all.flatMap(({ child }) => child.note ?? []))];
  return { results, notes: notes.length > 0 ? { notes } : {} };
}

export async function throughput({ quick }) {
  const times = quick ? { warm: 2000, ms: 250, runs: 9 } : { warm: 6000, ms: 3000, runs: 5 };
  const { results, notes } = await compare(100, times);
  return { ...pick(results, 'events'), server_us: pick(results, 'server_us', 1), ...notes };
}

export async function roundTrip({ quick }) {
  const times = quick ? { warm: 2000, ms: 500, runs: 3 } : { warm: 5000, ms: 2000, runs: 5 };
  const { results, notes } = await compare(1, times);
  const p50 = pick(results, 'p50', 3);
  return { ...p50, p50, p99: pick(results, 'p99', 3), server_us: pick(results, 'server_us', 1), ...notes };
}
