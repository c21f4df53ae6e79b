// A real Express app on a real port, with the components that a test brings.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import session, { MemoryStore } from 'express-session';
import {
  type BaseOptions,
  type ComponentClass,
  type ErrorPlace,
  html,
  type Live,
  liveview,
  type Refusal,
} from 'htmx-liveview';
import { Network } from './network.ts';

export const SECRET = 'a secret for tests that is long enough to be one';

export interface TestAppOptions extends Omit<BaseOptions, 'secret'> {
  readonly components: readonly ComponentClass[];
  readonly secret?: string | readonly string[];
  readonly context?: (req: express.Request) => unknown;
  /** Middleware in front of everything. */
  readonly before?: (app: Express) => void;
  /** More routes. */
  readonly routes?: (app: Express, live: Live) => void;
  readonly express?: typeof express;
  readonly store?: session.Store;
  readonly port?: number;
}

export interface TestApp {
  readonly app: Express;
  readonly live: Live;
  readonly server: Server;
  readonly url: string;
  readonly refusals: Refusal[];
  readonly errors: { error: unknown; place: ErrorPlace }[];
  close(): Promise<void>;
}

/**
 * Starts an app whose page `/` holds one instance of each component, mounted with an empty session payload. With ELSEWHERE in the environment it has two
 * nodes: `url`, where streams go, is one of them, and `server`, where everything else goes, the other.
 */
export async function startApp(options: TestAppOptions): Promise<TestApp> {
  const store = options.store ?? new MemoryStore();
  const [refusals, errors]: [Refusal[], TestApp['errors']] = [[], []];
  if (!process.env.ELSEWHERE || options.backplane) return startNode({ ...options, store }, refusals, errors);
  const network = new Network();
  const node = () => startNode({ ...options, store, port: 0, backplane: network.join() }, refusals, errors);
  const [here, elsewhere] = [await node(), await node()];
  const close = async () => void (await Promise.all([here.close(), elsewhere.close()]));
  return { ...here, server: elsewhere.server, close };
}

async function startNode(
  options: TestAppOptions & { readonly store: session.Store },
  refusals: Refusal[],
  errors: TestApp['errors'],
): Promise<TestApp> {
  const { components, before, routes, express: make = express, store, port = 0, secret = SECRET, ...rest } = options;
  const app = make();
  before?.(app);
  app.use(session({ secret: SECRET, resave: false, saveUninitialized: false, store }));
  const live = liveview({
    onRefusal: (refusal: Refusal) => refusals.push(refusal),
    onError: (error: unknown, place: ErrorPlace) => errors.push({ error, place }),
    ...rest,
    secret,
    components: components as never,
  } as never);
  app.use('/live', live.router);
  routes?.(app, live);
  app.get('/', (req, res, next) => {
    Promise.all(components.map((component) => live.render(req, component as never)))
      .then((rendered) => res.send(String(html`<!doctype html><body hx-ext="liveview">${rendered}</body>`)))
      .catch(next);
  });
  const server = createServer(process.env.ATTACH ? live.attach(app) : app);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    live.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { app, live, server, url, refusals, errors, close };
}
