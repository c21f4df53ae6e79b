// Owns the comparison of two texts that any renderer made, along their regions. Parts that the two trees share are passed over.

import type { Operation } from '../protocol/patch.ts';
import type { TextRegion } from '../views/text.ts';
import type { Edit } from './diff.ts';
import { idsInText } from './diff-html.ts';
import { listOperations } from './list.ts';

/** A region in its text. */
export interface Placed {
  readonly text: string;
  readonly start: number;
  readonly region: TextRegion;
}

/** Compares the insides of two regions. False where a change is in no region inside: the one around must be written then. */
export function diffText(before: Placed, now: Placed, edit: Edit): boolean {
  if (before.region === now.region) return true;
  const isSameList = sameIds(before.region, now.region);
  if (isSameList) return diffSame(before, now, edit);
  const [old, runs] = [runsOf(before), runsOf(now)];
  if (old.length !== runs.length) return false;
  return runs.every((run, at) => {
    const was = old[at] as Run;
    return run.skeleton === was.skeleton && diffRun(was, run, edit);
  });
}

function sameIds({ children: old }: TextRegion, { children }: TextRegion): boolean {
  return old.length === children.length && children.every((child, at) => child === old[at] || child.id === old[at]?.id);
}

/** Compares regions that have the same children, in the same order. What stands between two that have changed is compared at once. */
function diffSame(before: Placed, now: Placed, edit: Edit): boolean {
  let [from, oldFrom] = [now.start, before.start];
  for (const [at, region] of now.region.children.entries()) {
    const old = before.region.children[at] as TextRegion;
    if (old === region) continue;
    const start = now.start + (now.region.offsets[at] as number);
    const oldStart = before.start + (before.region.offsets[at] as number);
    if (now.text.slice(from, start) !== before.text.slice(oldFrom, oldStart)) return false;
    diffItem({ text: before.text, start: oldStart, region: old }, { text: now.text, start, region }, edit);
    [from, oldFrom] = [start + region.length, oldStart + old.length];
  }
  const [end, oldEnd] = [now.start + now.region.length, before.start + before.region.length];
  return now.text.slice(from, end) === before.text.slice(oldFrom, oldEnd);
}

/** Regions side by side, with nothing but white space between them, and the text before the first. */
interface Run {
  readonly skeleton: string;
  readonly items: Placed[];
  readonly gaps: string[];
}

function runsOf({ text, start, region }: Placed): Run[] {
  const runs: Run[] = [];
  let from = start;
  for (const [at, child] of region.children.entries()) {
    const place = start + (region.offsets[at] as number);
    const between = text.slice(from, place);
    const run = runs.at(-1);
    const item = { text, start: place, region: child };
    if (run && /^\s*$/.test(between)) {
      run.gaps.push(between);
      run.items.push(item);
    } else runs.push({ skeleton: between, items: [item], gaps: [] });
    from = place + child.length;
  }
  return [...runs, { skeleton: text.slice(from, start + region.length), items: [], gaps: [] }];
}

function diffRun(before: Run, now: Run, edit: Edit): boolean {
  const [ids, was] = [now, before].map((run) => run.items.map(({ region }) => region.id)) as [string[], string[]];
  const isSameList = ids.length === was.length && ids.every((id, at) => id === was[at]);
  if (isSameList) {
    return (
      now.gaps.every((gap, at) => gap === before.gaps[at]) &&
      now.items.every((item, at) => diffItem(before.items[at] as Placed, item, edit))
    );
  }
  return diffList(before, was, now, ids, edit);
}

function diffList(before: Run, was: readonly string[], now: Run, ids: readonly string[], edit: Edit): boolean {
  const [gap] = [...now.gaps, ...before.gaps];
  if (now.items.some(({ region }) => region.isBare)) return false;
  if (gap === undefined || ![...now.gaps, ...before.gaps].every((other) => other === gap)) return false;
  const operations = listOperations(was, { ids, gap, textOf: (at) => textOf(now.items[at] as Placed) });
  if (!operations) return false;
  for (const operation of operations) edit.operations.push(operation);
  const [old, items] = [before, now].map((run) => new Map(run.items.map((item) => [item.region.id, item]))) as [
    Map<string, Placed>,
    Map<string, Placed>,
  ];
  for (const [id, { region }] of old) if (!items.has(id)) edit.gone.push(() => idsInText(region));
  for (const [id, { region }] of items) if (!old.has(id)) edit.come.push(() => idsInText(region));
  return now.items.every((item) => {
    const other = old.get(item.region.id);
    return !other || diffItem(other, item, edit);
  });
}

/** Compares two regions of one id; where that isn't enough, the region is written. */
function diffItem(before: Placed, now: Placed, edit: Edit): boolean {
  if (before.region === now.region) return true;
  const inside: Edit = { operations: [], gone: [], come: [] };
  if (diffText(before, now, inside)) {
    edit.operations.push(...inside.operations);
    edit.gone.push(...inside.gone);
    edit.come.push(...inside.come);
  } else {
    edit.operations.push(['r', now.region.id, textOf(now)] satisfies Operation);
    edit.gone.push(() => idsInText(before.region));
    edit.come.push(() => idsInText(now.region));
  }
  return true;
}

function textOf({ text, start, region }: Placed): string {
  return text.slice(start, start + region.length);
}
