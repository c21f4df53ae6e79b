// Owns what the inspector says of the streams and instances that are there. In: the registry. Out: plain rows, without an express-session's id, a cookie or a key.

import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Instance } from '../instance.ts';
import { PollPipe } from '../pipe.ts';
import type { Registry } from '../registry.ts';
import type { Scope } from '../scope.ts';
import type { Seat } from '../seat.ts';
import { type Stats, statsOf } from '../stats.ts';
import type { Stream } from '../stream.ts';

/** How many rows are shown of a list: who looks for one among thousands searches. */
export const MOST_ROWS = 100;
/** Milliseconds for which a count of all that is there is good: with ten thousand instances it takes some. */
const FRESH = 1_000;

/** A row for an instance. */
export interface InstanceRow {
  readonly id: string;
  readonly component: string;
  readonly version: number;
  readonly scope: Scope;
  readonly isDurable: boolean;
  readonly viewers: number;
  /** Whether none of them has a stream. */
  readonly isAway: boolean;
  /** Events that have been taken on and have not settled. */
  readonly waiting: number;
  /** The path of the page that shows it. */
  readonly path: string;
}

/** A row for a stream. */
export interface StreamRow {
  readonly id: string;
  readonly mode: 'stream' | 'poll';
  /** Milliseconds since it was opened. */
  readonly age: number;
  readonly components: number;
  readonly unackedFrames: number;
  readonly unackedLength: number;
  /** Bytes that the network has not taken. */
  readonly queued: number;
  readonly isSlow: boolean;
  /** The same for all streams of one express-session, and no way back to its id. */
  readonly session: string;
}

/** Some rows, and how many there are that fit. */
export interface Rows<Row> {
  readonly rows: readonly Row[];
  readonly fit: number;
}

/** Which rows are wanted: those whose component or id has this text, and that are on this stream. */
export interface Wanted {
  readonly search: string;
  readonly stream: string;
}

/** What is on a node. */
export class Inventory {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #salt = randomBytes(16);
  #stats: { readonly at: number; readonly stats: Omit<Stats, 'joined'> } | undefined;

  constructor(registry: Registry, clock: Clock) {
    this.#registry = registry;
    this.#clock = clock;
  }

  /** The counts of all: of streams and instances now, the others at most a second old. */
  stats(): Omit<Stats, 'joined'> {
    const now = this.#clock.now();
    if (!this.#stats || Math.abs(now - this.#stats.at) >= FRESH)
      this.#stats = { at: now, stats: statsOf(this.#registry) };
    const { streams, instances } = this.#registry;
    return { ...this.#stats.stats, streams: streams.size, instances: instances.size };
  }

  find(id: string): Instance | undefined {
    return this.#registry.instances.get(id);
  }

  seatsOf(instance: Instance): readonly Seat[] {
    return this.#registry.seatsOf(instance);
  }

  /** Whether a text is the id of an express-session that is live here. */
  isSession(text: string): boolean {
    return this.#registry.streamsOf(text) > 0;
  }

  instances({ search, stream }: Wanted): Rows<InstanceRow> {
    const of = stream && this.#registry.streams.get(stream);
    const all = stream
      ? of
        ? this.#registry.seatsOn(of).map(({ instance }) => instance)
        : []
      : this.#registry.instances.values();
    const fit = filter(all, search, ({ id, type }) => `${type.component} ${id}`);
    return { rows: newest(fit).map((instance) => this.#instanceRow(instance)), fit: fit.length };
  }

  streams({ search }: Wanted): Rows<StreamRow> {
    const fit = filter(this.#registry.streams.values(), search, ({ id }) => id);
    return { rows: newest(fit).map((stream) => this.#streamRow(stream)), fit: fit.length };
  }

  #instanceRow(instance: Instance): InstanceRow {
    const seats = this.#registry.seatsOf(instance);
    return {
      id: instance.id,
      component: instance.type.component,
      version: instance.version,
      scope: instance.scope,
      isDurable: instance.holding !== undefined,
      viewers: seats.length,
      isAway: seats.every(({ stream }) => !stream),
      waiting: seats.reduce((sum, { lanes }) => sum + (lanes.event?.waiting ?? 0) + (lanes.upload?.waiting ?? 0), 0),
      path: instance.url.pathname,
    };
  }

  #streamRow(stream: Stream): StreamRow {
    const { frames, length } = stream.unacked;
    return {
      id: stream.id,
      mode: stream.pipe instanceof PollPipe ? 'poll' : 'stream',
      age: performance.now() - stream.openedAt,
      components: this.#registry.countOn(stream),
      unackedFrames: frames,
      unackedLength: length,
      queued: stream.pipe?.queued ?? 0,
      isSlow: !stream.hasRoom,
      session: createHmac('sha256', this.#salt).update(stream.sessionId).digest('hex').slice(0, 6),
    };
  }
}

function filter<T>(items: Iterable<T>, search: string, textOf: (item: T) => string): T[] {
  const wanted = search.trim().toLowerCase();
  const all = [...items];
  return wanted === '' ? all : all.filter((item) => textOf(item).toLowerCase().includes(wanted));
}

function newest<T>(items: readonly T[]): T[] {
  return items.slice(-MOST_ROWS).reverse();
}
