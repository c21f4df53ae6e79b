// Owns the server of this project: its router behind express-session, and, with `attach`, its POSTs before Express.
import express from 'express';
import session from 'express-session';
import { liveview } from '../../dist/server/index.js';
import { components, tick } from '../components.mjs';

const secret = 'x'.repeat(32);
/** A load generator is a flood. */
const limits = { events: 1e9, burst: 1e9, streams: 1e6, allStreams: 1e6, components: 1e6 };

export function make({ attach, inspector }) {
  const live = liveview({ secret, components, limits, inspector, heartbeat: 60_000 });
  const app = express();
  app.use(session({ secret, resave: false, saveUninitialized: false }));
  app.use('/live', live.router);
  app.get('/', async (req, res) => {
    const { of = 'bench.Counter', rows } = req.query;
    const type = components.find(({ component }) => component === of);
    res.send(String(await live.render(req, type, rows ? { rows } : {})));
  });
  const canAttach = attach && typeof live.attach === 'function';
  const note = attach && !canAttach ? 'there is no live.attach: measured through the router' : undefined;
  const actions = { publish: (n) => live.publish(tick, n), stats: () => live.stats() };
  return { listener: canAttach ? live.attach(app) : app, actions, note };
}
