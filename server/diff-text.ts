// Owns the comparison of two texts that any renderer made, along their regions. Parts that the two trees share are passed over.

import type { Operation } from '../protocol/patch.ts';
import type { TextRegion } from '../views/text.ts';
import type { Edit } from './diff.ts';
import { idsInText } from './diff-html.ts';
import { differing, listOperations } from './list.ts';

/** A region in its text. */
export interface Placed {
  readonly text: string;
  readonly start: number;
  readonly region: TextRegion;
}

/** Compares the insides of two regions. False where a change is in no region inside: the one around must be written then. */
export function diffText(before: Placed, now: Placed, edit: Edit): boolean {
  if (before.region === now.region) return true;
  const [old, { children }] = [before.region.children, now.region];
  const isSame = (was: number, at: number) => children[at] === old[was] || children[at]?.id === old[was]?.id;
  const found = differing(old.length, children.length, isSame);
  if (!found) return diffEach(partOf(before, 0), partOf(now, 0), edit);
  if (children.length === 0) return diffRuns(partOf(before, 0), partOf(now, 0), edit);
  const { start, oldEnd, end } = found;
  return (
    diffRuns(partOf(before, start, oldEnd), partOf(now, start, end), edit) &&
    diffEach(partOf(before, 0, start), partOf(now, 0, start), edit) &&
    diffEach(partOf(before, oldEnd), partOf(now, end), edit)
  );
}

/** Children of a region that stand side by side, and the text that they stand in: from the place `from` up to `to`. */
interface Part {
  readonly text: string;
  readonly children: readonly TextRegion[];
  readonly places: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** The children from `first` up to `end`, with the text after each; with the first one comes the text before it. */
function partOf({ text, start, region }: Placed, first: number, end = region.children.length): Part {
  const placeOf = (at: number) => start + (region.offsets[at] ?? region.length);
  return {
    text,
    children: region.children.slice(first, end),
    places: region.offsets.slice(first, end).map((offset) => start + offset),
    from: first === 0 ? start : placeOf(first),
    to: placeOf(end),
  };
}

/** Compares parts that have the same children, in the same order. What stands between two that have changed is compared at once. */
function diffEach(before: Part, now: Part, edit: Edit): boolean {
  let [from, oldFrom] = [now.from, before.from];
  for (const [at, region] of now.children.entries()) {
    const old = before.children[at] as TextRegion;
    if (old === region) continue;
    const start = now.places[at] as number;
    const oldStart = before.places[at] as number;
    if (now.text.slice(from, start) !== before.text.slice(oldFrom, oldStart)) return false;
    diffItem({ text: before.text, start: oldStart, region: old }, { text: now.text, start, region }, edit);
    [from, oldFrom] = [start + region.length, oldStart + old.length];
  }
  return now.text.slice(from, now.to) === before.text.slice(oldFrom, before.to);
}

function diffRuns(before: Part, now: Part, edit: Edit): boolean {
  const [old, runs] = [runsOf(before), runsOf(now)];
  if (isEmptied(old, runs)) return diffList(old[0] as Run, idsOf(old[0] as Run), NOTHING, [], edit);
  if (old.length !== runs.length) return false;
  return runs.every((run, at) => {
    const was = old[at] as Run;
    return run.skeleton === was.skeleton && diffRun(was, run, edit);
  });
}

/** Whether there was one list, without white space between its items, and all that is left is the text around it. */
function isEmptied([list, end, ...more]: readonly Run[], runs: readonly Run[]): boolean {
  if (!list || !end || more.length > 0 || runs.length > 1) return false;
  if (list.items.some(({ region }) => region.isBare)) return false;
  return list.gaps.every((gap) => gap === '') && list.skeleton + end.skeleton === runs[0]?.skeleton;
}

/** Regions side by side, with nothing but white space between them, and the text before the first. */
interface Run {
  readonly skeleton: string;
  readonly items: Placed[];
  readonly gaps: string[];
}

/** A list without items: there is nothing between them. */
const NOTHING: Run = { skeleton: '', items: [], gaps: [''] };

function idsOf({ items }: Run): string[] {
  return items.map(({ region }) => region.id);
}

function runsOf({ text, children, places, from: start, to }: Part): Run[] {
  const runs: Run[] = [];
  let from = start;
  for (const [at, region] of children.entries()) {
    const place = places[at] as number;
    const between = text.slice(from, place);
    const run = runs.at(-1);
    const item = { text, start: place, region };
    if (run && /^\s*$/.test(between)) {
      run.gaps.push(between);
      run.items.push(item);
    } else runs.push({ skeleton: between, items: [item], gaps: [] });
    from = place + region.length;
  }
  return [...runs, { skeleton: text.slice(from, to), items: [], gaps: [] }];
}

function diffRun(before: Run, now: Run, edit: Edit): boolean {
  const [ids, was] = [idsOf(now), idsOf(before)];
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
