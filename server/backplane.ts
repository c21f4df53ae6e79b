// Owns the way of messages between instances. Here: within one process.

/** Carries published values to whoever listens. Another implementation may carry them to other nodes. */
export interface Backplane {
  /** Hands a value to all listeners of a topic. Returns at once, and never throws for a listener's fault. */
  publish(topic: string, value: unknown): void;
  /** Calls `listener` with each value published under a topic, until the result is called. */
  listen(topic: string, listener: (value: unknown) => void): () => void;
}

/** A backplane for one process. Values are handed over as they are, not copied. */
export function createBackplane(): Backplane {
  const topics = new Map<string, Set<(value: unknown) => void>>();
  return {
    publish(topic, value) {
      for (const listener of [...(topics.get(topic) ?? [])]) listener(value);
    },
    listen(topic, listener) {
      const listeners = topics.get(topic) ?? new Set();
      topics.set(topic, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && topics.get(topic) === listeners) topics.delete(topic);
      };
    },
  };
}
