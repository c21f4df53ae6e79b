// Keeps what arrives, and lets a test wait for it.

export class Inbox {
  readonly all: unknown[] = [];
  #taken = 0;
  #waiting: (() => void)[] = [];

  readonly take = (value: unknown): void => {
    this.all.push(value);
    for (const wake of this.#waiting.splice(0)) wake();
  };

  /** The next one that was not taken out yet. */
  async next(): Promise<unknown> {
    while (this.#taken >= this.all.length) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.all[this.#taken++];
  }

  /** Waits until this one arrives; it may be there already. */
  async until(value: unknown): Promise<void> {
    while ((await this.next()) !== value);
  }
}
