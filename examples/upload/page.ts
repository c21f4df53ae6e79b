import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Upload } from './upload.ts';

export function upload(app: Express, live: Live) {
  app.get('/upload', async (req, res) => {
    const form = await live.render(req, Upload);
    res.send(
      page(
        req,
        'Files',
        html`
        <script src="/progress.js"></script>
        <p>An ordinary form with <code>hx-encoding="multipart/form-data"</code>. The files go to disk as they come, never to memory. Send a large one and cancel it, then one that is too large, and one of another kind.</p>
        <section class="card">${form}</section>`,
      ),
    );
  });
}
