// Owns where the state of durable instances is kept. Here: what every store must do, and the one within a process.

/** What is kept of an instance, and under which lease. */
export interface Kept {
  /** Whose it is: a node's name and a random token, or only a token where it is free. Whoever has another one can't write any more. */
  readonly lease: string;
  readonly text: string;
}

/** How taking over ended: `held`, its owner may be alive; `lost`, somebody else was faster. */
export type Taken = 'taken' | 'held' | 'lost';

/**
 * Keeps the state of instances, so that it outlives its node. What is written is there for `STATE_LIFE` milliseconds, unless it is touched. All methods
 * reject where the store can't be reached.
 */
export interface Store {
  /** Whether the leases of this node hold for sure: nobody else can have taken one. */
  readonly holds: boolean;
  /** Resolves when they hold again. */
  holding(): Promise<void>;
  find(id: string): Promise<Kept | undefined>;
  /** Puts the first state of an instance; false where there is some already. */
  claim(id: string, kept: Kept): Promise<boolean>;
  /** Puts a state under the lease `from`, or where there is none; `kept.lease` may be another one, which gives it away. False where it is somebody else's. */
  write(id: string, from: string, kept: Kept): Promise<boolean>;
  /** Takes what has the lease `from`, if that is free or its node's time is up; `holder` is that node, or empty where it says itself that it has it no more. */
  take(id: string, from: string, lease: string, holder?: string): Promise<Taken>;
  /** Removes what has this lease. */
  remove(id: string, lease: string): Promise<void>;
  /** Keeps these for another while. */
  touch(ids: readonly string[]): Promise<void>;
}

/** Milliseconds for which the state of an instance is kept that nobody writes or touches: its node has died, and its page has not come back. */
export const STATE_LIFE = 4 * 60_000;

/** A lease of a node, or a free one. */
export function makeLease(node: string, token: string): string {
  return `${node}.${token}`;
}

/** The node that has a lease; empty where it is free. */
export function holderOf(lease: string): string {
  return lease.slice(0, lease.indexOf('.'));
}

/** Keeps state in this process's memory: it outlives nothing, but what can't be kept shows at once, before there is Redis. */
export class MemoryStore implements Store {
  readonly holds: boolean = true;
  readonly #kept = new Map<string, Kept>();
  readonly #isAlive: (node: string) => boolean;

  /** @param isAlive says whether a node's leases hold: those of this process do. */
  constructor(isAlive: (node: string) => boolean = () => true) {
    this.#isAlive = isAlive;
  }

  /** How much is kept. */
  get size(): number {
    return this.#kept.size;
  }

  async holding(): Promise<void> {}

  async find(id: string): Promise<Kept | undefined> {
    return this.#kept.get(id);
  }

  async claim(id: string, kept: Kept): Promise<boolean> {
    if (this.#kept.has(id)) return false;
    this.#kept.set(id, kept);
    return true;
  }

  async write(id: string, from: string, kept: Kept): Promise<boolean> {
    if ((this.#kept.get(id)?.lease ?? from) !== from) return false;
    this.#kept.set(id, kept);
    return true;
  }

  async take(id: string, from: string, lease: string, holder = holderOf(from)): Promise<Taken> {
    const kept = this.#kept.get(id);
    if (kept?.lease !== from) return 'lost';
    if (holder !== '' && this.#isAlive(holder)) return 'held';
    this.#kept.set(id, { ...kept, lease });
    return 'taken';
  }

  async remove(id: string, lease: string): Promise<void> {
    if (this.#kept.get(id)?.lease === lease) this.#kept.delete(id);
  }

  async touch(): Promise<void> {}

  /** Forgets everything. */
  clear(): void {
    this.#kept.clear();
  }
}
