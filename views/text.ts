// Owns the regions of a text that any renderer made. In: the text, and the regions of the text before. Out: a tree of regions,
// which shares every part that has not changed with the tree before, so that a comparison can pass over it.

import { isPlainId, Malformed, Scanner, type Tag } from './scan.ts';

/** A region of a text, and the regions inside it. Places are relative to its start, so that it can be shared. */
export interface TextRegion {
  /** Empty for the whole text. */
  readonly id: string;
  readonly length: number;
  readonly children: readonly TextRegion[];
  /** Where each child starts. */
  readonly offsets: readonly number[];
  /** Whether nothing but white space stands between the children. */
  readonly isList: boolean;
  /** Whether it stands in a table by itself: a parser puts a body around such rows, so that they can't be listed as they stand. */
  readonly isBare: boolean;
}

/** What was read of a text. */
export interface ReadText {
  readonly root: TextRegion;
  /** Whether the structure can't be relied on; the root has no children then. */
  readonly isMalformed: boolean;
}

/** The text before, and its regions. */
export interface Earlier {
  readonly text: string;
  readonly root: TextRegion;
}

/** Reads a text's regions. With the text before, an unchanged region costs one native comparison. */
export function readText(text: string, open: readonly string[] = [], earlier?: Earlier): ReadText {
  const scanner = new Scanner(text, 0, open);
  try {
    const old = earlier && { text: earlier.text, start: 0, region: earlier.root };
    const inside = readChildren(scanner, 0, undefined, old);
    if (scanner.open.length !== open.length) throw new Malformed();
    const { children, offsets, isList } = inside;
    return { root: { id: '', length: text.length, children, offsets, isList, isBare: false }, isMalformed: false };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { root: { id: '', length: text.length, ...CHILDLESS, isBare: false }, isMalformed: true };
  }
}

/** A region of the text before, and where it starts there. */
interface Old {
  readonly text: string;
  readonly start: number;
  readonly region: TextRegion;
}

type Children = Pick<TextRegion, 'children' | 'offsets' | 'isList'>;

const CHILDLESS: Children = { children: [], offsets: [], isList: true };

/** Reads until an element closes with which `depth` elements were open; without a depth, until the text ends. */
function readChildren(scanner: Scanner, start: number, depth: number | undefined, old: Old | undefined): Children {
  const found = new Found(scanner.text, start);
  const known = old && new Known(old);
  for (let at = scanner.seek(); at >= 0; at = scanner.seek()) {
    const end = known?.takeRun(scanner.text, at, found);
    if (end) {
      scanner.at = end;
      continue;
    }
    const tag = scanner.tag(at);
    if (tag.kind === 'close' && depth !== undefined && scanner.open.length < depth) return found;
    if (tag.kind !== 'close' && tag.id && isPlainId(tag.id)) found.add(readRegion(scanner, tag, known), at);
  }
  if (depth !== undefined) throw new Malformed();
  return found;
}

/** The children of a region that is being read. */
class Found implements Children {
  readonly children: TextRegion[] = [];
  readonly offsets: number[] = [];
  isList = true;
  readonly #text: string;
  readonly #start: number;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#start = start;
  }

  add(region: TextRegion, at: number): void {
    const last = this.children.length - 1;
    const end =
      last < 0 ? at : this.#start + (this.offsets[last] as number) + (this.children[last] as TextRegion).length;
    if (end < at && this.isList) this.isList = /^\s*$/.test(this.#text.slice(end, at));
    this.put(region, at);
  }

  /** Adds a region after which, and before which, only white space is known to stand. */
  put(region: TextRegion, at: number): void {
    this.children.push(region);
    this.offsets.push(at - this.#start);
  }
}

function readRegion(scanner: Scanner, tag: Tag, known: Known | undefined): TextRegion {
  const id = tag.id as string;
  const isBare = scanner.open.at(tag.kind === 'open' ? -2 : -1) === 'table';
  if (tag.kind === 'whole') return { id, length: tag.end - tag.start, ...CHILDLESS, isBare };
  const same = known?.sameAs(scanner.text, tag.start, id);
  if (same) {
    scanner.leave(tag.start + same.length);
    return same;
  }
  const inside = readChildren(scanner, tag.start, scanner.open.length, known?.find(id));
  const { children, offsets, isList } = inside;
  return { id, length: scanner.at - tag.start, children, offsets, isList, isBare };
}

/** The children of a region of the text before, in order and by id. */
class Known {
  readonly #old: Old;
  #next = 0;
  #byId: Map<string, number> | undefined;

  constructor(old: Old) {
    this.#old = old;
  }

  /**
   * Adds the next children in order, as many as the new text goes on with just as they were; gives the place after them.
   * Tried in leaps, each one native comparison: first all that are left, then half as many.
   */
  takeRun(text: string, at: number, found: Found): number | undefined {
    const first = this.#next;
    const { length } = this.#old.region.children;
    let last = first - 1;
    let leap = this.#old.region.isList ? length - first : Math.min(1, length - first);
    for (; leap > 0; leap = leap === 1 ? 0 : leap >> 1) {
      while (last + leap < length && this.#isAt(first, last + leap, last + 1, text, at)) last += leap;
    }
    if (last < first) return undefined;
    return this.#put(first, last, at, found);
  }

  #put(first: number, last: number, at: number, found: Found): number {
    const { children, offsets } = this.#old.region;
    const shift = at - (offsets[first] as number);
    found.add(children[first] as TextRegion, at);
    for (let index = first + 1; index <= last; index++) {
      found.put(children[index] as TextRegion, shift + (offsets[index] as number));
    }
    this.#next = last + 1;
    return shift + (offsets[last] as number) + (children[last] as TextRegion).length;
  }

  /** The child of an id, where the new text goes on with just its text. */
  sameAs(text: string, at: number, id: string): TextRegion | undefined {
    const index = this.#indexOf(id);
    return index !== undefined && this.#isAt(index, index, index, text, at) ? this.#take(index) : undefined;
  }

  /** The child of an id, whatever has become of it. */
  find(id: string): Old | undefined {
    const index = this.#indexOf(id);
    if (index === undefined) return undefined;
    const region = this.#take(index);
    return { text: this.#old.text, start: this.#startOf(index), region };
  }

  #take(index: number): TextRegion {
    this.#next = index + 1;
    return this.#old.region.children[index] as TextRegion;
  }

  #startOf(index: number): number {
    return this.#old.start + (this.#old.region.offsets[index] as number);
  }

  /** Whether the new text, whose place `at` is that of the child `first`, has the children `from` to `to` as they were. */
  #isAt(first: number, to: number, from: number, text: string, at: number): boolean {
    const { children, offsets } = this.#old.region;
    // with the white space before, unless it is the first
    const start =
      from === first ? this.#startOf(from) : this.#startOf(from - 1) + (children[from - 1] as TextRegion).length;
    const end = this.#startOf(to) + (children[to] as TextRegion).length;
    const shift = at - this.#old.start - (offsets[first] as number);
    // not startsWith, which looks at one character after the other; this is one native comparison
    return text.slice(start + shift, end + shift) === this.#old.text.slice(start, end);
  }

  #indexOf(id: string): number | undefined {
    this.#byId ??= new Map(this.#old.region.children.map((child, index) => [child.id, index]));
    return this.#byId.get(id);
  }
}
