import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Wizard } from './wizard.ts';

export function wizard(app: Express, live: Live) {
  app.get('/wizard', async (req, res) => {
    const booking = await live.render(req, Wizard);
    res.send(
      page(
        req,
        'A wizard',
        html`
        <script src="/focus.js"></script>
        <p>Type half an e-mail address and wait; press Next too early; go Back, and find what you typed.</p>
        <section class="card">${booking}</section>`,
      ),
    );
  });
}
