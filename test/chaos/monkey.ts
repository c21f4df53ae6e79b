// Owns what goes wrong with the servers themselves: nodes are killed, drained, held up, and start again; Redis ends and comes back. All from a seed.
import type { NodeProcess } from '../support/node-process.ts';
import type { Redis } from '../support/redis-server.ts';
import { pause } from './clients.ts';
import { trace } from './trace.ts';

/** A time at which state that was not kept yet could be lost, and since when it could not be kept: Redis was away before. */
export interface Blow {
  readonly since: number;
  readonly at: number;
}

/** Milliseconds within which nodes are back after Redis is: their attempts come at most 2 s apart, times 1.5. */
const COMING_BACK = 3_500;

/** Breaks servers and mends them. */
export class Monkey {
  kills = 0;
  drains = 0;
  freezes = 0;
  redisRestarts = 0;
  readonly blows: Blow[] = [];
  readonly #nodes: readonly NodeProcess[];
  readonly #redis: Redis;
  readonly #random: () => number;
  readonly #frozen = new Set<NodeProcess>();
  #redisAway: { readonly since: number; until: number } = { since: 0, until: 0 };

  constructor(nodes: readonly NodeProcess[], redis: Redis, random: () => number) {
    this.#nodes = nodes;
    this.#redis = redis;
    this.#random = random;
  }

  /** Does something every one to three seconds, and mends all of it in the end. */
  async run(end: number, canFreeze: boolean): Promise<void> {
    const under: Promise<void>[] = [];
    const deeds = [this.#kill, this.#kill, this.#drain, this.#restartRedis, ...(canFreeze ? [this.#freeze] : [])];
    for (;;) {
      await pause(this.#span(1_000, 3_000));
      if (Date.now() >= end) break;
      under.push(deeds[Math.floor(this.#random() * deeds.length)]?.call(this) ?? Promise.resolve());
    }
    await Promise.all(under);
  }

  #span(least: number, most: number): number {
    return least + this.#random() * (most - least);
  }

  /** One that runs, where another one does too. */
  #pick(): NodeProcess | undefined {
    const up = this.#nodes.filter((node) => node.port && !node.isDraining && !this.#frozen.has(node));
    const at = Math.floor(this.#random() * up.length);
    return up.length > 1 ? up[at] : undefined;
  }

  async #kill(): Promise<void> {
    const node = this.#pick();
    if (!node) return;
    this.kills++;
    trace('kill', this.#nodes.indexOf(node));
    this.#note();
    await node.kill();
    await pause(this.#span(500, 3_000));
    await node.start();
    trace('started', this.#nodes.indexOf(node));
  }

  async #drain(): Promise<void> {
    const node = this.#pick();
    if (!node) return;
    this.drains++;
    trace('drain', this.#nodes.indexOf(node));
    await node.drain();
    if (this.#wasAway(Date.now())) this.#note(); // it could write nothing before it went
    trace('drained', this.#nodes.indexOf(node));
    await node.start();
    trace('started', this.#nodes.indexOf(node));
  }

  /** Longer than a lease, now and then. */
  async #freeze(): Promise<void> {
    const node = this.#pick();
    if (!node) return;
    this.freezes++;
    trace('freeze', this.#nodes.indexOf(node));
    this.#note();
    this.#frozen.add(node);
    node.freeze();
    await pause(this.#span(500, 9_000));
    node.thaw();
    this.#frozen.delete(node);
    trace('thaw', this.#nodes.indexOf(node));
  }

  /** By a crash, or by its operator; now and then for longer than a lease. */
  async #restartRedis(): Promise<void> {
    if (this.#redisAway.until > Date.now()) return;
    this.redisRestarts++;
    const away = { since: Date.now(), until: Number.POSITIVE_INFINITY };
    this.#redisAway = away;
    trace('redis ends');
    await this.#redis.kill(this.#random() < 0.5 ? 'SIGKILL' : 'SIGTERM');
    await pause(this.#random() < 0.2 ? this.#span(5_500, 8_000) : this.#span(200, 2_000));
    await this.#redis.run();
    trace('redis is back');
    away.until = Date.now();
  }

  #note(): void {
    const at = Date.now();
    this.blows.push({ at, since: this.#wasAway(at) ? this.#redisAway.since : at });
  }

  #wasAway(at: number): boolean {
    return this.#redisAway.until + COMING_BACK > at;
  }
}
