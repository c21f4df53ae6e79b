// Several nodes of one app, and pages that a load balancer sends from one to another.
import type session from 'express-session';
import { MemoryStore } from 'express-session';
import type { Backplane } from 'htmx-liveview';
import supertest from 'supertest';
import { afterEach, beforeEach } from 'vitest';
import type { Subscribed } from '../../protocol/patch.ts';
import { startApp, type TestApp, type TestAppOptions } from './app.ts';
import { Client, LiveRoot } from './client.ts';
import { Network, type TestBackplane } from './network.ts';

/** What a subscribe says of a component that is live. */
export type Live = Exclude<Subscribed, { gone: unknown }>;

/** What a page holds of a component. */
type Held = Pick<LiveRoot, 'id' | 'epoch' | 'version'>;

/** Call it once in a suite's file: each test has a network of its own. */
export function useNodes(common: Omit<TestAppOptions, 'backplane' | 'store'>) {
  const nodes: TestApp[] = [];
  const clients: Client[] = [];
  const backplanes: Backplane[] = [];
  let store: session.Store;
  const suite = {
    network: new Network(),
    nodes,
    backplanes,
    /** Starts another node. */
    async start(options: Partial<TestAppOptions> = {}): Promise<TestApp> {
      const backplane = options.backplane ?? suite.network.join();
      const node = await startApp({ ...common, store, ...options, backplane });
      nodes.push(node);
      backplanes.push(backplane);
      return node;
    },
    /** Opens a page at a node. */
    async open(node: TestApp): Promise<Client> {
      const client = await Client.open(node);
      clients.push(client);
      return client;
    },
    /** From now on a load balancer sends the POSTs of a page there. */
    sendTo(client: Client, node: TestApp): void {
      client.agent = supertest.agent(node.server);
      client.agent.set('Cookie', client.cookie);
    },
    /** The page opens a stream at another node. */
    async moveTo(client: Client, node: TestApp): Promise<void> {
      client.disconnect();
      client.app = node;
      suite.sendTo(client, node);
      await client.connect();
    },
    /** Subscribes the first components of a new page at a node, from one on; gives them in their order. */
    async live(node: TestApp, count: number, from = 0): Promise<{ client: Client; roots: LiveRoot[] }> {
      const client = await suite.open(node);
      const items = (await client.subscribe(client.roots.slice(from, from + count))) as Live[];
      return { client, roots: items.map((item) => new LiveRoot(client, item)) };
    },
    /** The page subscribes components again, with what it holds. */
    async back(client: Client, held: readonly Held[]): Promise<Subscribed[]> {
      const items = held.map(({ id, epoch, version }) => {
        const root = client.roots.find((it) => it.id === id);
        if (!root) throw new Error(`${id} is not on the page`);
        return { ...root, epoch, version };
      });
      return client.subscribe(items);
    },
    /** A node dies: nothing that it does from now on gets out. */
    kill(node: TestApp): void {
      const backplane = backplanes[nodes.indexOf(node)] as TestBackplane;
      suite.network.kill(backplane);
      backplane.isOpen = false;
      node.server.closeAllConnections();
      node.server.close();
    },
  };
  beforeEach(() => {
    suite.network = new Network();
    store = new MemoryStore();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    backplanes.splice(0);
  });
  return suite;
}
