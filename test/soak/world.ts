// Owns what all viewers of the soak share: the counts, and the end of a phase, which wakes everybody.

/** One phase of the soak. */
export class World {
  isOpen = true;
  events = 0;
  connections = 0;
  readonly faults = new Map<string, number>();
  readonly heartbeat: number;
  readonly #sleeping = new Set<() => void>();

  constructor(heartbeat: number) {
    this.heartbeat = heartbeat;
  }

  /** Waits, at most until the phase ends. */
  pause(ms: number): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleeping.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#sleeping.add(wake);
    });
  }

  /** Ends the phase. */
  end(): void {
    this.isOpen = false;
    for (const wake of this.#sleeping) wake();
  }

  /** Notes a status that should not be. */
  expect(status: number, ...allowed: readonly number[]): void {
    if (!allowed.includes(status)) this.fault(`status ${status}, not ${allowed}`);
  }

  fault(what: string): void {
    this.faults.set(what, (this.faults.get(what) ?? 0) + 1);
  }
}
