// Owns the comparison of two lists of regions. In: the ids before and now. Out: the fewest operations that lead from one to the other.

import { longestIncrease } from '../protocol/order.ts';
import type { Operation } from '../protocol/patch.ts';

/** A list, as it is now. */
export interface List {
  readonly ids: readonly string[];
  /** The white space between two items. */
  readonly gap: string;
  /** The text of an item, without white space around it. */
  textOf(index: number): string;
}

/** Where two lists differ: from the item `start` on, up to `oldEnd` in the one before, and `end` in the one now. */
export interface Stretch {
  readonly start: number;
  readonly oldEnd: number;
  readonly end: number;
}

/**
 * Passes over what two lists share at their starts and at their ends, so that the rest of the work follows the change. One shared item stays
 * on either side, for new ones to stand beside. Undefined where the lists have the same items in the same order.
 */
export function differing(old: number, now: number, isSame: (was: number, at: number) => boolean): Stretch | undefined {
  let [start, oldEnd, end] = [0, old, now];
  while (start < oldEnd && start < end && isSame(start, start)) start++;
  if (start === old && start === now) return undefined;
  while (oldEnd > start && end > start && isSame(oldEnd - 1, end - 1)) {
    oldEnd--;
    end--;
  }
  const after = oldEnd < old ? 1 : 0;
  return { start: Math.max(0, start - 1), oldEnd: oldEnd + after, end: end + after };
}

/** So many items may be removed one by one where none stays, to arrive elsewhere; more are said in fewer words with what is around them. */
const FEW = 8;

/**
 * Gives the operations that remove, insert and move items. What has changed inside items that stay is not its business.
 * Undefined where an item can't be told from another, or none stays of more than a few: then the list is written as a whole.
 */
export function listOperations(before: readonly string[], now: List): Operation[] | undefined {
  const place = new Map(before.map((id, at) => [id, at]));
  const wanted = new Set(now.ids);
  if (place.size < before.length || wanted.size < now.ids.length) return undefined;
  const stays = now.ids.filter((id) => place.has(id));
  const isEmptied = now.ids.length === 0 && now.gap === '' && before.length <= FEW;
  if (stays.length === 0 && !isEmptied) return undefined;
  const gone = before.filter((id) => !wanted.has(id));
  const removals = gone.map((id): Operation => ['x', id, now.gap]);
  return [...removals, ...placements(now, place, stays)];
}

function placements(now: List, place: ReadonlyMap<string, number>, stays: readonly string[]): Operation[] {
  const still = new Set(longestIncrease(stays.map((id) => place.get(id) as number)).map((at) => stays[at] as string));
  const [first] = now.ids.filter((id) => still.has(id));
  const operations: Operation[] = [];
  for (let at = 0; at < now.ids.length; at++) {
    const id = now.ids[at] as string;
    const previous = now.ids[at - 1];
    const side = previous === undefined ? 'b' : 'a';
    const beside = previous ?? (first as string);
    if (still.has(id)) continue;
    if (place.has(id)) operations.push(['m', id, side, beside, now.gap]);
    else {
      const end = endOfRun(now.ids, at, place);
      operations.push([side, beside, textOfRun(now, at, end, side)]);
      at = end - 1;
    }
  }
  return operations;
}

/** New items that stand together are inserted together. */
function endOfRun(ids: readonly string[], start: number, place: ReadonlyMap<string, number>): number {
  let end = start;
  while (end < ids.length && !place.has(ids[end] as string)) end++;
  return end;
}

function textOfRun({ textOf, gap }: List, start: number, end: number, side: 'a' | 'b'): string {
  const texts = Array.from({ length: end - start }, (_, at) => textOf(start + at));
  return texts.map((text) => (side === 'a' ? gap + text : text + gap)).join('');
}
