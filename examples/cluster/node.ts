// One node: an Express app like any other. What lets it be one of many: the same secrets, sessions in Redis, a backplane, and a drain at SIGTERM.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { liveview } from 'htmx-liveview';
import { redisBackplane } from 'htmx-liveview/redis';
import { createClient } from 'redis';
import { Counter, KeptCounter } from './counters.ts';
import { Here, Serving } from './here.ts';
import { followRoster, Nodes } from './nodes.ts';
import { Notes } from './notes.ts';
import { servePages } from './page.ts';

const { SESSION_SECRET = '', LIVE_SECRET = '', REDIS_URL = '', REDIS_PREFIX = 'cluster', PORT } = process.env;

const client = createClient({ url: REDIS_URL });
client.on('error', (error) => console.error(`Sessions: ${error.message}`));
await client.connect();
const store = new RedisStore({ client, prefix: `${REDIS_PREFIX}:session:`, ttl: 60 * 60 });
const backplane = await redisBackplane({ url: REDIS_URL, prefix: REDIS_PREFIX });
followRoster(backplane);

const app = express();
app.set('trust proxy', 'loopback');
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, store }));
const live = liveview({
  secret: LIVE_SECRET,
  components: [Counter, KeptCounter, Notes, Serving, Here, Nodes],
  backplane,
});
app.use('/live', live.router);
servePages(app, live);

// the supervisor wants to know when it is up, and then how many streams it has
const tell = () => process.send?.({ streams: live.stats().streams });
const server = createServer(live.attach(app)).listen(Number(PORT), '127.0.0.1', tell);
setInterval(tell, 250);
process.once('disconnect', () => process.exit()); // the supervisor is no more

process.once('SIGTERM', async () => {
  const closed = once(server.close(), 'close'); // no new connections, so the balancer goes to the others; those that are open stay
  await live.drain({ within: 3_000 });
  await closed;
  process.exit();
});
