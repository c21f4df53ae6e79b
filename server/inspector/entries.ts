// Owns what the inspector notes of what happens: one entry for each message, and the short lists that keep them.

import type { Refusal } from '../errors.ts';
import type { MonitorMessages } from '../monitor.ts';
import type { ErrorPlace } from '../settings.ts';

/** What is noted. Refusals come with their detail, and what components throw with its text: neither is on a diagnostics channel. */
export interface Noted extends Omit<MonitorMessages, 'refusal'> {
  readonly refusal: Refusal;
  readonly error: ErrorPlace & { readonly message: string; readonly stack: string };
}

/** What an entry is of. */
export type Kind = keyof Noted;

/** All kinds, as they are offered. */
export const KINDS: readonly Kind[] = ['event', 'render', 'patch', 'mount', 'stream', 'refusal', 'error', 'drain'];

/** What has happened. */
export type Entry = {
  readonly [K in Kind]: {
    readonly kind: K;
    /** Grows from entry to entry. */
    readonly number: number;
    /** Milliseconds since the epoch. */
    readonly at: number;
    readonly about: Noted[K];
  };
}[Kind];

/** The component that an entry is about. */
export function componentOf({ about }: Entry): string | undefined {
  return 'component' in about ? about.component : undefined;
}

/** The instance that an entry is about. */
export function instanceOf({ kind, about }: Entry): string | undefined {
  return kind !== 'stream' && 'id' in about ? about.id : undefined;
}

/** Whether something has gone wrong. */
export function isBad({ kind, about }: Entry): boolean {
  if (kind === 'refusal' || kind === 'error') return true;
  if (kind === 'event') return about.status === 500;
  return (kind === 'render' || kind === 'mount') && !about.ok;
}

/** The last entries, so many at most. */
export class Ring {
  readonly #entries: Entry[] = [];
  readonly #most: number;
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(entry: Entry): void {
    this.#entries[this.#next] = entry;
    this.#next = (this.#next + 1) % this.#most;
  }

  /** All entries, the newest first. */
  newest(): Entry[] {
    const { length } = this.#entries;
    return Array.from({ length }, (_, at) => this.#entries[(this.#next - 1 - at + length * 2) % length] as Entry);
  }
}
