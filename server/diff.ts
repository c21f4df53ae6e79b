// Owns the comparison of the last content with the new one. In: two contents. Out: what an update must say, or nothing.

import type { Update } from '../protocol/patch.ts';
import type { Content } from '../views/html.ts';

/** The part of an update that changes content. */
export type Change = Pick<Update, 'html'>;

/** Compares two contents; undefined where the browser has nothing to do. */
export function diff(last: Content, next: Content): Change | undefined {
  const text = String(next);
  return text === String(last) ? undefined : { html: text };
}
