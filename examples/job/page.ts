import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Job } from './job.ts';

export function job(app: Express, live: Live) {
  app.get('/job', async (req, res) => {
    const counting = await live.render(req, Job, { below: 500_000 });
    res.send(
      page(
        req,
        'A long job',
        html`
        <p>Start it and reload, or open this page in a second tab: it is the same job. Cancel it, let it fail, and go on from there.</p>
        <section class="card">${counting}</section>`,
      ),
    );
  });
}
