// An app as there are many: EJS, htmx and sessions, with helmet, compression and body parsers in front.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import compression from 'compression';
import express from 'express';
import session from 'express-session';
import helmet from 'helmet';
import { liveview } from 'htmx-liveview';
import { orders, takeOrder } from '../orders.ts';
import { Till, taken } from './till.ts';

export const app = express();
app.set('view engine', 'ejs');
app.set('views', join(import.meta.dirname, 'views'));
app.use(helmet(), compression(), express.json(), express.urlencoded());
app.use(session({ secret: process.env.SESSION_SECRET ?? '', resave: false, saveUninitialized: false }));
const live = liveview({ secret: process.env.LIVE_SECRET ?? '', components: [Till] });
app.use('/live', live.router);
const htmx = createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js');
app.get('/htmx.js', (_req, res) => res.sendFile(htmx));

app.get('/', async (req, res) => res.render('page', { orders, till: await live.render(req, Till) }));
app.post('/orders', (req, res) => {
  const order = takeOrder(req.body);
  live.publish(taken);
  res.render('order', { order });
});
