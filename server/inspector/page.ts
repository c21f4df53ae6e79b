// Owns the page around the inspector's component. No inline script or style: it works under the strictest Content-Security-Policy.

import { type Html, html } from '../../views/html.ts';
import { HTMX } from './assets.ts';

/** What the page is allowed to load, where the app has not said so. */
export const POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * Writes the page.
 * @param base what leads from the page's address to the inspector's files: it is not known under which path a proxy shows them.
 * @param htmx where the app serves htmx; undefined: the inspector does.
 */
export function writePage(base: string, htmx: string | undefined, panel: Html): string {
  const scripts = html`<script src="${htmx ?? base + HTMX.slice(1)}"></script>
    <script src="${base}liveview.min.js"></script>
    <script src="${base}switches.js" defer></script>`;
  return shell(
    base,
    html`<meta name="htmx-config" content='{"includeIndicatorStyles":false,"allowEval":false}'>
    ${scripts}`,
    html`<header class="top">
      <h1><img src="${base}icon.svg" alt="" width="20" height="20"> Inspector <small>htmx-liveview</small></h1>
      <fieldset class="tools" hidden>
        <legend>Pages of this browser</legend>
        <label><input type="checkbox" id="highlight"> Highlight patches</label>
      </fieldset>
    </header>
    <main>${panel}</main>`,
  );
}

/** Writes what is shown where there is no htmx. */
export function writeNoHtmx(base: string): string {
  return shell(
    base,
    '',
    html`<main class="fault"><h1>The inspector needs htmx</h1>
    <p>The package <code>htmx.org</code> was found neither from the folder in which the server was started nor from where <code>htmx-liveview</code> is.</p>
    <p>Install it: <code>npm install htmx.org</code>. Or say where your app serves htmx: <code>liveview({ inspector: { htmx: '/htmx.min.js' } })</code>.</p></main>`,
  );
}

function shell(base: string, head: Html | '', body: Html): string {
  return String(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>Inspector · htmx-liveview</title>
    <link rel="icon" href="${base}icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${base}inspector.css">
    ${head}
  </head>
  <body hx-ext="liveview" data-liveview-highlight="false">
    ${body}
  </body>
</html>`);
}
