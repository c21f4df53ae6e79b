// Owns the limits of what one browser, or all of them, may ask for.

import type { Clock } from './clock.ts';

/**
 * Limits against floods, by mistake or on purpose. What is over one is refused with 413 or 429, and changes nothing.
 * @example
 * ```ts
 * const limits: Partial<Limits> = { events: 20, burst: 100 };
 * liveview({ secret, components, limits });
 * ```
 */
export interface Limits {
  /** How many bytes the body of a POST may have; of an upload, all but its files. Default 65 536. */
  readonly body: number;
  /** How many components may be live over one stream, and how many of a session may wait for their page's return. Default 1 000. */
  readonly components: number;
  /** How many events one express-session may send in a second, once `burst` is used up. Default 100. */
  readonly events: number;
  /** How many events it may send at once. Default 500. */
  readonly burst: number;
  /** How many events of one viewer may wait for their turn at one instance. Default 16: the extension never sends a second one meanwhile. */
  readonly waiting: number;
  /** How many streams one express-session may have open. Default 50. */
  readonly streams: number;
  /** How many streams this node may have open. Default 50 000. */
  readonly allStreams: number;
  /** How many characters the kept state of a durable instance may have. Default 262 144. */
  readonly state: number;
}

/** The defaults of {@link Limits}. */
export const LIMITS: Limits = {
  body: 64 * 1024,
  components: 1_000,
  events: 100,
  burst: 500,
  waiting: 16,
  streams: 50,
  allStreams: 50_000,
  state: 256 * 1024,
};

/** A token bucket: so many at once, and so many in a second after that. */
export class Bucket {
  #left: number;
  #seen: number;

  constructor(burst: number, now: number) {
    this.#left = burst;
    this.#seen = now;
  }

  /** Takes one, where there is one. */
  take(limits: Limits, clock: Clock): boolean {
    this.#fill(limits, clock);
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  /** Whether it is as full as a new one. */
  isFull(limits: Limits, clock: Clock): boolean {
    this.#fill(limits, clock);
    return this.#left >= limits.burst;
  }

  #fill({ events, burst }: Limits, clock: Clock): void {
    const now = clock.now();
    this.#left = Math.min(burst, this.#left + (Math.max(0, now - this.#seen) * events) / 1000);
    this.#seen = now;
  }
}
