// Owns liveview(): it checks the options and wires the parts. Everything it makes belongs to one server.

import type { RequestListener } from 'node:http';
import type { Request, RequestHandler } from 'express';
import { encodeFrame } from '../protocol/frame.ts';
import type { Html } from '../views/html.ts';
import { Arrivals } from './arrivals.ts';
import { attach } from './attach.ts';
import { Departures, type Viewer } from './departures.ts';
import { Dispatch } from './dispatch.ts';
import { Fillings } from './fillings.ts';
import { Forward } from './forward.ts';
import { Guard } from './guard.ts';
import { createInspector } from './inspector/inspector.ts';
import type { Instance } from './instance.ts';
import { Keeper } from './keeper.ts';
import { tell } from './monitor.ts';
import { Mounter } from './mount.ts';
import { Nodes } from './nodes.ts';
import { Presences } from './presences.ts';
import { Registry } from './registry.ts';
import { oncePerRequest, renderStatic } from './render.ts';
import { createRouter } from './router.ts';
import { SessionWatch } from './sessions.ts';
import { type Options, readOptions, type Settings } from './settings.ts';
import { type Stats, statsOf } from './stats.ts';
import { Subscriptions } from './subscriptions.ts';
import { createSeal, createTokens } from './token.ts';
import type { Topic } from './topic.ts';
import type { ComponentClass, SessionArgument } from './types.ts';
import { Updates } from './updates.ts';
import { unwrap } from './watch.ts';

/** Milliseconds between two looks for readers that are too slow. Heartbeats may be a minute apart. */
const LOOK = 5_000;

/**
 * Whom to disconnect: everybody of an express-session, on every node; or every viewer of this node for whom `match`, which can't travel, returns true.
 * @example
 * ```ts
 * const whom: Disconnect = { sessionId: req.sessionID };
 * live.disconnect(whom);
 * ```
 */
export type Disconnect = { readonly sessionId: string } | { readonly match: (viewer: Viewer) => boolean };

/**
 * A server of live components.
 * @example
 * ```ts
 * const show = async (live: Live, req: express.Request, res: express.Response) => {
 *   res.send(String(await live.render(req, Counter, { start: 0 })));
 * };
 * await show(live, req, res);
 * ```
 */
export interface Live {
  /**
   * Middleware for the live paths. Mount it after express-session, and before body parsers that take every media type.
   * @example app.use('/live', live.router);
   */
  readonly router: RequestHandler;
  /**
   * Answers signed POSTs before Express sees them, which costs several times less; everything else goes to the app, where the router must be mounted all
   * the same. `path` is where; default `/live`.
   * @throws LiveError `ERR_LIVE_ATTACH` for a path that can't be one.
   * @example
   * ```ts
   * import { createServer } from 'node:http';
   *
   * createServer(live.attach(app, { path: '/live' })).listen(3000);
   * ```
   */
  attach(app: RequestListener, options?: { path?: string }): RequestListener;
  /**
   * Renders a component into a page: the specification's static render. `session` is what the component will read as `this.session`;
   * it is signed, not encrypted, and must be JSON.
   * @throws LiveError `ERR_LIVE_NO_SESSION`, `ERR_LIVE_UNREGISTERED`; and what `mount` or `render` throws, where there is no `failed()`.
   * @example const counter = await live.render(req, Counter, { start: 0 });
   */
  render<C extends ComponentClass>(request: Request, component: C, ...session: SessionArgument<C>): Promise<Html>;
  /**
   * Publishes a value to all components that have subscribed to the topic, on every node. Never waits for them.
   * @throws LiveError `ERR_LIVE_PUBLISH_JSON` where other nodes are joined by Redis, and the value is not JSON.
   * @example app.post('/cards', (req, res) => { live.publish(cards, { id: 'c1', title: 'New' }); res.sendStatus(204); });
   */
  publish<Value>(topic: Topic<Value>, value: NoInfer<Value>): void;
  /**
   * Ends streams and their instances at once, and tells the pages, which do not come back by themselves.
   * @example app.post('/logout', (req, res) => { live.disconnect({ sessionId: req.sessionID }); res.redirect('/'); });
   */
  disconnect(whom: Disconnect): void;
  /**
   * How much is on this node now. It goes over everything that is there: some milliseconds for 10,000 viewers.
   * @example live.stats().streams; // => 0
   */
  stats(): Stats;
  /**
   * Stops without a jolt: takes no new streams, sends the pages away one by one to whoever answers them then, lets what is being handled
   * come to its end, and then closes. `within` is how long that may take, in ms; default 10 000. `server.close()` returns after it.
   * @example process.once('SIGTERM', async () => { server.close(); await live.drain(); });
   */
  drain(options?: { within?: number }): Promise<void>;
  /**
   * Stops at once: ends every stream and instance, and takes no new ones. The pages come back by themselves, to whoever answers then.
   * @example live.close();
   */
  close(): void;
}

/**
 * Makes a server of live components. Options are checked at once.
 * @throws LiveError `ERR_LIVE_…` for a missing or short secret, a component without a name, two of one name, an event without a method.
 * @example
 * ```ts
 * const live = liveview({ secret: process.env.LIVE_SECRET ?? '', components: [Counter] });
 * app.use('/live', live.router);
 * ```
 */
export function liveview<const C extends readonly ComponentClass[]>(options: Options<C>): Live {
  return createLive(readOptions(options as unknown as Parameters<typeof readOptions>[0])).live;
}

/** A server, and what is on it: the test kit wants to know when nothing is under way there. */
export function createLive(given: Settings): { readonly live: Live; readonly registry: Registry } {
  const registry = new Registry();
  const inspector = given.inspector && createInspector(given, given.inspector, registry, createLive);
  const settings = inspector?.settings ?? given;
  const tokens = createTokens(settings.secrets, settings.tokenAge, settings.clock);
  const presences = new Presences(settings.backplane, settings.clock);
  const stateSeal = createSeal(settings.secrets, 'kept state');
  const keeper: Keeper = new Keeper(settings, registry, stateSeal, (instance) => mounter.suspend(instance));
  const arrivals: Arrivals = new Arrivals(settings, registry, stateSeal, keeper, (...asked) =>
    forward.askForState(...asked),
  );
  const fillings = new Fillings(tokens, registry);
  const schedule = (instance: Instance) => updates.schedule(instance);
  const mounter: Mounter = new Mounter(settings, fillings, registry, presences, keeper, arrivals, schedule);
  const updates = new Updates(registry, mounter, fillings);
  const dispatch = new Dispatch(settings, registry, updates, keeper);
  const departures = new Departures(settings, registry, mounter);
  const subscriptions = new Subscriptions(settings, tokens, registry, updates, mounter, arrivals, departures);
  const guard = new Guard(settings, tokens, registry);
  const sessions = new SessionWatch(registry, departures.sessionEnded);
  const posts = { settings, registry, dispatch, subscriptions, departures, sessions };
  const forward: Forward = new Forward({ ...posts, arrivals, seal: createSeal(settings.secrets, 'between nodes') });
  const routed = createRouter({ ...posts, tokens, guard, updates, forward });
  const router = inspector?.before(routed) ?? routed;
  const nodes = new Nodes(settings, registry, departures, presences, keeper);
  const contextOf = oncePerRequest(settings.context);
  const stopBeating = beat(settings, registry, sessions);
  const close = () => {
    stopBeating();
    departures.close();
    inspector?.close();
    return nodes.close();
  };

  const live: Live = {
    router: router as unknown as RequestHandler,
    attach: (app, { path = '/live' } = {}) => attach(router, app, path, settings.logger),
    render: (request, component, ...[session]) =>
      renderStatic({ settings, tokens, registry, fillings, contextOf }, request, component, session ?? {}),
    publish: (topic, value) => settings.backplane.publish(topic.name, unwrap(value)),
    disconnect(whom) {
      if ('match' in whom) return departures.disconnect(whom.match);
      nodes.disconnectSession(whom.sessionId);
      inspector?.disconnect(whom.sessionId);
    },
    stats: () => ({ ...statsOf(registry), joined: settings.backplane.isOpen }),
    async drain({ within = 10_000 } = {}) {
      const [start, streams] = [performance.now(), registry.streams.size];
      settings.logger.info({ streams, within }, `draining: ${streams} streams are sent away within ${within} ms`);
      await departures.drain(within);
      const left = registry.streams.size;
      await close();
      const drained = { streams, left, ms: performance.now() - start };
      tell('drain', () => drained);
      settings.logger.info(drained, `drained: ${left} of ${streams} streams had not gone by themselves`);
    },
    close: () => void close(),
  };
  return { live, registry };
}

/**
 * One timer sends every stream's heartbeat: it lets browsers notice a silent stall, and Node notice a reader that is gone. It also looks
 * after the sessions. Another one looks for readers that are too slow.
 */
function beat({ clock, heartbeat, limits }: Settings, registry: Registry, sessions: SessionWatch): () => void {
  const stops = [
    clock.every(heartbeat, () => {
      const frame = encodeFrame('beat', JSON.stringify({ time: clock.now() }));
      for (const stream of registry.streams.values()) stream.beat(frame);
      sessions.check();
      registry.tidy((bucket) => bucket.isFull(limits, clock));
    }),
    clock.every(LOOK, () => {
      for (const stream of registry.streams.values()) stream.look();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
