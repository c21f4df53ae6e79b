import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Vote } from './vote.ts';

export function vote(app: Express, live: Live) {
  app.get('/vote', async (req, res) => {
    const poll = await live.render(req, Vote, { question: 'What shall it be?' });
    res.send(
      page(
        req,
        'A vote',
        html`
        <p>All who look at this page look at the same component. Each session has one vote, and may change its mind.</p>
        <section class="card">${poll}</section>`,
      ),
    );
  });
}
