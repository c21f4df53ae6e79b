// Where the questions are kept: in memory, so a restart forgets them. Yours will ask a database.
import { topic } from 'htmx-liveview';

export interface Question {
  readonly id: number;
  readonly text: string;
  readonly votes: number;
}

/** Published when something has changed, so that all browsers show it. */
export const changed = topic<undefined>('questions');

/** So many are kept: anybody may ask, and memory is not endless. */
const MOST = 500;
let all: readonly Question[] = [{ id: 1, text: 'Does it need a websocket?', votes: 1 }];
let lastId = 1;

/** The questions, those with the most votes first. */
export function questions(): readonly Question[] {
  return [...all].sort((a, b) => b.votes - a.votes || a.id - b.id);
}

export function ask(text: string): void {
  all = [...all, { id: ++lastId, text, votes: 0 }].slice(-MOST);
}

export function vote(id: number): void {
  all = all.map((one) => (one.id === id ? { ...one, votes: one.votes + 1 } : one));
}
