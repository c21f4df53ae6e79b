import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { RiverTable } from './table.ts';

export function table(app: Express, live: Live) {
  app.get('/table', async (req, res) => {
    const rivers = await live.render(req, RiverTable);
    res.send(
      page(
        req,
        'A table',
        html`
        <p>Sort it, type into the filter, turn a page; then go Back, reload, or open the address in another browser.</p>
        <section class="card">${rivers}</section>`,
      ),
    );
  });
}
