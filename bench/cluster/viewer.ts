// Owns a viewer that a rolling restart sends from node to node: raw HTTP with the rules of the extension, by which it comes back and tries again.
import { RawClient, type RawRoot, type RawTarget } from '../../test/support/raw.ts';

/** Milliseconds, as in the extension: within which a dropped stream is tried again, one that failed or was refused, and an event. */
const DROP = [100, 500] as const;
const FAILED = [200, 400] as const;
const REFUSED = [0, 10_000] as const;
const FIRST_DELAY = 200;
const LONGEST_DELAY = 5_000;
const LATER = [500, 1_500] as const;
/** After so many milliseconds an event counts as lost, and an answer. */
const LIFETIME = 60_000;
const PATIENCE = 10_000;
const PASSING = new Set([0, 202, 429, 502, 503, 504]);

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const within = ([least, most]: readonly [number, number]) => pause(least + Math.random() * (most - least));

/** An event that has ended. */
export interface Trip {
  /** When it was made, and how long it took. */
  readonly at: number;
  readonly ms: number;
}

/** One page with one counter. */
export class Viewer {
  readonly trips: Trip[] = [];
  /** Events that were given up; and how often the state was another one than before. */
  lost = 0;
  resets = 0;
  readonly #client: RawClient;
  #isLeft = false;
  #isLive = false;
  /** It has been sent away: it comes back at once. */
  #isMoving = false;
  #moving: ReturnType<typeof setTimeout> | undefined;
  #tellLive: (() => void)[] = [];

  constructor(target: RawTarget) {
    this.#client = new RawClient(target);
    this.#client.onMove = (ms) => {
      this.#moving = setTimeout(() => {
        this.#isMoving = true;
        this.#client.cut();
      }, ms);
    };
  }

  get root(): RawRoot {
    return [...this.#client.roots.values()][0] as RawRoot;
  }

  /** Loads the page and goes live; stays live until it is left. */
  async open(path: string): Promise<void> {
    await this.#client.load(path);
    void this.#stay();
    await this.#live();
  }

  /** Sends an event every so often, from a moment of its own on, until the time is up. */
  async send(every: number, end: () => number): Promise<void> {
    const start = Date.now() + Math.random() * every;
    for (let at = start; at < end(); at = Math.max(at + every, Date.now())) {
      await pause(at - Date.now());
      await this.#event();
    }
  }

  /** Says goodbye. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    await this.#client.goodbye();
  }

  /** Goes without a word. */
  vanish(): void {
    this.#isLeft = true;
    this.#client.cut();
  }

  // --- The stream ------------------------------------------------------------------------------------------------

  async #stay(): Promise<void> {
    while (!this.#isLeft) {
      const ended = this.#ended();
      const status = await this.#client.connect().catch(() => 0);
      if (status !== 200) {
        await within(status ? REFUSED : FAILED);
        continue;
      }
      await this.#subscribe();
      await ended;
      if (!this.#isLeft && !this.#isMoving) await within(DROP);
      this.#isMoving = false;
    }
  }

  #ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#client.onEnd = () => {
        clearTimeout(this.#moving);
        this.#isLive = false;
        resolve();
      };
    });
  }

  async #subscribe(): Promise<void> {
    const { epoch } = this.root;
    while (this.#client.isOpen) {
      const status = await this.#client.subscribe().catch(() => 0);
      if (status === 200 && this.#client.gone.size === 0) break;
      await within(LATER);
    }
    if (!this.#client.isOpen) return;
    if (epoch && this.root.epoch !== epoch) this.resets++;
    this.#isLive = true;
    for (const tell of this.#tellLive.splice(0)) tell();
  }

  #live(): Promise<void> {
    return this.#isLive ? Promise.resolve() : new Promise((resolve) => this.#tellLive.push(resolve));
  }

  // --- Events ----------------------------------------------------------------------------------------------------

  async #event(): Promise<void> {
    const at = Date.now();
    const began = performance.now();
    const number = this.root.number + 1;
    for (let tries = 0; Date.now() - at < LIFETIME; tries++) {
      await this.#live();
      const status = await this.#try(number);
      if (status === 200 || status === 204) return void this.trips.push({ at, ms: performance.now() - began });
      if (status === 404 || status === 409) this.#client.cut();
      else if (!PASSING.has(status)) break;
      else await pause(Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** tries) * (0.5 + Math.random() / 2));
    }
    this.lost++;
  }

  #try(number: number): Promise<number> {
    const { root } = this;
    root.number = number - 1;
    return this.#client.event(root, 'increment', {}, AbortSignal.timeout(PATIENCE)).catch(() => 0);
  }
}
