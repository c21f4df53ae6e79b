// Owns the soak server's figures: what is on its heap after the garbage has gone. It looks at the heap itself, not only at what the server says
// of itself: whatever holds an instance or a stream shows.
import { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { queryObjects } from 'node:v8';

/** Objects that are alive, by class. */
export interface Counts {
  readonly instances: number;
  readonly streams: number;
  /** Also timers that don't keep the process alive, which `getActiveResourcesInfo` leaves out. */
  readonly timers: number;
  readonly responses: number;
  readonly sockets: number;
  readonly aborts: number;
}

export interface Figures {
  readonly heap: number;
  readonly rss: number;
  readonly counts: Counts;
  /** What keeps the process alive, timers alone. */
  readonly activeTimers: number;
}

const GC_ROUNDS = 6;
const Timer = setTimeout(() => {}, 0).constructor as new () => unknown;

/** The package's own classes, from where it was built. */
async function load(name: string): Promise<Record<string, new () => unknown>> {
  return import(new URL(`../server/${name}.js`, import.meta.url).href);
}

const { Instance } = await load('instance');
const { Stream } = await load('stream');

/** Collects the garbage, and counts what is left. */
export async function takeFigures(): Promise<Figures> {
  for (let round = 0; round < GC_ROUNDS; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const counts = countAll();
  globalThis.gc?.();
  const { heapUsed: heap, rss } = process.memoryUsage();
  const activeTimers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  return { heap, rss, counts, activeTimers };
}

function countAll(): Counts {
  return {
    instances: count(Instance),
    streams: count(Stream),
    timers: count(Timer),
    responses: count(ServerResponse),
    sockets: count(Socket),
    aborts: count(AbortController),
  };
}

function count(type: unknown): number {
  return queryObjects(type as new () => unknown, { format: 'count' });
}
