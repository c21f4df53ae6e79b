// Several nodes of one app, and pages that a load balancer sends from one to another.
import type session from 'express-session';
import { MemoryStore } from 'express-session';
import type { Backplane } from 'htmx-liveview';
import supertest from 'supertest';
import { afterEach, beforeEach } from 'vitest';
import { startApp, type TestApp, type TestAppOptions } from './app.ts';
import { Client } from './client.ts';
import { Network, type TestBackplane } from './network.ts';

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
