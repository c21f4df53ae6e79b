// Owns how the regions of a component's content are found: elements by their ids, and what goes with an item of a list.

import { ATTRIBUTES } from '../protocol/names.ts';
import type { Operation } from '../protocol/patch.ts';

/** Thrown where a patch does not fit what the page holds: the component must be fetched whole. The message is the region's id. */
export class Misfit extends Error {}

/** Nothing: never written to. */
export const NONE = new Map<string, never>();

/** The ids under which an element may be named. */
export function idsOf(element: Element): string[] {
  return [element.id, element.getAttribute(ATTRIBUTES.id) ?? ''].filter(Boolean);
}

/** The elements inside of one that have ids. */
export function identified(within: Element): Element[] {
  return [...within.querySelectorAll(`[id],[${ATTRIBUTES.id}]`)];
}

/** Notes an element under its ids. One that is there twice names nothing. */
export function enter(map: Map<string, Element | undefined>, element: Element): void {
  for (const id of idsOf(element)) map.set(id, map.has(id) && map.get(id) !== element ? undefined : element);
}

export function byIds(within: Element): Map<string, Element | undefined> {
  const found = new Map<string, Element | undefined>();
  for (const element of identified(within)) enter(found, element);
  return found;
}

/** The elements that have an id. Browsers look an id up quickly, and a data-id slowly: few regions are components. */
export function byId(within: Element, id: string): readonly Element[] {
  const value = CSS.escape(id);
  const found = within.querySelectorAll(`#${value}`);
  return [...(found.length > 0 ? found : within.querySelectorAll(`[${ATTRIBUTES.id}="${value}"]`))];
}

/** The regions that a patch removes, and whose id stands in what it inserts or writes. */
export function leavingIn(operations: readonly Operation[]): Map<string, string> {
  if (!operations.some(([kind]) => kind === 'x')) return NONE;
  const inserted = operations.map(([kind, , html]) => (/[rab]/.test(kind) ? html : '')).join('');
  const ids = new Set(Array.from(inserted.matchAll(/\bid\s*=\s*["']?([^"'\s>]+)/gi), ([, id]) => id));
  return new Map(operations.flatMap(([kind, id, gap]) => (kind === 'x' && ids.has(id) ? [[id, gap] as const] : [])));
}

/** An element of a list, and the white space that goes with it: what follows, or for the last what is before. */
export function take(element: Element, gap: string): ChildNode[] {
  if (gap === '') return [element];
  const { nextSibling: after, previousSibling: before } = element;
  if (isGap(after, gap)) return [element, after as ChildNode];
  if (isGap(before, gap)) return [before as ChildNode, element];
  throw new Misfit(element.id); // no white space beside it
}

function isGap(node: Node | null, gap: string): boolean {
  return node instanceof Text && node.data === gap;
}
