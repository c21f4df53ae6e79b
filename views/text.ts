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
    const { children, offsets } = readChildren(scanner, 0, undefined, old);
    if (scanner.open.length !== open.length) throw new Malformed();
    return { root: { id: '', length: text.length, children, offsets }, isMalformed: false };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { root: { id: '', length: text.length, children: [], offsets: [] }, isMalformed: true };
  }
}

/** A region of the text before, and where it starts there. */
interface Old {
  readonly text: string;
  readonly start: number;
  readonly region: TextRegion;
}

type Children = Pick<TextRegion, 'children' | 'offsets'>;

/** Reads until an element closes with which `depth` elements were open; without a depth, until the text ends. */
function readChildren(scanner: Scanner, start: number, depth: number | undefined, old: Old | undefined): Children {
  const children: TextRegion[] = [];
  const offsets: number[] = [];
  const known = old && new Known(old);
  const add = (region: TextRegion, at: number) => {
    children.push(region);
    offsets.push(at - start);
  };
  for (let at = scanner.seek(); at >= 0; at = scanner.seek()) {
    const next = known?.nextAt(scanner.text, at);
    if (next) {
      add(next, at);
      scanner.at = at + next.length;
      continue;
    }
    const tag = scanner.tag(at);
    if (tag.kind === 'close' && depth !== undefined && scanner.open.length < depth) return { children, offsets };
    if (tag.kind !== 'close' && tag.id && isPlainId(tag.id)) add(readRegion(scanner, tag, known), at);
  }
  if (depth !== undefined) throw new Malformed();
  return { children, offsets };
}

function readRegion(scanner: Scanner, tag: Tag, known: Known | undefined): TextRegion {
  const id = tag.id as string;
  if (tag.kind === 'whole') return { id, length: tag.end - tag.start, children: [], offsets: [] };
  const same = known?.sameAs(scanner.text, tag.start, id);
  if (same) {
    scanner.leave(tag.start + same.length);
    return same;
  }
  const inside = readChildren(scanner, tag.start, scanner.open.length, known?.find(id));
  return { id, length: scanner.at - tag.start, ...inside };
}

/** The children of a region of the text before, in order and by id. */
class Known {
  readonly #old: Old;
  #next = 0;
  #byId: Map<string, number> | undefined;

  constructor(old: Old) {
    this.#old = old;
  }

  /** The next child in order, where the new text goes on with just its text. */
  nextAt(text: string, at: number): TextRegion | undefined {
    const next = this.#next;
    return next < this.#old.region.children.length && this.#isAt(next, text, at) ? this.#take(next) : undefined;
  }

  /** The child of an id, where the new text goes on with just its text. */
  sameAs(text: string, at: number, id: string): TextRegion | undefined {
    const index = this.#indexOf(id);
    return index !== undefined && this.#isAt(index, text, at) ? this.#take(index) : undefined;
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

  #isAt(index: number, text: string, at: number): boolean {
    const start = this.#startOf(index);
    const { length } = this.#old.region.children[index] as TextRegion;
    return text.startsWith(this.#old.text.slice(start, start + length), at);
  }

  #indexOf(id: string): number | undefined {
    this.#byId ??= new Map(this.#old.region.children.map((child, index) => [child.id, index]));
    return this.#byId.get(id);
  }
}
