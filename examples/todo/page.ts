import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { TodoList } from './todo.ts';

export function todo(app: Express, live: Live) {
  app.get('/todo', async (req, res) => {
    const list = await live.render(req, TodoList);
    res.send(
      page(
        req,
        'To do',
        html`
        <p>Open this page in a second tab: both show the same list. A schema checks the form, and a refused one keeps what was typed.</p>
        <section class="card">${list}</section>`,
      ),
    );
  });
}
