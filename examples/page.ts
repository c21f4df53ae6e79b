// The shell of every example page, and the gallery.
import type { Request } from 'express';
import { type Html, html } from 'htmx-liveview';
import { type Example, exampleAt, examples, groups, pictureOf, sourcesOf } from './list.ts';

/** htmx’s own style element would need `unsafe-inline`: its few rules are in style.css. */
const HTMX_CONFIG = '{"includeIndicatorStyles": false, "includeIndicatorCSS": false}';

/** Writes a page of the gallery. `?htmx=4` shows it with htmx 4. */
export function page(req: Request, title: string, content: Html): string {
  const suffix = req.query.htmx === '4' ? '?htmx=4' : '';
  const example = exampleAt(req.path);
  const nav = html`<a href="/${suffix}">htmx-liveview</a>${menu(example, suffix)}`;
  return shell(req, title, nav, example ? html`${content}${about(example, suffix)}` : content);
}

/** Writes what is around every page, with either htmx. */
export function shell(req: Request, title: string, nav: Html, content: Html): string {
  const version = req.query.htmx === '4' ? '4' : '2';
  const other = version === '4' ? '2' : '4';
  return String(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="htmx-config" content="${HTMX_CONFIG}">
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
    <footer>Running with htmx ${version}. <a href="?htmx=${other}">Try it with htmx ${other}</a></footer>
  </body>
</html>`);
}

/** All examples, behind one word: they would fill a phone. */
function menu(current: Example | undefined, suffix: string): Html {
  const link = (example: Example) =>
    html`<a href="${example.path + suffix}" aria-current="${example === current ? 'page' : null}">${example.name}</a>`;
  return html`
    <details class="menu">
      <summary>Examples</summary>
      <div class="card">${groups.map(([title, of]) => html`<section><h2>${title}</h2>${of.map(link)}</section>`)}</div>
    </details>`;
}

/** What to look at in an example's code, the code itself, and where to go on. */
function about(example: Example, suffix: string): Html {
  const next = examples[examples.indexOf(example) + 1];
  const files = sourcesOf(example).map(
    (file) => html`<a href="/source/${file}"><code>${file.split('/')[1]}</code></a> `,
  );
  return html`
    <p class="hint about">In the code, look at this: ${example.look} <span class="files">${files}</span></p>
    ${next && html`<p class="next"><a href="${next.path + suffix}">Next: ${next.name} →</a></p>`}`;
}

/** Writes the gallery. */
export function gallery(req: Request, live: Html): string {
  const suffix = req.query.htmx === '4' ? '?htmx=4' : '';
  return page(
    req,
    'Live pages in htmx and Express',
    html`<p>Server-driven components without a websocket. This one is live:</p>
      <section class="card">${live}</section>
      ${groups.map(
        ([title, of]) => html`
          <h2 class="group">${title}</h2>
          <div class="grid">${of.map((example) => card(example, suffix))}</div>`,
      )}`,
  );
}

function card(example: Example, suffix: string): Html {
  const picture = pictureOf(example) ?? '/icon.svg';
  return html`
    <a class="card" href="${example.path + suffix}">
      <img src="${picture}" alt="" loading="lazy" width="640" height="400">
      <h3>${example.name}</h3><p>${example.text}</p></a>`;
}
