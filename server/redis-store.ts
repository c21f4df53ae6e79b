// Owns the keys in Redis: the state of durable instances, and the sign of life of each node, by which others know whose leases hold.

import type { RedisClientType } from 'redis';
import { systemClock } from './clock.ts';
import { holderOf, type Kept, STATE_LIFE, type Store, type Taken } from './store.ts';

/** Milliseconds for which a node's leases hold after its last sign of life; between two signs; and after which it does not count on them itself. */
export const NODE_LIFE = 5_000;
const SIGN = 1_000;
const SURE = 4_000;
/** How many keys are touched in one command. */
const AT_ONCE = 500;

/** A state is kept as its lease, a line end, and its text. */
const SCRIPTS = {
  write: `local found = redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1)
    if found ~= '' and found ~= ARGV[1] then return 0 end
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    return 1`,
  take: `if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) ~= ARGV[1] then return 'lost' end
    if redis.call('EXISTS', KEYS[2]) == 1 then return 'held' end
    local text = redis.call('GETRANGE', KEYS[1], #ARGV[1], -1)
    redis.call('SET', KEYS[1], ARGV[2] .. text, 'PX', ARGV[3])
    return 'taken'`,
  remove: `if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) == ARGV[1] then redis.call('DEL', KEYS[1]) end`,
} as const;

/** The store of one node. */
export class RedisStore implements Store {
  readonly #prefix: string;
  readonly #node: string;
  readonly #client: () => RedisClientType | undefined;
  readonly #fault: (error: unknown) => void;
  #isFaulty = false;
  readonly #stop: () => void;
  #lastSign: Moment | undefined;
  #waiting: (() => void)[] = [];

  /** @param client gives the connection, while there is one; `fault` is told why Redis takes nothing, though there is one. */
  constructor(
    prefix: string,
    node: string,
    client: () => RedisClientType | undefined,
    fault: (error: unknown) => void,
  ) {
    this.#prefix = prefix;
    this.#node = node;
    this.#client = client;
    this.#fault = fault;
    this.#stop = systemClock.every(SIGN, () => {
      const open = client();
      if (open) void this.#sign(open).catch((error) => this.#failed(open, error));
    });
  }

  get holds(): boolean {
    return this.#lastSign !== undefined && since(this.#lastSign) < SURE;
  }

  holding(): Promise<void> {
    return this.holds ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Tries on a new connection what will be needed. Rejects where something is not allowed. */
  async check(client: RedisClientType): Promise<void> {
    const key = this.#stateKey(this.#node);
    await client.eval(SCRIPTS.take, { keys: [key, key], arguments: ['-', '', '0'] });
    await client.pExpire(key, STATE_LIFE);
    await this.#sign(client);
  }

  async #sign(client: RedisClientType): Promise<void> {
    const sent = now(); // it may have arrived then
    await client.set(this.#nodeKey(this.#node), '1', { PX: NODE_LIFE });
    this.#lastSign = sent;
    this.#isFaulty = false;
    if (this.holds) for (const go of this.#waiting.splice(0)) go();
  }

  /** Told once, until it is well again: it is full, or a replica now. That the connection is gone is told elsewhere. */
  #failed(client: RedisClientType, error: unknown): void {
    setImmediate(() => {
      if (this.#isFaulty || this.#client() !== client) return;
      this.#isFaulty = true;
      this.#fault(error);
    });
  }

  async find(id: string): Promise<Kept | undefined> {
    const found = await this.#open().get(this.#stateKey(id));
    if (typeof found !== 'string') return undefined;
    const end = found.indexOf('\n');
    return { lease: found.slice(0, end), text: found.slice(end + 1) };
  }

  async claim(id: string, kept: Kept): Promise<boolean> {
    const answer = await this.#open().set(this.#stateKey(id), textOf(kept), { condition: 'NX', PX: STATE_LIFE });
    return answer !== null;
  }

  async write(id: string, from: string, kept: Kept): Promise<boolean> {
    return (await this.#run('write', [this.#stateKey(id)], [`${from}\n`, textOf(kept), String(STATE_LIFE)])) === 1;
  }

  async take(id: string, from: string, lease: string, holder = holderOf(from)): Promise<Taken> {
    const keys = [this.#stateKey(id), this.#nodeKey(holder)];
    return (await this.#run('take', keys, [`${from}\n`, `${lease}\n`, String(STATE_LIFE)])) as Taken;
  }

  async remove(id: string, lease: string): Promise<void> {
    await this.#run('remove', [this.#stateKey(id)], [`${lease}\n`]);
  }

  async touch(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const client = this.#open();
      await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => client.pExpire(this.#stateKey(id), STATE_LIFE)));
    }
  }

  /** This node's leases are free at once, instead of after a while. */
  async close(): Promise<void> {
    this.#stop();
    this.#lastSign = undefined;
    const client = this.#client();
    client?.ref(); // so that the program's end waits for it
    await client?.del(this.#nodeKey(this.#node)).catch(() => {});
  }

  async #run(name: keyof typeof SCRIPTS, keys: string[], values: string[]): Promise<unknown> {
    return this.#open().eval(SCRIPTS[name], { keys, arguments: values });
  }

  #open(): RedisClientType {
    const client = this.#client();
    if (!client) throw new Error('Redis is away');
    return client;
  }

  #stateKey(id: string): string {
    return `${this.#prefix}:state:${id}`;
  }

  #nodeKey(node: string): string {
    return `${this.#prefix}:node:${node}`;
  }
}

/** A moment by two clocks: one is set anew at times, the other may stand still while the machine sleeps. */
interface Moment {
  readonly wall: number;
  readonly steady: number;
}

function now(): Moment {
  return { wall: Date.now(), steady: performance.now() };
}

function since({ wall, steady }: Moment): number {
  return Math.max(Date.now() - wall, performance.now() - steady);
}

function textOf({ lease, text }: Kept): string {
  return `${lease}\n${text}`;
}
