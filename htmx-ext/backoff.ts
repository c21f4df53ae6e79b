// Owns how long the way back takes: soon after a drop, and spread wide after a refusal. All times are in milliseconds.

/** Within so long after a drop; twice as long each time, up to the longest, while streams hardly live. */
const DROP = 500;
export const SHORT_LIFE = 1_000;
const LONGEST_DROP = 5_000;
/**
 * The next try is made within a span. Where the server refuses, the first span is wide: all the pages of a server that restarts are refused in
 * the same moment. Where the network fails, it is short, as most breaks are, and stays so that a break of most of a resume window
 * (60 s) costs no state.
 */
const REFUSED = 10_000;
const LONGEST_REFUSED = 30_000;
const FAILED = 400;
const LONGEST_FAILED = 5_000;
/** From so many failures on, tries are rarer each time, and the page says that it is offline. */
export const MANY = 10;
const RARER = 1.1;
const RAREST = 60_000;

/** When to come back, as a least time and a random part. */
export interface Delay {
  readonly least: number;
  readonly spread: number;
  /** Whether the server wants the least time to be kept, also when somebody waits. */
  readonly isOrder?: boolean;
}

/** Counts what goes wrong. */
export class Backoff {
  failures = 0;
  #drops = 0;

  /** A stream has opened. */
  greeted(): void {
    this.failures = 0;
  }

  /** A stream that lived so long has ended. */
  dropped(lived: number): Delay {
    this.#drops = lived < SHORT_LIFE ? this.#drops + 1 : 0;
    const longest = Math.min(LONGEST_DROP, DROP * 2 ** this.#drops);
    return { least: longest / 5, spread: (longest * 4) / 5 };
  }

  /** A try has failed. `answer` is what the server says to that; undefined where it can't be reached. */
  failed(answer: Response | undefined): Delay {
    const { failures } = this;
    if (answer && !answer.ok) {
      const spread = Math.min(failures < MANY ? LONGEST_REFUSED : RAREST, REFUSED * 2 ** (failures - 1));
      return { least: Number(answer.headers.get('retry-after')) * 1000 || 0, spread, isOrder: true };
    }
    const often = Math.min(LONGEST_FAILED, FAILED * 2 ** (failures - 1));
    const span = Math.min(RAREST, failures < MANY ? often : often * RARER ** (failures - MANY));
    return { least: span / 2, spread: span / 2 };
  }
}
