import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Clock } from './clock.ts';

export function clock(app: Express, live: Live) {
  app.get('/clock', async (req, res) => {
    const ticking = await live.render(req, Clock);
    res.send(
      page(
        req,
        'Clock',
        html`
        <p>A timer on the server changes a field. What was watched is rendered, and what changed is pushed.</p>
        <section class="card">${ticking}</section>`,
      ),
    );
  });
}
