import { randomBytes } from 'node:crypto';
import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { TicTacToe } from './tictactoe.ts';

export function tictactoe(app: Express, live: Live) {
  /** A new game: a name that nobody guesses. Whoever has its address may join. */
  app.get('/tictactoe', (req, res) => {
    const suffix = req.query.htmx === '4' ? '?htmx=4' : '';
    res.redirect(`/tictactoe/${randomBytes(9).toString('base64url')}${suffix}`);
  });

  app.get('/tictactoe/:game', async (req, res) => {
    const { game } = req.params;
    const board = await live.render(req, TicTacToe, { game: game.slice(0, 20) });
    const address = `${req.protocol}://${req.get('host') ?? ''}${req.path}`;
    res.send(
      page(
        req,
        'Tic-tac-toe',
        html`
        <link rel="stylesheet" href="/tictactoe.css">
        <p>Open this address in another browser and play against yourself; in a third one, watch. Close a player’s page, and come back.</p>
        <section class="card">${board}</section>
        <label>Invite by this address <input readonly value="${address}"></label>
        <p><a href="/tictactoe">A new game</a></p>`,
      ),
    );
  });
}
