// Login, a live component of one's own, logout: with express-session alone, in the order in which passport does it.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import express, { type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import { html, liveview } from 'htmx-liveview';
import { type Context, Notes } from './notes.ts';
import { checkPassword, findUser, setRole } from './users.ts';

declare module 'express-session' {
  interface SessionData {
    user: string;
  }
}

export function createApp(
  secrets: { session: string; live: string },
  store: session.Store = new session.MemoryStore(),
) {
  const app = express();
  const cookie = { sameSite: 'lax', secure: 'auto' } as const;
  app.use(session({ secret: secrets.session, resave: false, saveUninitialized: false, store, cookie }));
  const live = liveview({
    secret: secrets.live,
    components: [Notes],
    // asked once for a page and once for its stream; a stream without a user is none
    context: (req) => {
      const user = findUser(req.session.user);
      if (!user) throw new Error('not logged in');
      return { user };
    },
  });
  app.use('/live', live.router);
  const htmx = createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js');
  app.get('/htmx.js', (_req, res) => res.sendFile(htmx));
  app.get('/gone.js', (_req, res) => res.sendFile(join(import.meta.dirname, 'gone.js')));

  app.get('/login', (_req, res) => {
    res.send(
      String(html`<!doctype html><title>Log in</title><form method="post">
      <input name="name" aria-label="Name"> <input name="password" type="password" aria-label="Password"> <button>Log in</button></form>`),
    );
  });

  app.post('/login', mustBeOwnPage, express.urlencoded(), (req, res, next) => {
    const { name, password } = (req.body ?? {}) as Record<string, unknown>;
    const user = checkPassword(String(name), String(password)); // a name that is there twice is an array
    if (!user) return void res.status(401).send('Wrong name or password.');
    // a new session id: one that somebody planted before the login is worth nothing after it
    req.session.regenerate((error) => {
      if (error) return next(error);
      req.session.user = user.name;
      res.redirect(303, '/');
    });
  });

  app.post('/logout', mustBeOwnPage, (req, res, next) => {
    const { sessionID } = req;
    req.session.destroy((error) => {
      if (error) return next(error);
      live.disconnect({ sessionId: sessionID }); // all tabs, on every server, at once
      res.clearCookie('connect.sid').redirect(303, '/login');
    });
  });

  app.get('/', mustBeUser, async (req, res) => {
    res.send(
      String(html`<!doctype html><title>Notes</title>
      <script src="/htmx.js"></script><script src="/live/liveview.js"></script><script src="/gone.js"></script>
      <body hx-ext="liveview">${await live.render(req, Notes)}
      <form method="post" action="/logout"><button>Log out</button></form>`),
    );
  });

  app.post('/users/:name/role', mustBeOwnPage, mustBeAdmin, express.urlencoded(), (req, res) => {
    const name = String(req.params.name);
    if (!setRole(name, req.body?.role === 'admin' ? 'admin' : 'member')) return void res.sendStatus(404);
    // the streams of this user, on this server, still have the old role: they end, and the pages load again
    live.disconnect({ match: ({ context }) => (context as Context).user.name === name });
    res.sendStatus(204);
  });
  return { app, live };
}

/** No form of another site. sameSite is not enough: a login needs no cookie, and brings one. */
function mustBeOwnPage(req: Request, res: Response, next: NextFunction) {
  if (['same-origin', 'none', undefined].includes(req.get('Sec-Fetch-Site'))) next();
  else res.sendStatus(403);
}

function mustBeUser(req: Request, res: Response, next: NextFunction) {
  if (findUser(req.session.user)) next();
  else res.redirect(303, '/login');
}

function mustBeAdmin(req: Request, res: Response, next: NextFunction) {
  if (findUser(req.session.user)?.role === 'admin') next();
  else res.sendStatus(403);
}
