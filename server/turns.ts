// Owns the order of an instance's work: one thing at a time, each after everything that came before it.

import { type Eventually, ensure } from './eventually.ts';

/** Lets work run one after another. */
export class Turns {
  #isBusy = false;

  /** Whether something has its turn. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  #waiting: (() => void)[] | undefined;

  /** Runs work after everything before it: at once where there is nothing. */
  take<T>(work: () => Eventually<T>): Eventually<T> {
    if (this.#isBusy) return this.later(work);
    this.#isBusy = true;
    return ensure(work, () => this.#next());
  }

  /** The same, but never within the call: who publishes does not wait for those who listen. */
  later<T>(work: () => Eventually<T>): Promise<T> {
    return this.#turn().then(() => ensure(work, () => this.#next()));
  }

  #turn(): Promise<void> {
    if (!this.#isBusy) {
      this.#isBusy = true;
      return Promise.resolve();
    }
    return new Promise((go) => {
      this.#waiting ??= [];
      this.#waiting.push(go);
    });
  }

  #next(): void {
    const go = this.#waiting?.shift();
    if (go) return go();
    this.#isBusy = false;
    this.#waiting = undefined;
  }
}
