// Owns where the tools for developers listen in. Without tools nobody does, and each place asks once whether there is a tap.

import type { Update } from '../protocol/patch.ts';
import type { Entry } from './page.ts';
import type { Post } from './post.ts';
import type { Pending } from './send.ts';

/** What the tools get to hear, beside the page's DOM events; and where they may hold something up. */
export interface Tap {
  /** An event was taken on. Its number comes with its first try. */
  event(pending: Pending): void;
  /** A POST is about to leave. It waits for what this gives. */
  leaves(post: Post): Promise<void>;
  /** Its answer is there, and is taken once what this gives is done. */
  answered(post: Post, answer: Response): Promise<void>;
  /** A frame has come; `work` is what it does. */
  frame(work: () => void): void;
  /** An update is about to be applied. */
  update(entry: Entry, update: Update): void;
}

export let tap: Tap | undefined;

/** Lets the tools listen in. */
export function setTap(given: Tap): void {
  tap = given;
}
