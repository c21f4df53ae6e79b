// Owns who listens to which topic on this node.

/** Gets the values of a topic. Must not throw. */
export type Listener = (value: unknown) => void;

/** The listeners of one node, by topic. */
export class Listeners {
  readonly #topics = new Map<string, Set<Listener>>();

  /** Adds a listener, until the result is called. */
  add(topic: string, listener: Listener): () => void {
    const listeners = this.#topics.get(topic) ?? new Set();
    this.#topics.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#topics.get(topic) === listeners) this.#topics.delete(topic);
    };
  }

  /** Hands a value to all listeners of a topic. `make` gives it, and is called only where somebody listens. */
  hand(topic: string, make: () => unknown): void {
    const listeners = this.#topics.get(topic);
    if (!listeners) return;
    const value = make();
    for (const listener of [...listeners]) listener(value);
  }
}
