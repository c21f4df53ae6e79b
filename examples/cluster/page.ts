import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { type Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { shell } from '../page.ts';
import { Counter, KeptCounter } from './counters.ts';
import { Here, Serving } from './here.ts';
import { Nodes } from './nodes.ts';
import { Notes } from './notes.ts';

const { resolve } = createRequire(import.meta.url);
const ANIMALS =
  'Badger Crane Dormouse Eagle Falcon Gecko Heron Ibex Jackdaw Kestrel Lynx Marten Newt Otter Puffin'.split(' ');

export function servePages(app: Express, live: Live): void {
  app.use(express.static(join(dirname(resolve('htmx-liveview/package.json')), 'examples/public')));
  app.get('/htmx2.js', (_req, res) => res.sendFile(resolve('htmx.org/dist/htmx.min.js')));
  app.get('/htmx4.js', (_req, res) => res.sendFile(resolve('htmx4/dist/htmx.min.js')));
  app.get('/', async (req, res) => {
    const name = ANIMALS[Math.floor(Math.random() * ANIMALS.length)] ?? '';
    const [nodes, serving, kept, lost, notes, here] = await Promise.all([
      live.render(req, Nodes),
      live.render(req, Serving),
      live.render(req, KeptCounter),
      live.render(req, Counter),
      live.render(req, Notes),
      live.render(req, Here, { name }),
    ]);
    const content = html`
      <p>Three servers behind a round-robin balancer, joined by Redis. End the one that serves this page, and go on.</p>
      <section class="card">${serving}${nodes}</section>
      <div class="pair">
        <section class="card"><h2>Durable</h2>${kept}</section>
        <section class="card"><h2>Not durable</h2>${lost}</section>
      </div>
      <section class="card"><h2>Notes, durable</h2>${notes}<p class="hint">What you type stays, whatever happens to the node. A reload starts anew: state is the page’s.</p></section>
      <section class="card"><h2>Who is here</h2>${here}<p class="hint">Open this page in a second window.</p></section>
      <section class="card"><h2>What this page has seen</h2><ol class="list log" id="log"></ol></section>
      <script src="/cluster.js"></script>`;
    res.send(shell(req, 'Three servers', html`<a href="/">htmx-liveview: a cluster</a>`, content));
  });
}
