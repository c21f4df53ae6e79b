// Owns what `cluster` runs on: one Redis and some nodes, and a balancer that sends each request to the next of them.
import { Agent } from 'node:http';
import { NodeProcess } from '../../test/support/node-process.ts';
import type { RawTarget } from '../../test/support/raw.ts';
import { Redis } from '../../test/support/redis-server.ts';

const PROGRAM = new URL('node.mjs', import.meta.url);
/** Connections for pages and POSTs, to each node. */
const SOCKETS = 200;

/** Nodes on a Redis of their own. */
export class Nodes {
  readonly nodes: readonly NodeProcess[];
  readonly redis: Redis;
  readonly agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  #turn = 0;

  private constructor(nodes: readonly NodeProcess[], redis: Redis) {
    this.nodes = nodes;
    this.redis = redis;
  }

  /** @param drain how long a drain may take, in ms. */
  static async start(count: number, drain = 10_000): Promise<Nodes> {
    const redis = await Redis.start();
    const env = { REDIS_URL: redis.url, ATTACH: '1', DRAIN: String(drain) };
    const nodes = Array.from({ length: count }, () => new NodeProcess(PROGRAM, env));
    await Promise.all(nodes.map((node) => node.start()));
    return new Nodes(nodes, redis);
  }

  /** Where one node is. */
  originOf(at: number): string {
    return `http://127.0.0.1:${this.nodes[at]?.port}`;
  }

  /** Round robin, over the nodes that run and have not been told to go. */
  balancer(): RawTarget {
    const next = () => {
      const up = this.nodes.flatMap(({ port, isDraining }, at) => (port && !isDraining ? at : []));
      return this.originOf(up[this.#turn++ % up.length] ?? 0);
    };
    return {
      agent: this.agent,
      get origin() {
        return next();
      },
    };
  }

  /** How far each live counter is, by its id; all of them where several nodes have one. */
  async counts(): Promise<[id: string, count: number][]> {
    const all = await Promise.all(this.nodes.map((node) => node.ask<[string, number][]>('counts')));
    return all.flatMap((counts) => counts ?? []);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    this.agent.destroy();
    await this.redis.stop();
  }
}
