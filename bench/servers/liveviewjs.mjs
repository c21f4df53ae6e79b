// Owns a peer: LiveViewJS on Express, with its own page and its own websocket messages.
import './offline.mjs';
import { NodeExpressLiveViewServer } from '@liveviewjs/express';
import express from 'express';
import session from 'express-session';
import { createLiveView, html, safe } from 'liveviewjs';
import { WebSocketServer } from 'ws';
import { makeRows } from '../rows.mjs';

const counter = createLiveView({
  mount: (socket) => socket.assign({ count: 0 }),
  handleEvent: (_event, socket) => socket.assign({ count: socket.context.count + 1 }),
  render: ({ count }) => html`<p>Count: <output>${count}</output></p><button phx-click="increment">+1</button>`,
});

const row = ({ id, name, n, state }) =>
  html`<tr id="r-${id}"><td>${id}</td><td>${name}</td><td>${n}</td><td>${state}</td><td><button phx-click="buy" phx-value-id="${id}">buy</button></td></tr>`;
const rows = createLiveView({
  mount: (socket, _session, params) => socket.assign({ rows: makeRows(Number(params.rows ?? 1000)) }),
  handleEvent: ({ id }, socket) => {
    const next = socket.context.rows.map((it) => (it.id === Number(id) ? { ...it, n: it.n + 1 } : it));
    socket.assign({ rows: next });
  },
  render: (context) => html`<table><tbody id="rows">${context.rows.map(row)}</tbody></table>`,
});

const page = (_title, csrf, content) =>
  html`<!doctype html><meta name="csrf-token" content="${csrf}"><script defer src="/client.js"></script><body>${safe(content)}</body>`;

export function make() {
  const secret = 'x'.repeat(32);
  const live = new NodeExpressLiveViewServer(
    { '/': counter, '/rows': rows },
    page,
    { title: '' },
    { serDeSigningSecret: secret },
  );
  const app = express();
  app.use(session({ secret, resave: false, saveUninitialized: false }));
  app.get('/client.js', async (_req, res) => {
    const { bundle, PHOENIX } = await import('../bundle.mjs'); // a load generator needs none
    res.type('js').send(await bundle(PHOENIX));
  });
  app.use(live.httpMiddleware());
  const attached = (server) => live.wsMiddleware()(new WebSocketServer({ server }));
  return { listener: app, attached };
}
