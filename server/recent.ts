// Owns the updates that an instance sent last, for readers that are a little behind.

/** How many updates are kept, and how many characters of them. */
const MOST = 32;
const MOST_LENGTH = 64 * 1024;

/** A short list of updates, each of which builds on the one before. They are kept as they are sent: as JSON text. */
export class Recent {
  readonly #kept: { readonly from: number; readonly text: string }[] = [];
  #length = 0;

  /** Keeps the update that leads on from a version, and lets go of the oldest where there are too many. */
  keep(from: number, text: string): void {
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
}
