// Where the cards are kept. A real app would ask a database.

export const columns = { todo: 'To do', doing: 'Doing', done: 'Done' } as const;

export type Column = keyof typeof columns;

export interface Card {
  readonly id: number;
  text: string;
  column: Column;
}

export const cards: Card[] = [
  { id: 1, text: 'Water the plants', column: 'todo' },
  { id: 2, text: 'Write to grandmother', column: 'todo' },
  { id: 3, text: 'Mend the bicycle', column: 'doing' },
  { id: 4, text: 'Bake bread', column: 'done' },
];

/** So many there may be. */
export const MOST_CARDS = 200;

let lastId = cards.length;

export function newId(): number {
  return ++lastId;
}
