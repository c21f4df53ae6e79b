// Owns the soak's server: Express, express-session and live components in a process of their own, which answers questions over IPC.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import session, { MemoryStore } from 'express-session';
import { liveview } from 'htmx-liveview';
import { Board, Clock, components, DELIBERATE, Feed, news } from './components.ts';
import { type Figures, takeFigures } from './figures.ts';

export const WINDOW = 2_000;
export const HEARTBEAT = 2_000;
const NEWS = 4_000;
/** Longer than the pauses of those that share a connection. */
const KEEP_ALIVE = 20_000;
const BACKLOG = 4_096;
const SECRET = 'a secret of the soak test, long enough to be one';

/** What the server says of itself, when asked. */
export interface Report extends Figures {
  readonly stats: { readonly streams: number; readonly instances: number };
  readonly connections: number;
  readonly listeners: number;
  /** How many sessions the store holds: as many as there are viewers, for each keeps its cookie. */
  readonly sessions: number;
  /** How often the store was asked for a session since the report before: by the session watch, where no request comes. */
  readonly asked: number;
  readonly errors: readonly string[];
  /** What was refused, and how often: some of it is expected. */
  readonly refusals: readonly string[];
}

/** Counts how often it is asked. */
class CountingStore extends MemoryStore {
  asked = 0;

  override get(...args: Parameters<MemoryStore['get']>): void {
    this.asked++;
    super.get(...args);
  }
}

const store = new CountingStore();
const errors: string[] = [];
const refusals = new Map<string, number>();
const note = (error: unknown, doing = 'process') => {
  const { message = '' } = error as Error;
  if (message !== DELIBERATE && errors.length < 50) errors.push(`${doing}: ${message}`);
};
process.on('unhandledRejection', (error) => note(error));
process.on('disconnect', () => process.exit());

const app = express();
app.use(session({ secret: SECRET, resave: false, saveUninitialized: false, store }));
const live = liveview({
  secret: SECRET,
  components,
  resumeWindow: WINDOW,
  heartbeat: HEARTBEAT,
  onError: (error, { doing }) => note(error, doing),
  onRefusal: ({ kind, detail }) => {
    const what = `refused (${kind}) ${detail.replace(/\d+/g, '…')}`;
    refusals.set(what, (refusals.get(what) ?? 0) + 1);
  },
});
app.use('/live', live.router);
let rooms = 0;
app.get('/', async (req, res) => {
  const room = rooms++;
  res.send(
    [await live.render(req, Clock), await live.render(req, Feed, { room }), await live.render(req, Board)].join(''),
  );
});
app.get('/out', (req, res) => req.session.destroy(() => res.send('out')));

let n = 0;
setInterval(() => live.publish(news, `news ${++n}`), NEWS);
const server = createServer(app);
server.keepAliveTimeout = KEEP_ALIVE;
// so many from one machine at once: a connection that finds the queue full would try again only after seconds
server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});

process.on('message', async (question: 'quick' | 'whole') => {
  process.send?.(question === 'whole' ? await report() : { stats: live.stats(), connections: await connections() });
});

async function report(): Promise<Report> {
  const { asked } = store;
  store.asked = 0;
  const emitters = [server, app, store, process];
  const listeners = emitters.flatMap((it) => it.eventNames().map((name) => it.listenerCount(name as never)));
  return {
    ...(await takeFigures()),
    stats: live.stats(),
    connections: await connections(),
    listeners: listeners.reduce((sum, count) => sum + count, 0),
    sessions: Object.keys((store as unknown as { sessions: object }).sessions).length,
    asked,
    errors,
    refusals: [...refusals].map(([what, count]) => `${count} x ${what}`),
  };
}

function connections(): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
}
