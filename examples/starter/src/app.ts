// The Express app. It listens to nothing yet: server.ts does that, and tests do.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import express from 'express';
import session from 'express-session';
import { type Html, html, liveview } from 'htmx-liveview';
import { Questions } from './components/questions.ts';

const htmx = createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js');

/** What pages may load and send; no page of another site may frame them, for its visitors would click here without knowing. */
const POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export interface Secrets {
  readonly session: string;
  readonly live: string;
}

export function createApp(secrets: Secrets) {
  const app = express();
  app.disable('x-powered-by');
  app.use((_req, res, next) => {
    res.set('Content-Security-Policy', POLICY).set('X-Content-Type-Options', 'nosniff');
    next();
  });
  app.get('/health', (_req, res) => res.send('ok'));
  app.get('/htmx.js', (_req, res) => res.sendFile(htmx));
  app.use(express.static(join(import.meta.dirname, '../public')));

  // Sessions are in memory: a restart ends them. In production give it a store that stays, such as connect-redis.
  const cookie = { sameSite: 'lax', secure: 'auto' } as const;
  app.use(session({ secret: secrets.session, resave: false, saveUninitialized: false, cookie }));
  // it shows what everybody does: in production say who may see it, with authorize
  const inspector = process.env.NODE_ENV !== 'production';
  const live = liveview({ secret: secrets.live, components: [Questions], inspector });
  app.use('/live', live.router);

  app.get('/', async (req, res) => {
    res.send(page('Questions', await live.render(req, Questions, { title: 'What the audience asks' })));
  });
  return { app, live };
}

function page(title: string, content: Html): string {
  return String(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="htmx-config" content='{"includeIndicatorStyles": false}'>
    <title>${title}</title>
    <link rel="stylesheet" href="/style.css">
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    <script src="/htmx.js"></script>
    <script src="/live/liveview.min.js"></script>
    <script src="/app.js"></script>
  </head>
  <body hx-ext="liveview">
    <main>
      <h1>${title}</h1>
      ${content}
      <p class="hint">Open this page in a second window, ask something there, and vote here.</p>
    </main>
  </body>
</html>`);
}
