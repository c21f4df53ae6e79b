// Owns the sharing out of a subscribe: which components go in one request.

import { ATTRIBUTES } from '../protocol/names.ts';
import type { Entry } from './page.ts';

/** One request has room for so many components, and so many letters of their tokens. */
const MOST_COMPONENTS = 100;
const MOST_LETTERS = 30_000;

/** Shares entries out to requests. */
export function inParts(entries: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [[]];
  let letters = 0;
  for (const entry of entries) {
    letters += entry.root.getAttribute(ATTRIBUTES.session)?.length ?? 0;
    if ((parts.at(-1) as Entry[]).length >= MOST_COMPONENTS || letters > MOST_LETTERS) {
      parts.push([]);
      letters = 0;
    }
    (parts.at(-1) as Entry[]).push(entry);
  }
  return parts;
}

/** Groups entries by their viewer. */
export function byViewer(entries: Iterable<Entry>): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) groups.set(entry.viewer, [...(groups.get(entry.viewer) ?? []), entry]);
  return [...groups.values()];
}
