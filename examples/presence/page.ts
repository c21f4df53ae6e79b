import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Here } from './here.ts';

export function here(app: Express, live: Live) {
  app.get('/presence', async (req, res) => {
    const people = await live.render(req, Here);
    res.send(
      page(
        req,
        'Who is here',
        html`
        <link rel="stylesheet" href="/presence.css">
        <script src="/pointers.js"></script>
        <p>Open this page in a second tab and in another browser, move the pointer over the board, and close one of them again.</p>
        <section class="card">${people}</section>`,
      ),
    );
  });
}
