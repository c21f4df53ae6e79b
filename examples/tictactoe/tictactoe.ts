// One page's view of a game: each viewer has an instance, since each sees something else. The game itself is in game.ts.
import { html, LiveComponent, type Params, presence } from 'htmx-liveview';
import { z } from 'zod';
import {
  again,
  foulOf,
  type Game,
  gameOf,
  isOver,
  keep,
  lineOf,
  markOf,
  other,
  play,
  sit,
  stateOf,
  turnOf,
} from './game.ts';

const atGame = (id: string) => presence<null>(`tictactoe:${id}`);

export class TicTacToe extends LiveComponent<{ game: string }, { owner: string }> {
  static component = 'demo.TicTacToe';
  static events = { play: z.object({ cell: z.coerce.number().int().min(0).max(8) }), again: true };

  game: Game = gameOf(this.session.game);
  error = '';
  people = this.presence(atGame(this.session.game), null, { id: this.context.owner });

  /** The first two who go live have the seats: a link’s preview, which never does, takes none. */
  mount() {
    if (!this.connected) return;
    this.subscribe(stateOf(this.session.game), (game) => {
      this.game = game;
    });
    const game = gameOf(this.session.game);
    const seated = sit(game, this.context.owner);
    if (seated !== game) this.save(seated);
  }

  play({ cell }: Params<typeof TicTacToe, 'play'>) {
    const game = gameOf(this.session.game);
    this.error = foulOf(game, this.context.owner, cell) ?? '';
    if (!this.error) this.save(play(game, cell));
  }

  again() {
    const game = gameOf(this.session.game);
    if (isOver(game) && markOf(game, this.context.owner)) this.save(again(game));
  }

  save(game: Game) {
    this.game = keep(game);
    this.publish(stateOf(game.id), game);
  }

  render() {
    const { game } = this;
    const mark = markOf(game, this.context.owner);
    const line = lineOf(game) ?? [];
    const players = Object.values(game.players);
    const watchers = this.people.members.filter(({ id }) => !players.includes(id)).length;
    return html`
      <p id="you">${mark ? html`You are <b>${mark}</b>.` : 'You are watching.'}
        <small>${watchers > 0 && `${watchers} watching`}</small></p>
      <p id="status" class="figure" role="status">${this.status(mark)}</p>
      <div id="cells" class="cells">${game.cells.map(
        (cell, at) => html`
          <button id="cell-${at}" lv-event="play" name="cell" value="${at}" class="${line.includes(at) ? 'won' : ''}"
            disabled="${foulOf(game, this.context.owner, at) !== undefined}"
            aria-label="Row ${Math.floor(at / 3) + 1}, column ${(at % 3) + 1}: ${cell || 'empty'}">${cell}</button>`,
      )}</div>
      <p class="error" role="alert">${this.error}</p>
      <button lv-event="again" hidden="${!mark || !isOver(game)}">Play again</button>`;
  }

  status(mark: 'X' | 'O' | undefined) {
    const { game } = this;
    const line = lineOf(game);
    if (line) return game.cells[line[0] ?? 0] === mark ? 'You have won.' : `${game.cells[line[0] ?? 0]} has won.`;
    if (isOver(game)) return 'A draw.';
    if (!game.players.O) return 'Waiting for the second player…';
    const opponent = mark && other(mark);
    const isAway = this.connected && opponent && !this.people.members.some(({ id }) => id === game.players[opponent]);
    if (isAway) return `${opponent} is away. The seat is kept.`;
    return turnOf(game) === mark ? 'Your turn.' : `It is ${turnOf(game)}’s turn.`;
  }
}
