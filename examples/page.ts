// The shell of every example page.
import type { Request } from 'express';
import { type Html, html } from 'htmx-liveview';

const examples = [
  ['/counter', 'Counter', 'The specification’s own: state on the server, signed events up, updates down.'],
  ['/clock', 'Clock', 'The server pushes; what you type meanwhile stays.'],
  ['/todo', 'To do', 'A form, a list and a schema, kept for each session.'],
  ['/chat', 'Chat', 'Several browsers, joined by publish and subscribe.'],
  ['/vote', 'A vote', 'One component for everybody, rendered once for all of them.'],
  ['/presence', 'Who is here', 'A list of who looks at this page, which keeps itself.'],
  ['/upload', 'Files', 'Several at once, dropped or chosen, with a progress bar and limits.'],
  ['/existing', 'An existing page', 'hx-get and hx-post as they were, with a live component beside them.'],
  ['/renderers', 'Any renderer', 'EJS, Pug, Handlebars, Eta, JSX: all get the same small updates.'],
  ['/table', 'A table', 'A thousand rows: sorted, filtered as one types, paged, and kept in the address.'],
  ['/wizard', 'A wizard', 'Three steps, checked as one types, with a way back that loses nothing.'],
  ['/dashboard', 'A dashboard', 'Charts that the server draws, and a push each second of no more than what changed.'],
  ['/infinite', 'A list without end', 'More as one scrolls, and a word on what is new instead of a jump.'],
  ['/kanban', 'A board', 'Cards that several people drag, add and edit at once, with the mouse or without.'],
] as const;

/** Writes a page of the gallery. `?htmx=4` shows it with htmx 4. */
export function page(req: Request, title: string, content: Html): string {
  const suffix = req.query.htmx === '4' ? '?htmx=4' : '';
  const nav = html`<a href="/${suffix}">htmx-liveview</a> ${examples.map(
    ([path, name]) => html`<a href="${path + suffix}" aria-current="${req.path === path ? 'page' : null}">${name}</a> `,
  )}`;
  return shell(req, title, nav, content);
}

/** Writes what is around every page, with either htmx. */
export function shell(req: Request, title: string, nav: Html, content: Html): string {
  const version = req.query.htmx === '4' ? '4' : '2';
  return String(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} · htmx-liveview</title>
    <link rel="stylesheet" href="/style.css">
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    <script src="/htmx${version}.js"></script>
    <script src="/live/liveview.js"></script>
  </head>
  <body hx-ext="liveview">
    <nav>${nav}</nav>
    <main>
      <h1>${title}</h1>
      ${content}
    </main>
    <footer>Running with htmx ${version}. <a href="?htmx=${version === '4' ? '2' : '4'}">Try it with htmx ${version === '4' ? '2' : '4'}</a></footer>
  </body>
</html>`);
}

/** Writes the gallery. */
export function gallery(req: Request, live: Html): string {
  const cards = examples.map(
    ([path, name, text]) => html`<a class="card" href="${path}"><h2>${name}</h2><p>${text}</p></a>`,
  );
  return page(
    req,
    'Live pages in htmx and Express',
    html`<p>Server-driven components without a websocket. This one is live:</p>
      <section class="card">${live}</section>
      <div class="grid">${cards}</div>`,
  );
}
