// Owns the count of ids in a content, so that a patch names only what is there once. It is counted on, not anew: cost follows the change.

/** How often each id occurs. */
export class Ids {
  readonly #counts = new Map<string, number>();
  /** The ids that occur more than once. */
  readonly doubled = new Set<string>();

  /** Counts ids that came, or with `by` -1, ids that went. */
  add(found: Iterable<string>, by: 1 | -1 = 1): void {
    for (const id of found) {
      const count = (this.#counts.get(id) ?? 0) + by;
      if (count > 0) this.#counts.set(id, count);
      else this.#counts.delete(id);
      if (count > 1) this.doubled.add(id);
      else this.doubled.delete(id);
    }
  }
}
