import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Counter } from './counter.ts';

export function counter(app: Express, live: Live) {
  app.get('/counter', async (req, res) => {
    const [first, second] = await Promise.all([
      live.render(req, Counter, { start: 0 }),
      live.render(req, Counter, { start: 10 }),
    ]);
    res.send(
      page(
        req,
        'Counter',
        html`
        <p>The state is on the server. Each click is a signed POST, and its answer carries what changed.</p>
        <section class="card">${first}</section>
        <section class="card">${second}</section>`,
      ),
    );
  });
}
