// Work that takes a while: it counts primes, some thousand numbers at a time. It knows nothing of components.
import { setTimeout as pause } from 'node:timers/promises';

/** How far it is: the numbers below `at` are done. */
export interface Progress {
  readonly at: number;
  readonly found: number;
}

const SLICE = 5_000;
const PAUSE_MS = 50;

/**
 * Counts the primes below `end`, on from `from`, and gives the progress after each slice. Between slices it leaves the server to others. It ends
 * early where the signal says so, by throwing.
 */
export async function* countPrimes(end: number, from: Progress, signal: AbortSignal): AsyncGenerator<Progress> {
  let { at, found } = from;
  while (at < end) {
    const stop = Math.min(at + SLICE, end);
    for (; at < stop; at++) if (isPrime(at)) found++;
    yield { at, found };
    await pause(PAUSE_MS, undefined, { signal });
  }
}

function isPrime(n: number): boolean {
  if (n < 2) return false;
  for (let by = 2; by * by <= n; by++) if (n % by === 0) return false;
  return true;
}
