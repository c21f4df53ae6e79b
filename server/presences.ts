// Owns presence across nodes. Each node knows its own entries and tells the others of changes; who starts to look asks. A node that has
// entries says regularly that it lives, and who falls silent is taken to be gone. So nothing is stored anywhere that could be left behind.

import type { Backplane } from './backplane.ts';
import type { Clock } from './clock.ts';
import { LiveError } from './errors.ts';
import { notJson } from './json.ts';
import { NO_STATE, type Present } from './presence.ts';
import { type Entry, Room, type RoomWatcher } from './room.ts';

/** A topic that no app chooses. */
const TOPIC = '\0presence';
/** Milliseconds between two signs of life. */
const BEAT = 5_000;
/** Milliseconds after which a silent node is dead; seen at the next beat, so after 15 s at most. */
const DEAD = 2 * BEAT;
/** Milliseconds in which questions are answered together: after a gap all nodes ask. */
const TOGETHER = 50;

/** What nodes tell each other. */
type Word =
  | { readonly kind: 'put'; readonly room: string; readonly entry: Entry }
  | { readonly kind: 'remove'; readonly room: string; readonly entry: string }
  /** What a node has in some rooms; `isAll`: and nothing in any other. */
  | {
      readonly kind: 'state';
      readonly rooms: readonly (readonly [string, readonly Entry[]])[];
      readonly isAll: boolean;
    }
  /** Who is there? In one room, or in all; of one node, or of all. */
  | { readonly kind: 'ask'; readonly room?: string; readonly of?: string }
  | { readonly kind: 'beat' };

/** An instance's look into a room. */
export interface Attendance extends Present<unknown> {
  readonly [NO_STATE]: true;
  /** The member's id. */
  readonly id: string;
  /** Leaves, and looks no more. */
  end(): void;
}

/** Who is there, as far as this node knows. */
export class Presences {
  readonly #backplane: Backplane;
  readonly #clock: Clock;
  readonly #rooms = new Map<string, Room>();
  /** When each other node was heard last. */
  readonly #heard = new Map<string, number>();
  /** Nodes that were taken to be dead. */
  readonly #silent = new Set<string>();
  readonly #stopListening: () => void;
  #stopBeating: (() => void) | undefined;
  #lastBeat = 0;
  #isAnswering = false;

  constructor(backplane: Backplane, clock: Clock) {
    this.#backplane = backplane;
    this.#clock = clock;
    this.#stopListening = backplane.listen(TOPIC, (value) => this.#hear(value as { node: string; word: Word }));
  }

  /** Looks into a room; `id` is the member's, where it gives one. */
  attend(name: string, watcher: RoomWatcher, id: string = this.#clock.id()): Attendance {
    const room = this.#open(name);
    room.watchers.add(watcher);
    const entry = this.#clock.id();
    const leave = () => this.#leave(name, room, entry);
    return {
      [NO_STATE]: true,
      id,
      get members() {
        return room.members;
      },
      join: (meta) => {
        if (room.watchers.has(watcher)) this.#join(name, room, { entry, id, meta: copied(name, meta) });
      },
      leave,
      end: () => {
        room.watchers.delete(watcher);
        leave();
        if (room.watchers.size === 0) this.#close(name, room);
      },
    };
  }

  /** Words may have been missed, here or elsewhere: asks everybody, and tells everybody. */
  gap(): void {
    for (const node of this.#heard.keys()) this.#heard.set(node, this.#clock.now());
    if (this.#rooms.size > 0) this.#say({ kind: 'ask' });
    this.#answer();
  }

  /** Hears no more. */
  close(): void {
    this.#stopListening();
    this.#stopBeating?.();
  }

  #open(name: string): Room {
    const known = this.#rooms.get(name);
    if (known) return known;
    const room = new Room();
    this.#rooms.set(name, room);
    this.#lastBeat = this.#stopBeating ? this.#lastBeat : this.#clock.now();
    this.#stopBeating ??= this.#clock.every(BEAT, () => this.#beat());
    this.#say({ kind: 'ask', room: name });
    return room;
  }

  #close(name: string, room: Room): void {
    if (this.#rooms.get(name) === room) this.#rooms.delete(name);
    if (this.#rooms.size > 0) return;
    this.#stopBeating?.();
    this.#stopBeating = undefined;
    this.#heard.clear();
  }

  #join(name: string, room: Room, said: Omit<Entry, 'since'>): void {
    const { since } = room.of(this.#backplane.node).get(said.entry) ?? { since: this.#clock.now() };
    const entry = { ...said, since };
    this.#say({ kind: 'put', room: name, entry });
    room.put(this.#backplane.node, entry);
  }

  #leave(name: string, room: Room, entry: string): void {
    if (!room.of(this.#backplane.node).has(entry)) return;
    this.#say({ kind: 'remove', room: name, entry });
    room.remove(this.#backplane.node, entry);
  }

  // --- Between nodes ---------------------------------------------------------------------------------------------

  #say(word: Word): void {
    this.#backplane.publish(TOPIC, { node: this.#backplane.node, word });
  }

  #hear({ node, word }: { node: string; word: Word }): void {
    if (node === this.#backplane.node) return;
    if (word.kind === 'ask') return this.#asked(word);
    if (this.#rooms.size === 0) return;
    this.#heard.set(node, this.#clock.now());
    if (this.#silent.delete(node)) this.#say({ kind: 'ask', of: node }); // it lives: what it said of itself was forgotten
    switch (word.kind) {
      case 'put':
        return this.#rooms.get(word.room)?.put(node, word.entry);
      case 'remove':
        return this.#rooms.get(word.room)?.remove(node, word.entry);
      case 'state':
        return this.#take(node, new Map(word.rooms), word.isAll);
    }
  }

  #take(node: string, said: ReadonlyMap<string, readonly Entry[]>, isAll: boolean): void {
    for (const [name, room] of this.#rooms) {
      const entries = said.get(name) ?? (isAll ? [] : undefined);
      if (entries) room.state(node, entries);
    }
  }

  #asked({ room, of = this.#backplane.node }: Word & { kind: 'ask' }): void {
    if (of !== this.#backplane.node) return;
    if (room === undefined) return this.#answer();
    const entries = this.#own(room);
    if (entries.length > 0) this.#say({ kind: 'state', rooms: [[room, entries]], isAll: false });
  }

  /** Says all that is here; once for all that ask within a moment. */
  #answer(): void {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    this.#clock.after(TOGETHER, () => {
      this.#isAnswering = false;
      const rooms = [...this.#rooms.keys()].map((name) => [name, this.#own(name)] as const);
      this.#say({ kind: 'state', rooms: rooms.filter(([, entries]) => entries.length > 0), isAll: true });
    });
  }

  #own(name: string): Entry[] {
    return [...(this.#rooms.get(name)?.of(this.#backplane.node).values() ?? [])];
  }

  #beat(): void {
    const now = this.#clock.now();
    // where this node was held up itself, or can't hear anybody, silence says nothing
    const couldHear = this.#backplane.isOpen && now - this.#lastBeat < DEAD;
    this.#lastBeat = now;
    for (const [node, heard] of this.#heard) {
      if (!couldHear) this.#heard.set(node, now);
      else if (now - heard >= DEAD) this.#drop(node);
    }
    if ([...this.#rooms.values()].some((room) => room.of(this.#backplane.node).size > 0)) this.#say({ kind: 'beat' });
  }

  #drop(node: string): void {
    this.#heard.delete(node);
    this.#silent.add(node);
    for (const room of this.#rooms.values()) room.drop(node);
  }
}

/** What is said of a member travels as JSON; it is that on its own node too. */
function copied(name: string, meta: unknown): unknown {
  const found = notJson(meta, 'meta');
  if (found === undefined) return meta === undefined ? undefined : JSON.parse(JSON.stringify(meta));
  throw new LiveError(
    'ERR_LIVE_PRESENCE_JSON',
    `presence(${name}): meta must be JSON, which is what other nodes are told, got ${found}.`,
  );
}
