// Owns `throughput`: 100 closed-loop clients, each with its own counter. And `round-trip`: the same with one.
import { Child } from '../child.mjs';
import { openMany } from '../load/clients.mjs';
import { measureLoop } from '../load/loop.mjs';
import { percentile } from '../median.mjs';
import { pick, rounds } from '../rounds.mjs';
import { SYSTEMS } from '../systems.mjs';

async function measure(name, clients, times, notes) {
  const child = await Child.start(name);
  if (child.note) notes.add(child.note);
  const viewers = await openMany(child.open.bind(child, {}), clients);
  const result = await measureLoop(child, viewers, times);
  for (const viewer of viewers) viewer.close();
  await child.stop();
  const { events, server_us } = result;
  return { events, server_us, p50: percentile(result.times, 0.5), p99: percentile(result.times, 0.99) };
}

async function compare(clients, runs, times) {
  const notes = new Set();
  const results = await rounds(Object.keys(SYSTEMS), runs, (name) => measure(name, clients, times, notes));
  return { results, notes: notes.size > 0 ? { notes: [...notes] } : {} };
}

export async function throughput({ quick }) {
  const times = quick ? { warm: 800, ms: 1200 } : { warm: 3000, ms: 5000 };
  const { results, notes } = await compare(100, quick ? 2 : 5, times);
  return { ...pick(results, 'events'), server_us: pick(results, 'server_us', 1), ...notes };
}

export async function roundTrip({ quick }) {
  const times = quick ? { warm: 800, ms: 800 } : { warm: 2000, ms: 3000 };
  const { results, notes } = await compare(1, quick ? 2 : 5, times);
  const p50 = pick(results, 'p50', 3);
  return { ...p50, p50, p99: pick(results, 'p99', 3), server_us: pick(results, 'server_us', 1), ...notes };
}
