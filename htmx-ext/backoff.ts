// Owns the way back: when a stream is tried again. Soon after a drop, and spread wide after a refusal. All times are in milliseconds.

import { PROTOCOL_VERSION } from '../protocol/names.ts';
import { kindOf } from './post.ts';

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
/** A try that somebody waits for may be made so long after the last one. */
const HURRY = 1_000;
/** It must be known within so long why a try has failed; else the next one is made later. */
const PROBE = 4_000;
const UNTIL_KNOWN = 30_000;

/** Counts what goes wrong, and makes the next try. */
export interface WayBack {
  /** Whether a try is due. */
  isDue(): boolean;
  /** No try is due any more. */
  stop(): void;
  /** A try is being made. */
  trying(): void;
  /** A stream has opened. */
  greeted(): void;
  /** The server wants no try for so long, also when somebody waits. */
  notFor(ms: number): void;
  /** A stream that lived so long has ended. */
  dropped(lived: number): void;
  /** A try has failed. */
  refused(): Promise<void>;
  /** Somebody waits: the next try is made now, or, where there was one just before, a moment after that. */
  hurry(): void;
}

/**
 * @param open makes a try.
 * @param tell is told when the next one is made.
 * @param ended is called where there is nothing to come back to.
 */
export function createWayBack(
  base: () => string,
  open: () => void,
  tell: (attempt: number, ms: number) => void,
  ended: () => void,
): WayBack {
  let failures = 0;
  let drops = 0;
  let lastTry = 0;
  let notBefore = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When the next try is made, where one is due. */
  let due = 0;

  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function tryIn(ms: number): void {
    stop();
    due = Date.now() + ms;
    timer = setTimeout(() => {
      timer = undefined;
      open();
    }, ms);
  }

  function tryWithin(least: number, spread: number): void {
    const ms = Math.max(least + spread * Math.random(), notBefore - Date.now());
    tryIn(ms);
    tell(failures, ms);
  }

  /** EventSource tells no status. */
  function probe(): Promise<Response | undefined> {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), PROBE);
    const url = `${base()}stream?v=${PROTOCOL_VERSION}&probe`;
    return fetch(url, { cache: 'no-store', signal: stop.signal }).catch(() => undefined);
  }

  return {
    isDue: () => timer !== undefined,
    stop,
    trying() {
      lastTry = Date.now();
    },
    greeted() {
      failures = notBefore = 0;
    },
    notFor(ms) {
      notBefore = Date.now() + ms;
    },
    dropped(lived) {
      drops = lived < SHORT_LIFE ? drops + 1 : 0;
      const longest = Math.min(LONGEST_DROP, DROP * 2 ** drops);
      tryWithin(longest / 5, (longest * 4) / 5);
    },
    /** Asks why. The server may say how long to wait, or that the session is no more. */
    async refused() {
      const doubled = 2 ** failures++;
      tryIn(UNTIL_KNOWN);
      const mine = timer;
      const answer = await probe();
      if (timer !== mine) return;
      if (answer?.status === 401 && (await kindOf(answer)) === 'session') return ended();
      if (answer && !answer.ok) {
        const least = Number(answer.headers.get('retry-after')) * 1000 || 0;
        notBefore = Math.max(notBefore, Date.now() + least);
        return tryWithin(least, Math.min(failures < MANY ? LONGEST_REFUSED : RAREST, REFUSED * doubled));
      }
      const often = Math.min(LONGEST_FAILED, FAILED * doubled);
      const span = failures < MANY ? often : Math.min(RAREST, often * RARER ** (failures - MANY));
      tryWithin(span / 2, span / 2);
    },
    hurry() {
      const wait = Math.max(lastTry + HURRY, notBefore) - Date.now();
      if (!timer) return;
      if (wait > 0) return void (Date.now() + wait < due && tryIn(wait));
      stop();
      open();
    },
  };
}
