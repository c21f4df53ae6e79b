// Owns time and chance, so that tests can bring their own.

import { randomBytes } from 'node:crypto';

/**
 * Where time and ids come from.
 * @example
 * ```ts
 * import type { Clock } from 'htmx-liveview';
 *
 * let [now, ids] = [0, 0];
 * const id = () => String(++ids).padStart(22, '0');
 * const frozen: Clock = { now: () => now, after: () => () => {}, every: () => () => {}, id };
 * liveview({ secret, components, clock: frozen });
 * ```
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `work` once after `ms` milliseconds; the result cancels it. It does not keep the process alive. */
  after(ms: number, work: () => void): () => void;
  /** Calls `work` every `ms` milliseconds until the result is called. It does not keep the process alive. */
  every(ms: number, work: () => void): () => void;
  /** A new unguessable id of 22 letters, digits, dashes and underscores. */
  id(): string;
}

/** The machine's own clock and random source. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
  every(ms, work) {
    const timer = setInterval(work, ms).unref();
    return () => clearInterval(timer);
  },
  id: () => randomBytes(16).toString('base64url'),
};

/** Waits for work, but not longer than `ms`: then it is what `late` gives, or throws, that counts. */
export function atMost<T, L>(clock: Clock, ms: number, work: Promise<T>, late: () => L): Promise<T | L> {
  let cancel = () => {};
  const timeOut = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  return Promise.race([work, timeOut.then(late)]).finally(cancel);
}
