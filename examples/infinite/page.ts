import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Feed } from './feed.ts';

export function infinite(app: Express, live: Live) {
  app.get('/infinite', async (req, res) => {
    const feed = await live.render(req, Feed, { page: 40 });
    res.send(
      page(
        req,
        'A list without end',
        html`
        <script src="/feed.js"></script>
        <p>Scroll down, as far as you like. Then write something in a second tab, and see what this one does with it.</p>
        <section class="card">${feed}</section>`,
      ),
    );
  });
}
