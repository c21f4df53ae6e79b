// `cluster`: what it costs to be many. An event that lands on another node than its stream's, a rolling restart, and what Redis holds.
import { RawClient, type RawRoot } from '../../test/support/raw.ts';
import { hasRedis } from '../../test/support/redis-server.ts';
import { Nodes } from './nodes.ts';
import { type Trip, Viewer } from './viewer.ts';

interface Options {
  readonly quick: boolean;
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const isState = '*:state:*';

export async function cluster(options: Options): Promise<object> {
  if (!hasRedis()) return { notes: ['redis-server is not installed: nothing was measured'] };
  const events = { plain: await ways('bench.Plain', options), sync: await ways('bench.Sync', options) };
  return {
    wrong_node_ms: { plain: events.plain.wrong, sync: events.sync.wrong },
    right_node_ms: { plain: events.plain.right, sync: events.sync.right },
    wrong_node_extra_ms: { plain: events.plain.extra, sync: events.sync.extra },
    rolling_restart: await rollingRestart(options),
    ...(await inRedis(options)),
  };
}

// --- An event's round trip, at the node of its stream and at another one, in turn --------------------------------------

async function ways(of: string, { quick }: Options) {
  const nodes = await Nodes.start(2);
  const [here, there] = [nodes.originOf(0), nodes.originOf(1)];
  const { agent } = nodes;
  const right = await open(new RawClient({ origin: here, agent }), of);
  const wrong = await open(new RawClient({ origin: there, streams: here, agent }), of);
  const times: { right: number[]; wrong: number[] } = { right: [], wrong: [] };
  const [warm, count] = quick ? [300, 700] : [1_000, 4_000];
  for (let n = 0; n < warm + count; n++) {
    times.right.push(await timed(right));
    times.wrong.push(await timed(wrong));
  }
  const p50 = { right: percentile(times.right.slice(warm), 0.5), wrong: percentile(times.wrong.slice(warm), 0.5) };
  await Promise.all([right, wrong].map(({ client }) => client.goodbye()));
  await nodes.stop();
  return { right: rounded(p50.right), wrong: rounded(p50.wrong), extra: rounded(p50.wrong - p50.right) };
}

interface Opened {
  readonly client: RawClient;
  readonly root: RawRoot;
}

async function open(client: RawClient, of: string): Promise<Opened> {
  await client.load(`/?of=${of}`);
  const status = (await client.connect()) === 200 ? await client.subscribe() : 0;
  const [root] = client.roots.values();
  if (status !== 200 || !root) throw new Error(`${of} did not go live: ${status}`);
  return { client, root };
}

async function timed({ client, root }: Opened): Promise<number> {
  const start = performance.now();
  const status = await client.event(root, 'increment');
  if (status !== 200) throw new Error(`an event was answered with ${status}`);
  return performance.now() - start;
}

// --- Each node is drained and started again, under load ------------------------------------------------------------------

async function rollingRestart({ quick }: Options) {
  const [count, calm, drain] = quick ? [100, 4_000, 3_000] : [500, 10_000, 10_000];
  const nodes = await Nodes.start(3, drain);
  const target = nodes.balancer();
  const viewers = Array.from({ length: count }, () => new Viewer(target));
  for (let at = 0; at < count; at += 20)
    await Promise.all(viewers.slice(at, at + 20).map((viewer) => viewer.open('/?of=bench.Sync')));
  let end = Number.POSITIVE_INFINITY;
  const sending = viewers.map((viewer) => viewer.send(1_000, () => end));
  await pause(1_000 + calm);
  const began = Date.now();
  for (const node of nodes.nodes) {
    await node.drain();
    await node.start();
    await pause(1_000);
  }
  end = Date.now();
  await Promise.all(sending);
  const found = { clients: count, ...(await verdict(nodes, viewers)), ...tripsOf(viewers, began) };
  await Promise.all(viewers.map((viewer) => viewer.leave()));
  await nodes.stop();
  return found;
}

async function verdict(nodes: Nodes, viewers: readonly Viewer[]) {
  const counts = new Map(await nodes.counts());
  const differences = viewers.map(({ root, trips }) => trips.length - (counts.get(root.id) ?? 0));
  const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
  return {
    state_lost: sum(differences.map((it) => Math.max(0, it))),
    handled_twice: sum(differences.map((it) => Math.max(0, -it))),
    events_lost: sum(viewers.map(({ lost }) => lost)),
    resets: sum(viewers.map(({ resets }) => resets)),
  };
}

/** Round trips of the events that were made before the first drain, and since. */
function tripsOf(viewers: readonly Viewer[], began: number) {
  const trips = viewers.flatMap((viewer) => viewer.trips);
  const figures = (name: string, of: readonly Trip[]) => {
    const times = of.map(({ ms }) => ms);
    return {
      [`${name}_p50_ms`]: rounded(percentile(times, 0.5)),
      [`${name}_p99_ms`]: rounded(percentile(times, 0.99)),
      [`${name}_max_ms`]: rounded(percentile(times, 1)),
    };
  };
  return {
    events: trips.length,
    ...figures(
      'before',
      trips.filter(({ at }) => at < began),
    ),
    ...figures(
      'during',
      trips.filter(({ at }) => at >= began),
    ),
  };
}

// --- What Redis holds -----------------------------------------------------------------------------------------------------

async function inRedis({ quick }: Options) {
  const nodes = await Nodes.start(1);
  const count = quick ? 200 : 1_000;
  const viewers = await openAll(nodes, count);
  const bytes = await nodes.redis.ask(async (client) =>
    Promise.all((await client.keys(isState)).map((key) => client.memoryUsage(key))),
  );
  await Promise.all(viewers.map(({ client }) => client.goodbye()));
  await pause(1_000);
  const left = await nodes.redis.ask(async (client) => (await client.keys(isState)).length);
  const orphans = await openAll(nodes, 100);
  await nodes.nodes[0]?.kill();
  for (const { client } of orphans) client.cut();
  const lives = await nodes.redis.ask(async (client) =>
    Promise.all((await client.keys('liveview:*')).map((key) => client.pTTL(key))),
  );
  await nodes.stop();
  return {
    redis_keys: bytes.length,
    redis_bytes_per_counter: Math.round(bytes.reduce<number>((sum, it) => sum + (it ?? 0), 0) / bytes.length),
    redis_keys_after_goodbye: left,
    redis_keys_of_the_dead: lives.length,
    /** How long they are there still; -1: for ever. */
    redis_life_of_the_dead_s: Math.round((lives.some((ms) => ms < 0) ? -1_000 : Math.max(...lives)) / 1_000),
  };
}

/** Counters whose state is kept, each of which has counted. */
async function openAll(nodes: Nodes, count: number): Promise<Opened[]> {
  const opened: Opened[] = [];
  const { agent } = nodes;
  for (let at = 0; at < count; at += 20)
    opened.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(20, count - at) }, () =>
          open(new RawClient({ origin: nodes.originOf(0), agent }), 'bench.Sync'),
        ),
      )),
    );
  for (const each of opened) await timed(each);
  return opened;
}

function percentile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function rounded(number: number): number {
  return Number(number.toFixed(2));
}
