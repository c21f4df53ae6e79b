// Owns the soak's command line: thousands of viewers come and go, and nothing of them may be left.
// `npm run soak -- --minutes 10 --json --clients 2000`; exits with 1 if the heap has grown, or anything is left over.
import { Agent } from 'node:http';
import { parseArgs } from 'node:util';
import { Forked } from '../support/forked.ts';
import { RawClient } from '../support/raw.ts';
import { live } from './life.ts';
import type { Report } from './server.ts';
import { World } from './world.ts';

const HEARTBEAT = 2_000;
/** The part of the time that warms up, and of a phase over which viewers arrive. */
const WARM = 0.2;
/** Milliseconds of it at least: until then it is the engine that grows, with the code that it compiles. */
const LEAST_WARM = 30_000;
const ARRIVE = 0.4;
/** Milliseconds until the last viewer counts as gone: a poll that does not come back has 12 s, then the resume window. */
const EMPTY = 30_000;
/** Milliseconds after that for what lingers: sockets of ended responses, kept connections. */
const LINGER = 25_000;
/** Connections for pages, POSTs and polls; each stream has one more. */
const SOCKETS = 800;
const MOST_GROWTH = 0.05;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets viewers live for a while, and waits until the last has gone. */
async function phase(server: Forked, clients: readonly RawClient[], ms: number): Promise<World> {
  const world = new World(HEARTBEAT);
  const lives = clients.map(async (client, at) => {
    await world.pause((at / clients.length) * ms * ARRIVE);
    await live(client, world);
  });
  await pause(ms);
  world.end();
  await Promise.all(lives);
  await emptied(server);
  return world;
}

/** Viewers with a session each, which they keep: what the store holds of them must not look like growth. */
function makeClients(origin: string, count: number): RawClient[] {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  return Array.from({ length: count }, () => new RawClient({ origin, agent }));
}

async function emptied(server: Forked): Promise<void> {
  const end = Date.now() + EMPTY;
  for (;;) {
    const { stats } = await server.ask<Pick<Report, 'stats'>>('quick');
    if (stats.streams + stats.instances === 0 || Date.now() > end) break;
    await pause(250);
  }
  await pause(LINGER);
}

/** The figures once nobody is there; `asked` covers some heartbeats in which no request came. */
async function settled(server: Forked): Promise<Report> {
  await server.ask('whole');
  await pause(HEARTBEAT * 3);
  return server.ask('whole');
}

const mb = (bytes: number) => Math.round((bytes / 1024 / 1024) * 100) / 100;

function summarize(minutes: number, clients: number, worlds: readonly World[], [idle, warm, end]: readonly Report[]) {
  if (!idle || !warm || !end) throw new Error('three reports');
  const faults = worlds.flatMap((world) => [...world.faults]);
  const sum = (count: (world: World) => number) => worlds.reduce((total, world) => total + count(world), 0);
  const left = (name: keyof Report['counts']) => Math.max(0, end.counts[name] - idle.counts[name]);
  return {
    minutes,
    clients,
    events: sum(({ events }) => events),
    connections: sum(({ connections }) => connections),
    heap_idle_mb: mb(idle.heap),
    heap_warm_mb: mb(warm.heap),
    heap_end_mb: mb(end.heap),
    heap_growth: Math.round((end.heap / warm.heap - 1) * 10_000) / 10_000,
    sessions: end.sessions,
    rss_end_mb: mb(end.rss),
    instances: Math.max(end.stats.instances, left('instances')),
    streams: Math.max(end.stats.streams, left('streams')),
    timers: Math.max(0, left('timers'), end.activeTimers - idle.activeTimers),
    listeners: Math.max(0, end.listeners - idle.listeners),
    responses: left('responses'),
    sockets: Math.max(end.connections, left('sockets')),
    tasks: left('aborts'),
    session_watch: end.asked,
    errors: end.errors.length + faults.reduce((total, [, count]) => total + count, 0),
    said: [...new Set(end.errors), ...faults.map(([what, count]) => `${count} x ${what}`)].slice(0, 10),
  };
}

/** The command line. The last line is JSON. */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '10' },
      clients: { type: 'string', default: '2000' },
      json: { type: 'boolean' },
    },
  });
  const [minutes, clients] = [Number(values.minutes), Number(values.clients)];
  const server = new Forked(new URL('./server.mjs', import.meta.url));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const { port } = await server.answer<{ port: number }>();
  const idle = await settled(server);
  const viewers = makeClients(`http://127.0.0.1:${port}`, clients);
  const warmth = Math.max(WARM * minutes * 60_000, LEAST_WARM);
  const before = await phase(server, viewers, warmth);
  const warm = await settled(server);
  const main = await phase(server, viewers, (1 - WARM) * minutes * 60_000);
  const last = await settled(server);
  const { said, ...result } = summarize(minutes, clients, [before, main], [idle, warm, last]);
  for (const line of said) console.log(`Error: ${line}`);
  if (said.length > 0) for (const line of last.refusals) console.log(line);
  if (!values.json) console.table(result);
  console.log(JSON.stringify(result));
  const { instances, streams, timers, listeners, responses, sockets, tasks, session_watch, errors } = result;
  const left = instances + streams + timers + listeners + responses + sockets + tasks + session_watch + errors;
  process.exit(left === 0 && result.heap_growth <= MOST_GROWTH ? 0 : 1);
}
