// Owns the command line of bench:slow: what readers that stop reading cost the server, and the others.
// `npm run bench:slow -- --json --rounds 3 --seconds 15 --slow 1000 --clients 100 --kb 5 --full`
import { Agent } from 'node:http';
import { parseArgs } from 'node:util';
import { Forked } from '../../test/support/forked.ts';
import type { RawTarget } from '../../test/support/raw.ts';
import type { Absorbed } from './absorb.ts';
import { comeSlow, Normal, open } from './load.ts';
import type { Figures, Question } from './server.ts';

/** Milliseconds until a slow reader has been sent all that it is sent: 32 updates. */
const FILL = 5_000;
const MOST_BYTES = 1.5 * 1024 * 1024;
const MOST_SECONDS = 60;
const MOST_FACTOR = 2;
/** How many slow readers the wait for their end is measured with. */
const FEW = 50;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const round = (number: number, digits = 1) => Math.round(number * 10 ** digits) / 10 ** digits;
const median = (numbers: readonly number[]) =>
  percentile(
    numbers.toSorted((a, b) => a - b),
    0.5,
  );
const percentile = (sorted: readonly number[], part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;

/** What one window of time showed. */
interface Window {
  readonly p50: number;
  readonly p99: number;
  /** How much of a processor the server used, in percent. */
  readonly cpu: number;
  readonly figures: Figures;
}

interface Bench {
  readonly server: Forked;
  readonly normal: Normal;
  readonly target: RawTarget;
  readonly seconds: number;
  readonly slow: number;
}

const ask = ({ server }: Bench, question: Question) => server.ask<Figures>(question);

/** Measures the normal readers for a while, then the server. */
async function measure(bench: Bench): Promise<Window> {
  const before = await ask(bench, 'count');
  bench.normal.take();
  await pause(bench.seconds * 1000);
  const times = bench.normal.take();
  const figures = await ask(bench, 'figures');
  const cpu = (figures.cpu - before.cpu) / bench.seconds / 10;
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), cpu, figures };
}

/** Measures with slow readers, and sends them away. */
async function withSlow(bench: Bench, streams: string | undefined, look: () => Promise<void> = async () => {}) {
  const clients = await comeSlow({ ...bench.target, ...(streams ? { streams } : {}) }, bench.slow);
  await pause(FILL);
  const window = await measure(bench);
  if (window.figures.streams < bench.normal.count + bench.slow) throw new Error('slow readers were ended too early');
  await look();
  for (const client of clients) client.cut();
  await gone(bench);
  return window;
}

/** Waits until only the normal readers are left, and no instance waits for its viewer's return. */
async function gone(bench: Bench): Promise<void> {
  for (;;) {
    const { streams, instances } = await ask(bench, 'count');
    if (Math.max(streams, instances) <= bench.normal.count) return;
    await pause(250);
  }
}

/** Windows without and with slow readers, in turn: the machine's other work falls on both. */
async function inTurn(bench: Bench, rounds: number, streams?: string, look?: () => Promise<void>) {
  const windows: (readonly [Window, Window])[] = [];
  for (let at = 0; at < rounds; at++) {
    windows.push([await measure(bench), await withSlow(bench, streams, look)]);
    console.log(
      streams ? 'proxied' : 'direct',
      windows
        .at(-1)
        ?.map(({ p50, p99 }) => `p50 ${round(p50)} ms, p99 ${round(p99)} ms`)
        .join('; with slow readers '),
    );
  }
  const middle = (of: (pair: readonly [Window, Window]) => number) => median(windows.map(of));
  const per = (of: (figures: Figures) => number) =>
    Math.round(middle(([a, b]) => (of(b.figures) - of(a.figures)) / bench.slow / 1024));
  return {
    p50_ms: round(middle(([a]) => a.p50)),
    p99_ms: round(middle(([a]) => a.p99)),
    p50_slow_ms: round(middle(([, b]) => b.p50)),
    p99_slow_ms: round(middle(([, b]) => b.p99)),
    p99_factor: round(middle(([, b]) => b.p99) / middle(([a]) => a.p99), 2),
    cpu_percent: round(middle(([a]) => a.cpu)),
    cpu_slow_percent: round(middle(([, b]) => b.cpu)),
    heap_kb: per(({ heap }) => heap),
    external_kb: per(({ external }) => external),
    rss_kb: per(({ rss }) => rss),
  };
}

/** Seconds until slow readers have been ended, the first and the last, and their sockets. */
async function untilEnded(bench: Bench) {
  const before = await ask(bench, 'count');
  const start = performance.now();
  await comeSlow(bench.target, FEW);
  const all = before.streams + FEW;
  const since = () => round((performance.now() - start) / 1000);
  let first = 0;
  let last = 0;
  for (;;) {
    const { streams, connections } = await ask(bench, 'count');
    if (streams < all) first ||= since();
    if (streams <= before.streams) last ||= since();
    if (last && connections <= before.connections) return { first_s: first, last_s: last, sockets_s: since() };
    if (since() > 4 * MOST_SECONDS) return { first_s: first || null, last_s: last || null, sockets_s: null };
    await pause(100);
  }
}

async function startBench(clients: number, seconds: number, slow: number): Promise<Bench> {
  const server = new Forked(new URL('./server.mjs', import.meta.url));
  const origin = `http://127.0.0.1:${await server.answer<number>()}`;
  const target = { origin, agent: new Agent({ keepAlive: true }) };
  const opened = await Promise.all(Array.from({ length: clients }, () => open(target)));
  const bench = { server, normal: new Normal(opened), target, seconds, slow };
  await ask(bench, 'push');
  await pause(FILL);
  return bench;
}

/** Through a proxy that absorbs everything; what it then held of each reader goes with it. */
async function throughProxy(bench: Bench, rounds: number) {
  process.env.SLOW_BEHIND = new URL(bench.target.origin).port;
  const proxy = new Forked(new URL('./absorb.mjs', import.meta.url));
  const port = await proxy.answer<number>();
  const held: Absorbed[] = [];
  const look = async () => void held.push(await proxy.ask<Absorbed>('held'));
  const result = await inTurn(bench, rounds, `http://127.0.0.1:${port}`, look);
  proxy.stop();
  const absorbed = { absorbed_kb: Math.round(median(held.map(({ total }) => total)) / bench.slow / 1024) };
  return { ...result, ...absorbed, most_absorbed_kb: Math.round(Math.max(...held.map(({ most }) => most)) / 1024) };
}

const OPTIONS = {
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '15' },
  slow: { type: 'string', default: '1000' },
  clients: { type: 'string', default: '100' },
  kb: { type: 'string', default: '5' },
  full: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** The command line. The last line is JSON. */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const [rounds, clients, slow] = [Number(values.rounds), Number(values.clients), Number(values.slow)];
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  process.env.SLOW_KB = values.kb;
  const bench = await startBench(clients, Number(values.seconds), slow);
  const direct = await inTurn(bench, rounds);
  const proxied = await throughProxy(bench, rounds);
  const ended = values.full ? await untilEnded(bench) : null;
  await bench.normal.stop();
  if (!values.json) console.table({ direct, proxied, ...(ended ? { ended } : {}) });
  console.log(JSON.stringify({ clients, slow, kb: Number(values.kb), rounds, direct, proxied, ended }));
  const isGood = [direct, proxied].every((it) => it.p99_factor <= MOST_FACTOR && it.rss_kb * 1024 <= MOST_BYTES);
  process.exit(isGood && (!ended || (ended.last_s ?? Infinity) <= MOST_SECONDS) ? 0 : 1);
}
