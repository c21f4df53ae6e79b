// Owns the comparison of two html`` contents: by their values, before any text is built. Only regions whose values changed are written.

import { Html, rawText, writeHtml } from '../views/html.ts';
import type { Region } from '../views/regions.ts';
import { isPlainId } from '../views/scan.ts';
import { readText, type TextRegion } from '../views/text.ts';
import type { Edit } from './diff.ts';
import { differing, listOperations } from './list.ts';

/** Compares two contents. False where a change is in no region that can be told from others: all must be written then. */
export function diffHtml(before: Html, now: Html, edit: Edit): boolean {
  if (before.template !== now.template) return before === now;
  const at = firstChange(before, now);
  return at < 0 || diffFrom(at, before, now, edit);
}

/** The first value in which two contents of one template differ; -1 where none does. This loop is where the time goes. */
function firstChange({ values: old }: Html, { values }: Html): number {
  for (let at = 0; at < values.length; at++) {
    if (values[at] !== old[at] && !Object.is(values[at], old[at])) return at;
  }
  return -1;
}

/** Compares two contents of one template, which differ in a value. */
function diffFrom(first: number, before: Html, now: Html, edit: Edit): boolean {
  const { template } = now;
  let dirty: Set<number> | undefined;
  const nested: { hole: number; edit: Edit }[] = [];
  for (let at = first; at < now.values.length; at++) {
    const [old, value] = [before.values[at], now.values[at]];
    if (Object.is(old, value)) continue;
    const inside: Edit = { operations: [], gone: [], come: [] };
    if (diffValue(old, value, inside, template.openAt[at]?.at(-1))) {
      if (inside.operations.length > 0) nested.push({ hole: at, edit: inside });
      continue;
    }
    const region = template.regionOf[at] as number;
    if (region < 0) return false;
    dirty ??= new Set();
    dirty.add(region);
  }
  if (dirty && !writeRegions(before, now, dirty, edit)) return false;
  for (const { hole, edit: inside } of nested) {
    if (!isInside(template.regions, template.regionOf[hole] as number, dirty)) merge(edit, inside);
  }
  return true;
}

function merge(edit: Edit, inside: Edit): void {
  for (const operation of inside.operations) edit.operations.push(operation);
  for (const it of inside.gone) edit.gone.push(it);
  for (const it of inside.come) edit.come.push(it);
}

/** Whether one of the regions around a place is written whole. */
function isInside(regions: readonly Region[], start: number, written: ReadonlySet<number> | undefined): boolean {
  for (let at = start; at >= 0 && written; at = (regions[at] as Region).parent) if (written.has(at)) return true;
  return false;
}

/** Writes regions; `dirty` is left with those that were written, which may be wider ones. False where none is wide enough. */
function writeRegions(before: Html, now: Html, dirty: Set<number>, edit: Edit): boolean {
  const { regions } = now.template;
  for (const region of [...dirty]) {
    let at = region;
    while (at >= 0 && !isSame(before, now, regions[at] as Region)) at = (regions[at] as Region).parent;
    if (at < 0) return false;
    dirty.delete(region);
    dirty.add(at);
  }
  for (const at of dirty) {
    const region = regions[at] as Region;
    if (isInside(regions, region.parent, dirty)) continue;
    edit.operations.push(['r', idOf(now, region) as string, writeHtml(now, region.start, region.end)]);
    edit.gone.push(() => idsIn(before, at));
    edit.come.push(() => idsIn(now, at));
  }
  return true;
}

function isSame(before: Html, now: Html, region: Region): boolean {
  const id = idOf(now, region);
  return id !== undefined && id === idOf(before, region);
}

/** The id of a region, if it is one that can stand in a patch. */
function idOf({ values }: Html, { texts, hole }: Region): string | undefined {
  let id = texts[0] as string;
  if (hole < 0) return id;
  for (let at = 1; at < texts.length; at++) {
    const value = values[hole + at - 1];
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    id += `${value}${texts[at]}`;
  }
  return isPlainId(id) ? id : undefined;
}

/** @param parent the element around, if it is in the same template. */
function diffValue(old: unknown, value: unknown, edit: Edit, parent?: string): boolean {
  if (value instanceof Html) return old instanceof Html && diffHtml(old, value, edit);
  return Array.isArray(value) && Array.isArray(old) && diffArray(old, value, edit, parent);
}

// --- Lists ---------------------------------------------------------------------------------------------------------

function diffArray(old: readonly unknown[], now: readonly unknown[], edit: Edit, parent: string | undefined): boolean {
  const found = differing(old.length, now.length, (was, at) => isSameItem(old[was], now[at]));
  if (!found) return diffEach(old, now, edit);
  // a parser puts a body around the rows of a table, so that they can't be listed as they stand
  if (parent === 'table') return false;
  const { start, oldEnd, end } = found;
  return (
    diffList(old.slice(start, oldEnd).map(itemOf), now.slice(start, end).map(itemOf), edit) &&
    diffEach(old.slice(0, start), now.slice(0, start), edit) &&
    diffEach(old.slice(oldEnd), now.slice(end), edit)
  );
}

/** Compares items where they stand. False where one has changed that can't be told from others. */
function diffEach(old: readonly unknown[], now: readonly unknown[], edit: Edit): boolean {
  for (let at = 0; at < now.length; at++) {
    if (!isEqual(old[at], now[at]) && !diffItem(old[at], now[at], edit)) return false;
  }
  return true;
}

/** Whether two values are the same, or templates of one literal with the very same values. */
function isEqual(old: unknown, now: unknown): boolean {
  if (!(old instanceof Html && now instanceof Html)) return Object.is(old, now);
  return old.template === now.template && firstChange(old, now) < 0;
}

function diffList(before: readonly (Item | undefined)[], items: readonly (Item | undefined)[], edit: Edit): boolean {
  if (!isList(before) || !isList(items)) return false;
  const gap = gapOf([...before, ...items]);
  if (gap === undefined) return false;
  const found = listOperations(
    before.map(({ id }) => id),
    { ids: items.map(({ id }) => id), gap, textOf: (at) => textOf(items[at] as Item) },
  );
  if (!found) return false;
  for (const operation of found) edit.operations.push(operation);
  const [wasById, isById] = [byId(before), byId(items)];
  for (const [id, { html }] of wasById) if (!isById.has(id)) edit.gone.push(() => idsIn(html, -1));
  for (const [id, { html }] of isById) if (!wasById.has(id)) edit.come.push(() => idsIn(html, -1));
  return items.every(({ id, html }) => {
    const was = wasById.get(id);
    return !was || diffItem(was.html, html, edit);
  });
}

/** Whether two items can be compared where they stand: they have the same id, or neither has one. */
function isSameItem(old: unknown, now: unknown): boolean {
  if (!(now instanceof Html) || now.template.item === undefined) return itemOf(old) === undefined;
  if (!(old instanceof Html) || old.template !== now.template) return false;
  const { hole, texts } = now.template.regions[now.template.item.region] as Region;
  for (let at = hole + texts.length - 2; at >= hole; at--) if (old.values[at] !== now.values[at]) return false;
  return true;
}

/** Compares two items of one id; where that isn't enough, the item is written. */
function diffItem(old: unknown, now: unknown, edit: Edit): boolean {
  if (diffValue(old, now, edit)) return true;
  const [before, item] = [itemOf(old), itemOf(now)];
  if (!before || !item || before.id !== item.id) return false;
  edit.operations.push(['r', item.id, textOf(item)]);
  edit.gone.push(() => idsIn(before.html, -1));
  edit.come.push(() => idsIn(item.html, -1));
  return true;
}

/** A template that is one region, as an item of a list. */
interface Item {
  readonly id: string;
  readonly html: Html;
  readonly gap: string;
}

function itemOf(value: unknown): Item | undefined {
  if (!(value instanceof Html)) return undefined;
  const { item, regions } = value.template;
  const id = item && idOf(value, regions[item.region] as Region);
  return item && id !== undefined ? { id, html: value, gap: `${item.trail}\0${item.lead}` } : undefined;
}

function isList(items: readonly (Item | undefined)[]): items is Item[] {
  return items.every((item) => item !== undefined);
}

/** The white space between two items: the same between all, or the list is none. */
function gapOf(items: readonly Item[]): string | undefined {
  const gap = items[0]?.gap;
  return gap !== undefined && items.every((item) => item.gap === gap) ? gap.replace('\0', '') : undefined;
}

function byId(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [item.id, item]));
}

function textOf({ html }: Item): string {
  const { item, regions } = html.template;
  const { start, end } = regions[item?.region ?? 0] as Region;
  return writeHtml(html, start, end);
}

// --- Ids -----------------------------------------------------------------------------------------------------------

/** The ids of all regions in a content, or in one region of it. */
export function* idsIn(html: Html, within: number): Generator<string> {
  const { regions, regionOf } = html.template;
  const text = rawText(html);
  if (text !== undefined) return yield* idsInText(readText(text).root);
  for (const [at, region] of regions.entries()) {
    const id = isWithin(regions, at, within) ? idOf(html, region) : undefined;
    if (id !== undefined) yield id;
  }
  for (const [at, value] of html.values.entries()) {
    if (typeof value === 'object' && isWithin(regions, regionOf[at] as number, within)) yield* idsInValue(value);
  }
}

function isWithin(regions: readonly Region[], at: number, within: number): boolean {
  return within < 0 || isInside(regions, at, new Set([within]));
}

function* idsInValue(value: unknown): Generator<string> {
  if (value instanceof Html) yield* idsIn(value, -1);
  else if (Array.isArray(value)) for (const item of value) yield* idsInValue(item);
}

/** The ids of all regions in a text. */
export function* idsInText({ id, children }: TextRegion): Generator<string> {
  if (id) yield id;
  for (const child of children) yield* idsInText(child);
}
