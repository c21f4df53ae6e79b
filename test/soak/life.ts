// Owns a viewer's life: it comes, does things, sleeps, is cut, comes back, and goes with a goodbye or without. All by chance.
import type { RawClient, RawRoot } from '../support/raw.ts';
import type { World } from './world.ts';

/** Milliseconds between two deeds, on average; a sleep; a sleep that the server does not wait for. */
const STEP = 6_000;
const NAP = 12_000;
const LONG_NAP = 75_000;
/** Milliseconds for which one is away that comes back: beside the resume window, so that some come too late. */
const AWAY = 4_000;
const POLLERS = 0.08;
const MOST_CARDS = 5;

const EVENTS: Readonly<Record<string, readonly string[]>> = {
  'soak.Clock': ['tap', 'tap', 'load', 'load', 'wait', 'fail'],
  'soak.Feed': ['say'],
  'soak.Board': ['add', 'drop', 'turn'],
  'soak.Card': ['mark'],
};

const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(Math.random() * items.length)];

type Deed = (client: RawClient, world: World) => Promise<void>;

/** What a viewer may do next, and how often. A deed that leaves the stream closed ends the visit. */
const DEEDS: readonly (readonly [weight: number, deed: Deed])[] = [
  [58, act],
  [10, (client, world) => nap(client, world, Math.random() * NAP)],
  [0.3, (client, world) => nap(client, world, LONG_NAP)],
  [12, comeBack],
  [3, abandon],
  [6, async (client) => client.cut()],
  [6, async (client, world) => world.expect(await client.goodbye(), 204)],
  [3, leaveForAWhile],
  [1.7, signOut],
];
const WEIGHT = DEEDS.reduce((sum, [weight]) => sum + weight, 0);

/** Visits again and again, until the world ends. */
export async function live(client: RawClient, world: World): Promise<void> {
  while (world.isOpen) {
    await visit(client, world).catch((error: Error) => world.fault(error.message));
    client.cut();
    client.acks = true;
    if (world.isOpen) await world.pause(Math.random() * 500);
  }
}

async function visit(client: RawClient, world: World): Promise<void> {
  await client.load();
  await open(client, world, Math.random() < POLLERS);
  while (world.isOpen && client.isOpen) {
    await world.pause(STEP * (0.5 + Math.random()));
    if (world.isOpen && client.isOpen) await next()(client, world);
    if (client.isOpen) await tidy(client, world);
  }
  client.acks = true;
  if (Math.random() < 0.5) client.cut();
  else await client.goodbye();
}

async function open(client: RawClient, world: World, isPoll: boolean): Promise<void> {
  world.expect(await client.connect(isPoll), 200);
  world.connections++;
  if (isPoll) void keepPolling(client, world);
  if (client.isOpen) world.expect(await client.subscribe(), 200, 404);
}

/** Polls until the stream has ended. One that sleeps does not poll. */
async function keepPolling(client: RawClient, world: World): Promise<void> {
  const { hello } = client;
  while (hello && client.hello === hello) {
    if (client.acks) await client.poll().catch(() => client.cut());
    else await world.pause(100);
  }
}

function next(): Deed {
  let at = Math.random() * WEIGHT;
  const found = DEEDS.find(([weight]) => {
    at -= weight;
    return at < 0;
  });
  return found?.[1] ?? act;
}

/** Subscribes what is new, lets go of what is too much, acknowledges. */
async function tidy(client: RawClient, world: World): Promise<void> {
  const cards = [...client.roots.values()].filter(({ component }) => component === 'soak.Card');
  const old = cards.slice(0, Math.max(0, cards.length - MOST_CARDS));
  if (old.length > 0) world.expect(await client.unsubscribe(old.map(({ id }) => id)), 204);
  if (client.isOpen && client.hasNew) world.expect(await client.subscribe(), 200, 404);
  if (client.isOpen) await client.acknowledge();
}

function target({ roots }: RawClient): [root: RawRoot, name: string] | undefined {
  const root = pick([...roots.values()].filter(({ epoch }) => epoch));
  const name = root && pick(EVENTS[root.component] ?? []);
  return root && name ? [root, name] : undefined;
}

/** An event. Its instance may have ended: a child that its parent no longer shows. */
async function act(client: RawClient, world: World): Promise<void> {
  const found = target(client);
  if (!found) return;
  world.events++;
  world.expect(await client.event(...found, { text: `${client.viewer} says` }), 200, 202, 204, 404, 409);
}

/** An event whose sender is gone before its answer. */
async function abandon(client: RawClient, world: World): Promise<void> {
  const found = target(client);
  if (!found) return;
  world.events++;
  const signal = AbortSignal.timeout(1 + Math.floor(Math.random() * 9));
  await client.event(...found, {}, signal).catch(() => {});
}

/** Reads nothing, and says nothing. */
async function nap(client: RawClient, world: World, ms: number): Promise<void> {
  client.acks = false;
  client.pause();
  await world.pause(ms);
  client.acks = true;
  client.resume();
}

/** Is cut, and comes back with what it holds: in time, or too late. */
async function comeBack(client: RawClient, world: World): Promise<void> {
  client.cut();
  await world.pause(Math.random() * AWAY);
  if (world.isOpen) await open(client, world, Math.random() < POLLERS);
}

async function leaveForAWhile(client: RawClient, world: World): Promise<void> {
  world.expect(await client.goodbye(), 204);
  await world.pause(Math.random() * NAP);
}

/** The session ends; its stream must too, within a heartbeat; a busy machine is given more. */
async function signOut(client: RawClient, world: World): Promise<void> {
  world.expect(await client.signOut('/out'), 200);
  await world.pause(world.heartbeat * 4);
  if (world.isOpen && client.isStreaming) world.fault('a stream outlived its session');
  client.cut();
}
