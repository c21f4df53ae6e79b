// Owns the sums of what happens while somebody watches: for each second of the last minute, and for each component since watching began.

import type { Clock } from '../clock.ts';
import type { Entry } from './entries.ts';

/** How many seconds are kept. */
export const SECONDS = 60;
/** Over how many seconds a rate is taken: fewer jump about. */
const RATE = 5;

/** What happened in one second. */
interface Second {
  /** Which one: seconds since the epoch. */
  time: number;
  events: number;
  bytes: number;
  bad: number;
  /** The longest event, in ms. */
  slowest: number;
}

/** What a component's instances have done, all together. Times are in ms. */
export interface ComponentTotals {
  events: number;
  eventTime: number;
  slowestEvent: number;
  renders: number;
  renderTime: number;
  slowestRender: number;
  patches: number;
  /** Bytes of one reader's patches. */
  bytes: number;
}

/** The last minute, the oldest second first. */
export interface Minute {
  readonly events: readonly number[];
  readonly bytes: readonly number[];
  /** How many refusals and errors there were in all of it. */
  readonly bad: number;
  /** The longest event in all of it, in ms. */
  readonly slowest: number;
  /** Events, and bytes sent, in a second: of the last few. */
  readonly eventRate: number;
  readonly byteRate: number;
}

const EMPTY: Omit<Second, 'time'> = { events: 0, bytes: 0, bad: 0, slowest: 0 };

/** Sums up. */
export class Totals {
  readonly components = new Map<string, ComponentTotals>();
  readonly #clock: Clock;
  readonly #seconds: Second[] = Array.from({ length: SECONDS }, () => ({ time: 0, ...EMPTY }));

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(entry: Entry): void {
    const second = this.#second(Math.floor(entry.at / 1000));
    const { kind, about } = entry;
    if (kind === 'refusal' || kind === 'error') second.bad++;
    if (kind === 'event') {
      second.events++;
      second.slowest = Math.max(second.slowest, about.ms);
    }
    if (kind === 'patch') second.bytes += about.bytes * about.readers;
    if (kind === 'event' || kind === 'render' || kind === 'patch') this.#addTo(this.#of(about.component), entry);
  }

  #addTo(totals: ComponentTotals, { kind, about }: Entry): void {
    if (kind === 'event') {
      totals.events++;
      totals.eventTime += about.ms;
      totals.slowestEvent = Math.max(totals.slowestEvent, about.ms);
    } else if (kind === 'render') {
      totals.renders++;
      totals.renderTime += about.ms;
      totals.slowestRender = Math.max(totals.slowestRender, about.ms);
    } else if (kind === 'patch') {
      totals.patches++;
      totals.bytes += about.bytes;
    }
  }

  #of(component: string): ComponentTotals {
    let found = this.components.get(component);
    if (!found) {
      found = {
        events: 0,
        eventTime: 0,
        slowestEvent: 0,
        renders: 0,
        renderTime: 0,
        slowestRender: 0,
        patches: 0,
        bytes: 0,
      };
      this.components.set(component, found);
    }
    return found;
  }

  /** A second's sums; those of a minute ago make room for it. */
  #second(time: number): Second {
    const found = this.#seconds[time % SECONDS] as Second;
    return found.time === time ? found : Object.assign(found, EMPTY, { time });
  }

  /** What the last minute was like: full seconds, so that the newest figure does not fall and rise. */
  minute(): Minute {
    const now = Math.floor(this.#clock.now() / 1000);
    const times = Array.from({ length: SECONDS - 1 }, (_, at) => now - SECONDS + 1 + at);
    const seconds = times.map((time) => {
      const found = this.#seconds[time % SECONDS] as Second;
      return found.time === time ? found : EMPTY;
    });
    const [events, bytes] = [seconds.map((it) => it.events), seconds.map((it) => it.bytes)];
    const current = this.#seconds[now % SECONDS] as Second;
    const all = current.time === now ? [...seconds, current] : seconds;
    return {
      events,
      bytes,
      bad: all.reduce((sum, it) => sum + it.bad, 0),
      slowest: Math.max(...all.map((it) => it.slowest)),
      eventRate: rate(events),
      byteRate: rate(bytes),
    };
  }

  /** Begins anew. */
  clear(): void {
    this.components.clear();
  }
}

function rate(seconds: readonly number[]): number {
  return seconds.slice(-RATE).reduce((sum, it) => sum + it, 0) / RATE;
}
