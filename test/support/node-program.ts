// Owns a process that is one node of several: an app on Redis, which says its port, answers questions, and drains on SIGTERM.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import session from 'express-session';
import { type BaseOptions, type ComponentClass, type Live, type LiveError, liveview } from 'htmx-liveview';
import { redisBackplane } from 'htmx-liveview/redis';
import { RedisStore } from './session-store.ts';

const SECRET = 'a secret of several nodes, long enough to be one';
/** Connections that wait to be accepted: a node that starts again is found by all at once. */
const BACKLOG = 4_096;

/** What a node serves. */
export interface NodeProgram {
  readonly components: readonly ComponentClass[];
  readonly options?: Partial<BaseOptions>;
  /** How long a drain may take, in ms. */
  readonly drain: number;
  /** The page `/`. */
  page(live: Live, request: Request): Promise<string>;
  /** Answers a question over IPC. */
  answer(question: any, live: Live): unknown;
}

/** Serves until SIGTERM, or until whoever started it is gone. The environment says which Redis (REDIS_URL), and whether POSTs go past Express (ATTACH). */
export async function serveNode({ components, options, drain, page, answer }: NodeProgram): Promise<void> {
  const url = process.env.REDIS_URL ?? '';
  const [store, backplane] = await Promise.all([RedisStore.open(url), redisBackplane({ url })]).catch(() =>
    process.exit(1),
  );
  const app = express();
  app.use(session({ secret: SECRET, resave: false, saveUninitialized: false, store }));
  const live = liveview({
    onError: report,
    onRefusal: () => {},
    ...options,
    secret: SECRET,
    backplane,
    components: components as never,
  } as never) as Live;
  app.use('/live', live.router);
  app.get('/', (req, res, next) => page(live, req).then((text) => res.send(text), next));
  app.use((_error: unknown, _req: Request, res: Response, _next: unknown) => res.status(503).end()); // its Redis has gone meanwhile
  const server = createServer(process.env.ATTACH ? live.attach(app) : app);
  process.on('message', async (question) => process.send?.({ answer: await answer(question, live) }));
  process.on('disconnect', () => process.exit());
  process.once('SIGTERM', async () => {
    await live.drain({ within: drain });
    server.close(() => process.exit());
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () =>
    process.send?.({ port: (server.address() as AddressInfo).port }),
  );
}

/** That Redis is away now and then is no news. */
function report(error: unknown, { component, doing }: { component: string; doing: string }): void {
  if (!(error as LiveError).code?.startsWith('ERR_LIVE_REDIS_')) console.error(`${component} ${doing}:`, error);
}
