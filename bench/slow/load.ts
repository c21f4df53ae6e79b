// Owns the two kinds of readers: normal ones, which send one event after the other, and slow ones, which read nothing.
import { Agent } from 'node:http';
import { RawClient, type RawTarget } from '../../test/support/raw.ts';

/** Milliseconds between an event's answer and the next event, on average. */
const THINK = 250;
/** How many slow readers come at once. */
const ABREAST = 10;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Opens a page and its stream. */
export async function open(target: RawTarget): Promise<RawClient> {
  const client = new RawClient(target);
  await client.load();
  const statuses = [await client.connect(), await client.subscribe()];
  if (statuses.some((status) => status !== 200)) throw new Error(`a reader was answered ${statuses}`);
  return client;
}

/** Readers that send an event, wait for its effect, think, and send another. */
export class Normal {
  #isOn = true;
  #times: number[] = [];
  readonly #done: Promise<unknown>;
  readonly #clients: readonly RawClient[];

  constructor(clients: readonly RawClient[]) {
    this.#clients = clients;
    this.#done = Promise.all(clients.map((client) => this.#loop(client)));
  }

  async #loop(client: RawClient): Promise<void> {
    const [root] = client.roots.values();
    while (this.#isOn && root) {
      await pause(THINK * (0.5 + Math.random()));
      const start = performance.now();
      const status = await client.event(root, 'add');
      if (status !== 200) throw new Error(`an event was answered ${status}`);
      this.#times.push(performance.now() - start);
    }
  }

  get count(): number {
    return this.#clients.length;
  }

  /** The round trips since the last call, in milliseconds, sorted. */
  take(): number[] {
    const times = this.#times.sort((a, b) => a - b);
    this.#times = [];
    return times;
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#done;
    for (const client of this.#clients) client.cut();
  }
}

/** Lets readers come that stop reading once they are live, and never acknowledge. */
export async function comeSlow(target: RawTarget, count: number): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: ABREAST });
  const come = async () => {
    while (clients.length < count) {
      const at = clients.push(undefined as never) - 1;
      const client = await open({ ...target, agent });
      client.acks = false;
      client.pause();
      clients[at] = client;
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, come));
  agent.destroy();
  return clients;
}
