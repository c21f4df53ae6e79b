// Owns the updates that an instance sent last, for readers that are a little behind; and what was ordered, for those that are far behind.

import type { Update } from '../protocol/patch.ts';

/** How many updates are kept, and how many characters of them. */
const MOST = 32;
const MOST_LENGTH = 64 * 1024;

/** A short list of updates, each of which builds on the one before. They are kept as they are sent: as JSON text. */
export class Recent {
  readonly #kept: { readonly from: number; readonly text: string }[] = [];
  #length = 0;
  /** The newest update's, if it has some. */
  #newest: Pick<Update, 'version' | 'orders'> | undefined;
  /** The last version before the newest that brought orders. */
  #ordered: number;

  /** @param ordered the last version that had brought orders before. */
  constructor(ordered = 0) {
    this.#ordered = ordered;
  }

  /** Keeps an update, and its text, and lets go of the oldest where there are too many. */
  keep({ from, version, orders }: Update, text: string): void {
    this.#ordered = this.ordered;
    this.#newest = orders && { version, orders };
    this.#kept.push({ from, text });
    this.#length += text.length;
    while (this.#kept.length > MOST || (this.#length > MOST_LENGTH && this.#kept.length > 1)) {
      this.#length -= this.#kept.shift()?.text.length ?? 0;
    }
  }

  /** The updates that lead on from a version; undefined where they are not kept any more. */
  from(version: number): readonly string[] | undefined {
    const first = this.#kept.findIndex(({ from }) => from === version);
    return first < 0 ? undefined : this.#kept.slice(first).map(({ text }) => text);
  }

  /** The last version that brought orders. */
  get ordered(): number {
    return this.#newest?.version ?? this.#ordered;
  }

  /** What the whole content says of orders to a reader who holds a version: the newest ones, and up to where others are lost. */
  ordersFor(version: number): Pick<Update, 'orders' | 'gap'> {
    const orders = this.#newest?.orders;
    return { ...(orders && { orders }), ...(version < this.#ordered && { gap: this.#ordered }) };
  }
}
