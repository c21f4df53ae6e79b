// Owns the time of a test: it stands still until the test lets it pass.

import { type Clock, systemClock } from '../clock.ts';

interface Timer {
  at: number;
  readonly work: () => void;
  /** Milliseconds between two times, where it comes again. */
  readonly every: number | undefined;
}

/** A clock that a test moves. It starts at the present time. */
export class TestClock implements Clock {
  #now = Date.now();
  readonly #timers = new Set<Timer>();
  readonly id = systemClock.id;

  readonly now = (): number => this.#now; // it is handed on without its clock

  after(ms: number, work: () => void): () => void {
    return this.#start({ at: this.#now + Math.max(0, ms), work, every: undefined });
  }

  every(ms: number, work: () => void): () => void {
    return this.#start({ at: this.#now + Math.max(1, ms), work, every: Math.max(1, ms) });
  }

  #start(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /**
   * Lets time pass, timer by timer, in their order.
   * @param between is awaited before the first, and after each: what it did may start, or stop, another one.
   */
  async pass(ms: number, between: () => Promise<void>): Promise<void> {
    const end = this.#now + ms;
    await between();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#now = timer.at;
      if (timer.every === undefined) this.#timers.delete(timer);
      else timer.at += timer.every;
      timer.work();
      await between();
    }
    this.#now = end;
    await between();
  }

  /** The first timer that is due until `end`; of several at once the one that was started first. */
  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && timer.at < (first?.at ?? Infinity)) first = timer;
    return first;
  }
}
