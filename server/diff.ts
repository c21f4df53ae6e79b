// Owns the comparison of the last content with the new one. In: two contents. Out: what an update must say, or nothing.
// Both kinds of content give the same operations: html`` is compared by value, any other text along its regions.

import type { Operation, Update } from '../protocol/patch.ts';
import { type Content, Html, rawText } from '../views/html.ts';
import { readText, type TextRegion } from '../views/text.ts';
import { diffHtml, idsIn, idsInText } from './diff-html.ts';
import { diffText } from './diff-text.ts';
import { Ids } from './ids.ts';

/** The part of an update that changes content. */
export type Change = Pick<Update, 'html' | 'patch'>;

/** A content that was sent, and what is known of its structure. */
export interface Rendered {
  readonly content: Html | string;
  /** Of a text: its regions. Undefined until they are needed. */
  tree: TextRegion | undefined;
  /** How often each id occurs. Undefined until it is needed. */
  ids: Ids | undefined;
}

/** A patch in the making, and the ids that go and come with it. */
export interface Edit {
  readonly operations: Operation[];
  readonly gone: (() => Iterable<string>)[];
  readonly come: (() => Iterable<string>)[];
}

/** Takes a content on, as the one that was sent. */
export function rendered(content: Content): Rendered {
  const text = content instanceof Html ? rawText(content) : content;
  return { content: text ?? content, tree: undefined, ids: undefined };
}

/** The text of a content. */
export function textOf({ content }: Rendered): string {
  return String(content);
}

/**
 * Compares the last content with a new one, which is then the last. Undefined where the browser has nothing to do.
 * A patch names only regions whose id occurs once, before and after; where that can't be, the change is the whole content.
 */
export function diff(last: Rendered, now: Rendered): Change | undefined {
  if (last.content === now.content) return undefined;
  const edit: Edit = { operations: [], gone: [], come: [] };
  const found = compare(last, now, edit);
  if (found === 'same' || (found === 'patch' && edit.operations.length === 0)) return keep(last, now);
  if (found === 'patch' && isUnambiguous(last, now, edit)) {
    const html = edit.operations.length > 1 ? smaller(edit.operations, now) : undefined;
    return html === undefined ? { patch: inOrder(edit.operations) } : { html };
  }
  return { html: textOf(now) };
}

function keep(last: Rendered, now: Rendered): undefined {
  now.ids = last.ids;
  return undefined;
}

function compare(last: Rendered, now: Rendered, edit: Edit): 'same' | 'patch' | 'whole' {
  const [before, after] = [last.content, now.content];
  if (before instanceof Html && after instanceof Html) {
    if (before.isSound && after.isSound && diffHtml(before, after, edit)) return 'patch';
    return String(before) === String(after) ? 'same' : 'whole';
  }
  if (typeof before !== 'string' || typeof after !== 'string')
    return String(before) === String(after) ? 'same' : 'whole';
  last.tree ??= readText(before).root;
  now.tree = readText(after, [], { text: before, root: last.tree }).root;
  const placed = (text: string, region: TextRegion) => ({ text, start: 0, region });
  return diffText(placed(before, last.tree), placed(after, now.tree), edit) ? 'patch' : 'whole';
}

/** What goes from one place to another must not be in both while something is placed beside it: it goes, and regions lose it, before it comes. */
function inOrder(operations: readonly Operation[]): readonly Operation[] {
  if (operations.length < 2) return operations;
  return ['x', 'r', 'abm'].flatMap((kinds) => operations.filter(([kind]) => kinds.includes(kind)));
}

/** Many small operations can be more than the whole content. */
function smaller(operations: readonly Operation[], now: Rendered): string | undefined {
  if (operations.length < 64) return undefined;
  const html = textOf(now);
  const length = operations.reduce((sum, operation) => sum + operation.join('').length + 10, 0);
  return length > html.length ? html : undefined;
}

function countIds({ content, tree }: Rendered): Ids {
  const ids = new Ids();
  ids.add(content instanceof Html ? idsIn(content, -1) : idsInText(tree ?? readText(content).root));
  return ids;
}

/** Whether each region that the patch names is the only one of its id, before and after. Counts on from the last content. */
function isUnambiguous(last: Rendered, now: Rendered, edit: Edit): boolean {
  const ids = last.ids ?? countIds(last);
  const named = edit.operations.flatMap(namedBy);
  const wasUnique = !named.some((id) => ids.doubled.has(id));
  for (const gone of edit.gone) ids.add(gone(), -1);
  for (const come of edit.come) ids.add(come());
  last.ids = undefined;
  now.ids = ids;
  return wasUnique && !named.some((id) => ids.doubled.has(id));
}

function namedBy(operation: Operation): string[] {
  return operation[0] === 'm' ? [operation[1], operation[3]] : [operation[1]];
}

/** Whether the structure of a content can be relied on: a development help. */
export function isSound({ content }: Rendered): boolean {
  return content instanceof Html ? content.isSound : !readText(content).isMalformed;
}

/** An id that occurs more than once, if there is one: a development help. */
export function doubledId(content: Rendered): string | undefined {
  content.ids ??= countIds(content);
  return content.ids.doubled.values().next().value;
}
