// Owns a template's regions: the elements with an id, which a patch can change on their own. In: statics and holes. Out: where
// each region starts and ends, and in which region each hole stands.

import { isPlainId, isTextMisplaced, Malformed, Scanner, type Tag } from './scan.ts';
import type { Hole } from './template.ts';

/** A place in a template: which static string, and how far into it. */
export interface Place {
  readonly at: number;
  readonly offset: number;
}

/** An element with an id. */
export interface Region {
  /** The texts of the id, around the holes in it: one more than there are holes. */
  readonly texts: readonly string[];
  /** The first hole in the id, which the others follow; -1 where there is none. */
  readonly hole: number;
  /** The region around this one; -1 where that is outside of the template. */
  readonly parent: number;
  readonly start: Place;
  readonly end: Place;
}

/** The regions of a template. */
export interface Regions {
  readonly regions: readonly Region[];
  /** For each hole the innermost region around it; -1 where that is outside of the template. */
  readonly regionOf: readonly number[];
  /** For each hole the elements that are open there. */
  readonly openAt: readonly (readonly string[])[];
  /** The holes in whose place a parser would leave no text; undefined where there are none. */
  readonly noText: readonly boolean[] | undefined;
  /** The names of the elements that no other element of the template is around. */
  readonly tops: readonly string[];
  /** The region that is all of the template but white space, and that white space: an item of a list. */
  readonly item: { readonly region: number; readonly lead: string; readonly trail: string } | undefined;
  /** Whether every element that opens also closes, where it should. Without this nothing is known of the structure. */
  readonly isSound: boolean;
}

/** What stands for a hole while the structure is read. */
const HOLE = '\0';

interface Draft {
  texts: readonly string[];
  hole: number;
  parent: number;
  start: number;
  end: number;
}

/** Finds the regions of a template. */
export function findRegions(statics: readonly string[], holes: readonly Hole[]): Regions {
  const text = statics.join(HOLE);
  const places = holePlaces(statics);
  try {
    if (text.split(HOLE).length !== statics.length) throw new Malformed();
    return readRegions(text, statics, holes, places);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const none = holes.map(() => -1);
    return {
      regions: [],
      regionOf: none,
      openAt: holes.map(() => []),
      noText: undefined,
      tops: [],
      item: undefined,
      isSound: false,
    };
  }
}

function readRegions(
  text: string,
  statics: readonly string[],
  holes: readonly Hole[],
  places: readonly number[],
): Regions {
  const nameAt = (place: number) => {
    const hole = holes[places.indexOf(place)];
    return hole?.kind === 'attribute' ? hole.name : undefined;
  };
  const scanner = new Scanner(text, 0, [], nameAt);
  const drafts: Draft[] = [];
  const stack: { draft: number }[] = [];
  const openAt: (readonly string[])[] = [];
  const tops: string[] = [];
  const inner = () => stack.findLast(({ draft }) => draft >= 0)?.draft ?? -1;
  for (let start = scanner.seek(); ; start = scanner.seek()) {
    const until = start < 0 ? text.length : start;
    while (openAt.length < places.length && (places[openAt.length] as number) < until) openAt.push([...scanner.open]);
    if (start < 0) break;
    const isTop = scanner.open.length === 0;
    const tag = scanner.tag(start);
    if (isTop) tops.push(tag.name);
    while (openAt.length < places.length && (places[openAt.length] as number) < tag.end) openAt.push([...scanner.open]);
    if (tag.kind === 'close') {
      const draft = drafts[stack.pop()?.draft ?? -1];
      if (draft) draft.end = tag.end;
      continue;
    }
    const draft = draftOf(tag, places, inner());
    if (draft) drafts.push(draft);
    if (tag.kind === 'open') stack.push({ draft: draft ? drafts.length - 1 : -1 });
  }
  if (scanner.open.length > 0) throw new Malformed();
  const regions = drafts.map((draft) => finish(draft, statics));
  const regionOf = places.map((place) => innermost(drafts, place));
  const inTable = openAt.map((open, at) => holes[at]?.kind === 'text' && isTextMisplaced(open));
  const noText = inTable.includes(true) ? inTable : undefined;
  return { regions, regionOf, openAt, noText, tops, item: itemOf(text, drafts, tops), isSound: true };
}

/** An element with an id, whatever holes are in it. */
function draftOf({ id, idAt, start, end }: Tag, places: readonly number[], parent: number): Draft | undefined {
  const texts = id?.split(HOLE) ?? [];
  if (!id || !texts.every((text) => text === '' || isPlainId(text))) return undefined;
  const hole = texts.length > 1 ? places.indexOf(idAt + (texts[0] as string).length) : -1;
  return { texts, hole, parent, start, end };
}

function finish({ texts, hole, parent, start, end }: Draft, statics: readonly string[]): Region {
  return { texts, hole, parent, start: placeOf(start, statics), end: placeOf(end, statics) };
}

function holePlaces(statics: readonly string[]): number[] {
  let place = -1;
  return statics.slice(0, -1).map((text) => {
    place += text.length + 1;
    return place;
  });
}

function placeOf(place: number, statics: readonly string[]): Place {
  let rest = place;
  let at = 0;
  for (; rest > (statics[at] as string).length; at++) rest -= (statics[at] as string).length + 1;
  return { at, offset: rest };
}

function innermost(drafts: readonly Draft[], place: number): number {
  return drafts.findLastIndex(({ start, end }) => start < place && place < end);
}

function itemOf(text: string, drafts: readonly Draft[], tops: readonly string[]): Regions['item'] {
  const [first] = drafts;
  if (!first || tops.length !== 1 || first.parent !== -1) return undefined;
  const [lead, trail] = [text.slice(0, first.start), text.slice(first.end)];
  return /^\s*$/.test(lead + trail) ? { region: 0, lead, trail } : undefined;
}
