// Owns the question whether this network lets streams through: what was found is remembered for a while, in this tab.

const KEY = 'liveview-poll-until';
/** Milliseconds after which streaming is tried again. */
const WHILE = 10 * 60_000;
/** A heartbeat that comes so many milliseconds late was held back; this many in a row make a lumpy stream. */
const LATE = 2_000;
const TWICE = 2;

let until = 0;

/** Until when polls are used, in milliseconds since the epoch. */
export function pollUntil(): number {
  try {
    return Math.max(until, Number(sessionStorage.getItem(KEY)));
  } catch {
    return until; // no storage, or it is forbidden
  }
}

/** Streams don't get through here. */
export function rememberPolling(): void {
  until = Date.now() + WHILE;
  try {
    sessionStorage.setItem(KEY, String(until));
  } catch {}
}

/** Watches how late heartbeats come, against the most punctual one: the two clocks need not agree. */
export class Lag {
  #least = Number.POSITIVE_INFINITY;
  #late = 0;

  /** @param time when the heartbeat was sent, by the server's clock. */
  isLumpy(time: number): boolean {
    const lag = Date.now() - time;
    this.#least = Math.min(this.#least, lag);
    this.#late = lag - this.#least > LATE ? this.#late + 1 : 0;
    return this.#late >= TWICE;
  }
}
