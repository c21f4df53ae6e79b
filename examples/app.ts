// The gallery as an Express app: this is all that a live server needs.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { type Express } from 'express';
import session from 'express-session';
import { type BaseOptions, type Live, liveview } from 'htmx-liveview';
import { Chat } from './chat/chat.ts';
import { chat } from './chat/page.ts';
import { Clock } from './clock/clock.ts';
import { clock } from './clock/page.ts';
import { Counter } from './counter/counter.ts';
import { counter } from './counter/page.ts';
import { Dashboard } from './dashboard/dashboard.ts';
import { dashboard } from './dashboard/page.ts';
import { Till } from './existing/orders.ts';
import { existing } from './existing/page.ts';
import { Feed } from './infinite/feed.ts';
import { infinite } from './infinite/page.ts';
import { Job } from './job/job.ts';
import { job } from './job/page.ts';
import { Board } from './kanban/board.ts';
import { kanban } from './kanban/page.ts';
import { PICTURES, SOURCES } from './list.ts';
import { Notifications } from './notifications/notifications.ts';
import { notifications } from './notifications/page.ts';
import { gallery } from './page.ts';
import { Here } from './presence/here.ts';
import { here } from './presence/page.ts';
import { renderers, shelves } from './renderers/page.ts';
import { table } from './table/page.ts';
import { RiverTable } from './table/table.ts';
import { tictactoe } from './tictactoe/page.ts';
import { TicTacToe } from './tictactoe/tictactoe.ts';
import { todo } from './todo/page.ts';
import { TodoList } from './todo/todo.ts';
import { upload } from './upload/page.ts';
import { Upload } from './upload/upload.ts';
import { vote } from './vote/page.ts';
import { Vote } from './vote/vote.ts';
import { wizard } from './wizard/page.ts';
import { Wizard } from './wizard/wizard.ts';

const { resolve } = createRequire(import.meta.url);

/** The secrets of an app; keep real ones in the environment. */
export interface Secrets {
  readonly session: string;
  readonly live: string;
}

/**
 * Makes the gallery's app. `store` keeps the sessions: with express-session's own, in memory, a restart of the server ends
 * them all, and the pages with them. A real app has one that stays, such as connect-redis.
 */
export function createApp(
  secrets: Secrets,
  options: Omit<BaseOptions, 'secret'> = {},
  store: session.Store = new session.MemoryStore(),
): { app: Express; live: Live } {
  const app = express();
  app.use((_req, res, next) => {
    res.set('Content-Security-Policy', "default-src 'self'"); // no inline script or style is needed anywhere
    next();
  });
  const cookie = { sameSite: 'lax', secure: 'auto' } as const; // forms of other sites come without it
  app.use(session({ secret: secrets.session, resave: false, saveUninitialized: false, store, cookie }));
  const live = liveview({
    ...options,
    secret: secrets.live,
    components: [
      Counter,
      Clock,
      TodoList,
      Chat,
      Vote,
      Here,
      Notifications,
      TicTacToe,
      Upload,
      Job,
      Till,
      RiverTable,
      Wizard,
      Dashboard,
      Board,
      Feed,
      ...shelves,
    ],
    context: (req) => ({ owner: req.sessionID }),
    inspector: true, // at /live/inspector; refused in production
  });
  app.use('/live', live.router);
  app.use(express.static(join(dirname(resolve('htmx-liveview/package.json')), 'examples/public')));
  app.get('/htmx2.js', (_req, res) => res.sendFile(resolve('htmx.org/dist/htmx.min.js')));
  app.get('/htmx4.js', (_req, res) => res.sendFile(resolve('htmx4/dist/htmx.min.js')));
  app.use('/images', express.static(PICTURES));
  app.use('/source', express.static(SOURCES, { index: false, setHeaders: (res) => res.type('text/plain') }));
  app.get('/', async (req, res) => res.send(gallery(req, await live.render(req, Counter, { start: 0 }))));
  const pages = [
    counter,
    clock,
    todo,
    chat,
    vote,
    here,
    notifications,
    tictactoe,
    upload,
    job,
    table,
    wizard,
    dashboard,
    infinite,
    kanban,
    existing,
    renderers,
  ];
  for (const example of pages) example(app, live);
  return { app, live };
}
