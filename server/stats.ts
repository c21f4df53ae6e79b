// Owns the count of what is on a node: `live.stats()`. Nothing is counted while it happens; a call goes over what there is.

import { PollPipe } from './pipe.ts';
import type { Registry } from './registry.ts';

/**
 * How much is on a node.
 * @example
 * ```ts
 * const isBusy = ({ waiting, slow }: Stats) => waiting > 100 || slow > 100;
 * app.get('/health', (req, res) => res.sendStatus(isBusy(live.stats()) ? 503 : 200));
 * ```
 */
export interface Stats {
  /** Open streams: SSE responses, and readers that poll. */
  readonly streams: number;
  /** Of these, how many poll: a proxy holds their stream back. */
  readonly polls: number;
  /** Of the streams, how many are behind: until their reader has acknowledged more, they get no updates. */
  readonly slow: number;
  /** How much has been written to the streams that the network has not taken yet, in bytes. */
  readonly queued: number;
  /** Mounted components, those of viewers within the resume window included. */
  readonly instances: number;
  /** The same by the class's name: those that are there. */
  readonly components: Readonly<Record<string, number>>;
  /** Of the instances, how many have no stream: their viewers may come back within the resume window. */
  readonly away: number;
  /** Of the instances, how many have their state kept: `static durable`. */
  readonly durable: number;
  /** Events that were taken on and have not settled, uploads that are being read included. */
  readonly waiting: number;
  /** Whether other nodes can be reached. Without a backplane there are none, and it is true. */
  readonly joined: boolean;
}

/** Counts what is on a node. */
export function statsOf(registry: Registry): Omit<Stats, 'joined'> {
  return { ...countStreams(registry), ...countInstances(registry) };
}

function countStreams({ streams }: Registry) {
  const all = [...streams.values()];
  return {
    streams: all.length,
    polls: all.filter(({ pipe }) => pipe instanceof PollPipe).length,
    slow: all.filter(({ hasRoom }) => !hasRoom).length,
    queued: all.reduce((sum, { pipe }) => sum + (pipe?.queued ?? 0), 0),
  };
}

function countInstances(registry: Registry) {
  const components = new Map<string, number>();
  let [away, durable, waiting] = [0, 0, 0];
  for (const instance of registry.instances.values()) {
    const { component } = instance.type;
    components.set(component, (components.get(component) ?? 0) + 1);
    const seats = registry.seatsOf(instance);
    if (seats.every(({ stream }) => !stream)) away++;
    if (instance.holding) durable++;
    for (const { lanes } of seats) waiting += (lanes.event?.waiting ?? 0) + (lanes.upload?.waiting ?? 0);
  }
  return { instances: registry.instances.size, components: Object.fromEntries(components), away, durable, waiting };
}
