import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { Chat } from './chat.ts';

export function chat(app: Express, live: Live) {
  app.get('/chat', async (req, res) => {
    const room = await live.render(req, Chat, { room: 'lobby' });
    res.send(
      page(
        req,
        'Chat',
        html`
        <p>Open this page in another browser and talk to yourself. Updates come by one event stream, without a websocket.</p>
        <section class="card">${room}</section>`,
      ),
    );
  });
}
