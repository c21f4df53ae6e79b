import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Board } from './board.ts';

export function kanban(app: Express, live: Live) {
  app.get('/kanban', async (req, res) => {
    const board = await live.render(req, Board);
    res.send(
      page(
        req,
        'A board',
        html`
        <script src="/kanban.js"></script>
        <p>Open this page in a second browser, and drag cards in both, or move them with their buttons; half an edit stays while its card is moved.</p>
        ${board}`,
      ),
    );
  });
}
