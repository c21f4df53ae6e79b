import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Dashboard } from './dashboard.ts';

export function dashboard(app: Express, live: Live) {
  app.get('/dashboard', async (req, res) => {
    const numbers = await live.render(req, Dashboard);
    res.send(
      page(
        req,
        'A dashboard',
        html`
        <p>It measures the server that you look at. Reload a few times, or click about in another tab, and see it here.</p>
        ${numbers}`,
      ),
    );
  });
}
