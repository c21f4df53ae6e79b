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

/** So many are kept, and so many of the oldest are forgotten. */
const MOST = 10_000;
let forgotten = 0;

/** The oldest first. */
const posts: Post[] = Array.from({ length: 5000 }, (_, at) => ({
  id: at + 1,
  text: `${WHO[at % 7]} ${WHAT[at % 8]} ${WHERE[at % 5]}.`,
}));

export function lastId(): number {
  return forgotten + posts.length;
}

/** The notes from one id down to another, the newest first. */
export function postsBetween(newest: number, oldest: number): Post[] {
  return posts.slice(Math.max(0, oldest - 1 - forgotten), Math.max(0, newest - forgotten)).reverse();
}

export function write(text: string): number {
  posts.push({ id: lastId() + 1, text });
  if (posts.length > MOST) {
    posts.shift();
    forgotten++;
  }
  return lastId();
}
