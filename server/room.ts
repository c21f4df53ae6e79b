// Owns who is there under one name, as far as this node knows: entries of each node, and the members that they make up.

import type { Member } from './presence.ts';

/** An instance that is there. Several may be one member. */
export interface Entry extends Member<unknown> {
  /** Its own name, where `id` is its member's. */
  readonly entry: string;
}

/** Who is told of changes. */
export interface RoomWatcher {
  changed(joined: readonly Member<unknown>[], left: readonly Member<unknown>[]): void;
}

const NOTHING: ReadonlyMap<string, Entry> = new Map();

/** All who are there under one name. Kept while somebody on this node looks. */
export class Room {
  readonly watchers = new Set<RoomWatcher>();
  readonly #entries = new Map<string, ReadonlyMap<string, Entry>>();
  members: readonly Member<unknown>[] = [];

  /** What a node has there. */
  of(node: string): ReadonlyMap<string, Entry> {
    return this.#entries.get(node) ?? NOTHING;
  }

  /** Adds an entry of a node, or replaces it. */
  put(node: string, entry: Entry): void {
    this.#replace(node, new Map(this.of(node)).set(entry.entry, entry), true);
  }

  /** Removes an entry of a node. */
  remove(node: string, name: string): void {
    const entries = new Map(this.of(node));
    if (entries.delete(name)) this.#replace(node, entries, true);
  }

  /** A node says what it has: that others were there or not is no news. */
  state(node: string, entries: readonly Entry[]): void {
    this.#replace(node, new Map(entries.map((entry) => [entry.entry, entry])), false);
  }

  /** A node is dead. */
  drop(node: string): void {
    if (this.#entries.has(node)) this.#replace(node, NOTHING, true);
  }

  #replace(node: string, entries: ReadonlyMap<string, Entry>, isNews: boolean): void {
    if (entries.size > 0) this.#entries.set(node, entries);
    else if (!this.#entries.delete(node)) return;
    const before = this.members;
    this.members = membersOf([...this.#entries.values()].flatMap((it) => [...it.values()]));
    const [joined, left] = isNews ? [without(this.members, before), without(before, this.members)] : [[], []];
    for (const watcher of [...this.watchers]) watcher.changed(joined, left);
  }
}

/** Entries in the same order on every node; of those that are one member, the first says since when, and the last what. */
function membersOf(entries: Entry[]): readonly Member<unknown>[] {
  const members = new Map<string, Member<unknown>>();
  entries.sort((one, other) => one.since - other.since || (one.entry < other.entry ? -1 : 1));
  for (const { id, meta, since } of entries) members.set(id, { id, meta, since: members.get(id)?.since ?? since });
  return [...members.values()];
}

function without(some: readonly Member<unknown>[], others: readonly Member<unknown>[]): Member<unknown>[] {
  const ids = new Set(others.map(({ id }) => id));
  return some.filter(({ id }) => !ids.has(id));
}
