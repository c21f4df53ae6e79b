// Owns the pages that `browser` opens: components of this project, and the same rows as htmx alone would have them, a whole fragment for each click.
import { createRequire } from 'node:module';
import express from 'express';
import session from 'express-session';
import { liveview } from '../../dist/server/index.js';
import { components } from '../components.mjs';
import { makeRows } from '../rows.mjs';

const ROWS = 1000;
const { resolve } = createRequire(import.meta.url);
const secret = 'x'.repeat(32);
const [counter, rows] = ['bench.Counter', 'bench.Rows'].map((name) =>
  components.find(({ component }) => component === name),
);

const page = (scripts, body) =>
  `<!doctype html>${scripts.map((src) => `<script src="${src}"></script>`).join('')}${body}`;
const livePage = (...content) =>
  page(['/htmx.js', '/live/liveview.min.js'], `<body hx-ext="liveview">${content.join('')}`);

const row = ({ id, name, n, state }) =>
  `<tr id="r-${id}"><td>${id}</td><td>${name}</td><td>${n}</td><td>${state}</td><td><button hx-post="" name="id" value="${id}">buy</button></td></tr>`;
const fragment = (all) => `<table><tbody id="rows">${all.map(row).join('')}</tbody></table>`;

/** A page whose clicks are answered with all of its content, which htmx swaps in as said. */
function wholeFragment(app, path, scripts, swap) {
  const states = new Map();
  app.get(path, (req, res) => {
    req.session.seen = true;
    const all = makeRows(ROWS);
    states.set(req.sessionID, all);
    const body = `<body hx-ext="morph"><div id="content" hx-target="this" hx-swap="${swap}">${fragment(all)}</div>`;
    res.send(page(['/htmx.js', ...scripts], body));
  });
  app.post(path, express.urlencoded(), (req, res) => {
    const all = states.get(req.sessionID);
    all[req.body.id - 1].n += 1;
    res.send(fragment(all));
  });
}

export function make() {
  const live = liveview({ secret, components });
  const app = express();
  app.get('/htmx.js', (_req, res) => res.sendFile(resolve('htmx.org/dist/htmx.min.js')));
  app.get('/idiomorph.js', (_req, res) => res.sendFile(resolve('idiomorph/dist/idiomorph-ext.min.js')));
  app.use(session({ secret, resave: false, saveUninitialized: false }));
  app.use('/live', live.router);
  const render = (req, type) => live.render(req, type, { rows: ROWS });
  app.get('/counter', async (req, res) => res.send(livePage(await render(req, counter))));
  app.get('/rows', async (req, res) => res.send(livePage(await render(req, rows))));
  app.get('/both', async (req, res) => res.send(livePage(await render(req, counter), await render(req, rows))));
  wholeFragment(app, '/morph', ['/idiomorph.js'], 'morph:innerHTML');
  wholeFragment(app, '/innerhtml', [], 'innerHTML');
  return { listener: live.attach(app) };
}
