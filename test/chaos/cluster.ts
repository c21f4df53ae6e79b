// Chaos on several nodes, each a process of its own, joined by a real redis-server. A balancer sends each request to any of them, through the failing network,
// while a monkey kills and drains nodes and restarts Redis. Redis writes everything down before it answers (KEEPS_ALL): what is lost, the nodes have lost.
import { NodeProcess } from '../support/node-process.ts';
import { KEEPS_ALL, Redis } from '../support/redis-server.ts';
import { act, areLive, type ChaosClient, haveEnded, leave, openClients, pause, until } from './clients.ts';
import { countMismatches, isGood, judge, lostState, type Report, reasons, statuses } from './judge.ts';
import type { LogState } from './log.ts';
import { type Blow, Monkey } from './monkey.ts';
import { CALM, FaultProxy, randomFrom, STORM } from './proxy.ts';
import { trace } from './trace.ts';

/** How state is kept: before an event is answered, at most 100 ms after it, or not at all. */
export type Durable = 'sync' | 'behind' | 'none';

/** What a run is made of. */
export interface ClusterRun {
  readonly seconds: number;
  readonly seed: number;
  readonly nodes: number;
  readonly durable: Durable;
  /** Whether nodes are held up, too. */
  readonly freeze?: boolean;
  readonly clients?: number;
  /** Where node.mjs and page.mjs are. */
  readonly folder?: URL;
}

/** What a run on several nodes found. */
export interface ClusterReport extends Report {
  /** Of `state_lost` the events that had been settled for longer than write-behind may take. */
  state_lost_outside_window: number;
  /** Events that ended with an error, and are not in the state. */
  failed: number;
  /** Pages that were told that their state is lost. */
  resets: number;
  /** Instances that were live at two nodes in the end. */
  split: number;
  /** Pages that did not come back. */
  not_live: number;
  kills: number;
  drains: number;
  freezes: number;
  redis_restarts: number;
  /** Nodes that did not end after a drain. */
  stuck: number;
}

/** What a node says of itself. */
export interface NodeState {
  readonly streams: number;
  readonly instances: number;
  readonly logs: readonly LogState[];
}

/** Write-behind keeps a state at most so many milliseconds after a turn. */
const WINDOW = 100;
/**
 * And so many for the way: until Redis, which syncs its file each time, has taken it, on a machine with other things to do; and after a kill until the page
 * reads what was sent before.
 */
const WAY = 150;

/** Runs chaos on several nodes for some seconds. */
export async function runCluster(run: ClusterRun): Promise<ClusterReport> {
  const { seconds, seed, durable, folder = new URL('.', import.meta.url), freeze = false } = run;
  const redis = await Redis.start(...KEEPS_ALL);
  const env = (at: number) => ({ REDIS_URL: redis.url, DURABLE: durable, ...(at % 2 ? { ATTACH: '1' } : {}) });
  const program = new URL('node.mjs', folder);
  const nodes = Array.from({ length: run.nodes }, (_, at) => new NodeProcess(program, env(at)));
  await Promise.all(nodes.map((node) => node.start()));
  const proxy = new FaultProxy(balancer(nodes, randomFrom(seed + 1)), seed);
  const url = await proxy.listen();
  const clients = await openClients(url, run.clients ?? 8, (name) => import(`${new URL('page.mjs', folder)}?${name}`));

  proxy.faults = STORM;
  const random = randomFrom(seed);
  const end = Date.now() + seconds * 1000;
  const monkey = new Monkey(nodes, redis, randomFrom(seed + 2));
  await Promise.all([...clients.map((client) => act(client, random, end)), monkey.run(end, freeze)]);
  proxy.faults = CALM;
  trace('calm');
  await until(() => haveEnded(clients), 240_000); // a backlog may be long
  await until(() => areLive(clients), 60_000);
  await pause(2500);

  const found = await findings(clients, nodes, monkey);
  await leave(clients);
  found.leaked = await leftOver(nodes, redis);
  await Promise.all(nodes.map((node) => node.stop()));
  await proxy.close();
  await redis.stop();
  return found;
}

/** Any node that runs; also one that drains, for a balancer takes its time to notice. */
function balancer(nodes: readonly NodeProcess[], random: () => number): () => number | undefined {
  return () => {
    const up = nodes.filter(({ port }) => port);
    return up[Math.floor(random() * up.length)]?.port;
  };
}

async function findings(
  clients: readonly ChaosClient[],
  nodes: readonly NodeProcess[],
  { kills, drains, freezes, redisRestarts, blows }: Monkey,
): Promise<ClusterReport> {
  const logs = (await askAll(nodes)).flatMap((state) => state.logs);
  const report = judge(clients, logs);
  if (report.lost_reported > 0) console.error('lost:', reasons(clients));
  const lost = clients.flatMap((client) =>
    lostState(client, logOf(client, logs)).map(({ n, at }) => ({
      client: client.name,
      n,
      at,
      blow: nearest(blows, at),
    })),
  );
  if (lost.length > 0) console.error('state lost:', lost);
  const failed = statuses(clients);
  if (Object.keys(failed).length > 0) console.error('failed:', failed);
  return {
    ...report,
    mismatched: countMismatches(clients, logs),
    state_lost_outside_window: lost.filter(({ at }) => !blows.some((blow) => isWithin(blow, at))).length,
    failed: clients.reduce((sum, client) => sum + countFailed(client, logOf(client, logs)), 0),
    resets: clients.reduce((sum, { resets }) => sum + resets, 0),
    split: logs.length - new Set(logs.map(({ id }) => id)).size,
    not_live: clients.filter(({ entry }) => entry.state !== 'live').length,
    kills,
    drains,
    freezes,
    redis_restarts: redisRestarts,
    stuck: nodes.reduce((sum, { stuck }) => sum + stuck, 0),
  };
}

function logOf({ entry }: ChaosClient, logs: readonly LogState[]): LogState | undefined {
  return logs.find(({ id }) => id === entry.id);
}

/** Whether an event was settled so late before a blow that its state need not have been kept. */
function isWithin({ since, at }: Blow, settled: number): boolean {
  return settled >= since - WINDOW - WAY && settled <= at + WAY;
}

/** How many ms before the next blow. */
function nearest(blows: readonly Blow[], settled: number): number | undefined {
  return blows.map(({ at }) => at - settled).find((ms) => ms > -WAY);
}

function countFailed({ endings }: ChaosClient, log: LogState | undefined): number {
  const once = new Set(log?.handled);
  return endings.filter(({ n, ending }) => ending && 'status' in ending && ending.status !== 200 && !once.has(n))
    .length;
}

async function askAll(nodes: readonly NodeProcess[]): Promise<NodeState[]> {
  const states = await Promise.all(nodes.map((node) => node.ask<NodeState>('state')));
  return states.flatMap((state) => state ?? []);
}

/** Streams, instances, and keys of state in Redis. */
async function leftOver(nodes: readonly NodeProcess[], redis: Redis): Promise<number> {
  const keysOf = (pattern: string) => redis.ask((client) => client.keys(pattern));
  let left = 0;
  await until(async () => {
    const [keys, states] = await Promise.all([keysOf('*:state:*'), askAll(nodes)]);
    left = states.reduce((sum, { streams, instances }) => sum + streams + instances, keys.length);
    return left === 0;
  }, 5_000);
  if (left > 0) console.error('left:', await keysOf('*'), await askAll(nodes));
  return left;
}

/** Whether a run found nothing that should not be: what write-behind may lose is no fault. */
export function isWithinReason(report: ClusterReport, durable: Durable): boolean {
  const { failed, split, not_live, stuck } = report;
  const state_lost = durable === 'behind' ? report.state_lost_outside_window : report.state_lost;
  const forgiven = report.state_lost - state_lost;
  const isSound = split + not_live + stuck + (durable === 'none' ? 0 : report.resets) === 0;
  return isSound && isGood({ ...report, state_lost, events: report.events - failed - forgiven });
}
