// Five thousand old notes, and the new ones. A real app would ask a database for the page after the last id.
import { topic } from 'htmx-liveview';

export interface Post {
  readonly id: number;
  readonly text: string;
}

/** Published with the id of a note that was written. */
export const written = topic<number>('notes');

const WHO = ['A heron', 'The miller', 'Somebody', 'A cat', 'The postwoman', 'An old friend', 'The moon'];
const WHAT = ['waits', 'was seen', 'sings', 'sleeps', 'writes letters', 'counts boats', 'tells stories', 'smiles'];
const WHERE = ['by the river', 'on the bridge', 'at the mill', 'under the limes', 'behind the church'];

/** The oldest first; an id is a place in it, and one more. */
const posts: Post[] = Array.from({ length: 5000 }, (_, at) => ({
  id: at + 1,
  text: `${WHO[at % 7]} ${WHAT[at % 8]} ${WHERE[at % 5]}.`,
}));

export function lastId(): number {
  return posts.length;
}

/** The notes from one id down to another, the newest first. */
export function postsBetween(newest: number, oldest: number): Post[] {
  return posts.slice(oldest - 1, newest).reverse();
}

export function write(text: string): number {
  return posts.push({ id: posts.length + 1, text });
}
