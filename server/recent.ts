// Owns the updates that an instance sent last, for readers that are a little behind.

import type { Update } from '../protocol/patch.ts';

/** How many updates are kept, and how many characters of them. */
const MOST = 32;
const MOST_LENGTH = 64 * 1024;

/** A short list of updates, each of which builds on the one before. */
export class Recent {
  readonly #kept: { readonly update: Update; readonly length: number }[] = [];
  #length = 0;

  /** Keeps an update, whose text has `length` characters, and lets go of the oldest where there are too many. */
  keep(update: Update, length: number): void {
    this.#kept.push({ update, length });
    this.#length += length;
    while (this.#kept.length > MOST || (this.#length > MOST_LENGTH && this.#kept.length > 1)) {
      this.#length -= this.#kept.shift()?.length ?? 0;
    }
  }

  /** The updates that lead on from a version; undefined where they are not kept any more. */
  from(version: number): readonly Update[] | undefined {
    const first = this.#kept.findIndex(({ update }) => update.from === version);
    return first < 0 ? undefined : this.#kept.slice(first).map(({ update }) => update);
  }

  clear(): void {
    this.#kept.length = 0;
    this.#length = 0;
  }
}
