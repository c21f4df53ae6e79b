// The rules, and the games that are played. Nothing here knows of components, so the rules are tested by themselves.
import { topic } from 'htmx-liveview';

export type Mark = 'X' | 'O';

export interface Game {
  readonly id: string;
  /** Nine, row by row. */
  readonly cells: readonly (Mark | '')[];
  /** Who has which seat. It stays theirs while they are away. */
  readonly players: { readonly [mark in Mark]?: string };
  /** Who began this round. */
  readonly first: Mark;
}

/** Published with each state of a game. */
export const stateOf = (id: string) => topic<Game>(`tictactoe:${id}`);

const LINES = ['012', '345', '678', '036', '147', '258', '048', '246'].map((line) => [...line].map(Number));
const MOST_GAMES = 1_000;
const games = new Map<string, Game>();

export function gameOf(id: string): Game {
  return games.get(id) ?? { id, cells: Array<''>(9).fill(''), players: {}, first: 'X' };
}

/** Keeps a game. With too many of them the one that was played the longest ago is forgotten. */
export function keep(game: Game): Game {
  games.delete(game.id);
  games.set(game.id, game);
  const [oldest] = games.keys();
  if (games.size > MOST_GAMES && oldest !== undefined) games.delete(oldest);
  return game;
}

/** Gives somebody a free seat; who has one already, or comes too late, changes nothing. */
export function sit(game: Game, who: string): Game {
  const free = (['X', 'O'] as const).find((mark) => !game.players[mark]);
  return free && !markOf(game, who) ? { ...game, players: { ...game.players, [free]: who } } : game;
}

export function markOf({ players }: Game, who: string): Mark | undefined {
  return (['X', 'O'] as const).find((mark) => players[mark] === who);
}

export function turnOf({ cells, first }: Game): Mark {
  return cells.filter(Boolean).length % 2 === 0 ? first : other(first);
}

export function other(mark: Mark): Mark {
  return mark === 'X' ? 'O' : 'X';
}

/** The three cells that have won. */
export function lineOf({ cells }: Game): readonly number[] | undefined {
  return LINES.find(([a = 0, b = 0, c = 0]) => cells[a] && cells[a] === cells[b] && cells[a] === cells[c]);
}

export function isOver(game: Game): boolean {
  return lineOf(game) !== undefined || game.cells.every(Boolean);
}

/** Why somebody may not play a cell. */
export function foulOf(game: Game, who: string, cell: number): string | undefined {
  const mark = markOf(game, who);
  if (!mark) return 'You are watching.';
  if (!game.players[other(mark)]) return 'There is nobody to play with yet.';
  if (isOver(game)) return 'This round is over.';
  if (turnOf(game) !== mark) return 'It is not your turn.';
  return game.cells[cell] === '' ? undefined : 'That cell is taken.';
}

export function play(game: Game, cell: number): Game {
  return { ...game, cells: game.cells.with(cell, turnOf(game)) };
}

/** The next round: whoever was second begins. */
export function again(game: Game): Game {
  return { ...game, cells: Array<''>(9).fill(''), first: other(game.first) };
}
