// Owns a viewer's place at an instance: where its frames go, and how far its events have come.

import type { Settlement } from '../protocol/patch.ts';
import type { Eventually } from './eventually.ts';
import type { Instance } from './instance.ts';
import type { Stream } from './stream.ts';

/** An event's POST that waits for its answer. */
export class Reply {
  /** Whether the answer can carry updates, so that the stream need not. */
  readonly carries: boolean;
  readonly #response: { readonly destroyed: boolean };
  #isGivenUp = false;

  constructor(carries: boolean, response: { readonly destroyed: boolean }) {
    this.carries = carries;
    this.#response = response;
  }

  /** Whether somebody still reads the answer. */
  get isOpen(): boolean {
    return !this.#isGivenUp && !this.#response.destroyed;
  }

  /** Nobody reads the answer before the request is over, which may take long. */
  giveUp(): void {
    this.#isGivenUp = true;
  }
}

/** How far a viewer's events have come in one lane: those of an upload wait for no click, and no click waits for them. */
export interface Lane {
  /** The number of the last event that was taken on. */
  number: number;
  /** How that event ended, once it has. */
  settled: Settlement | undefined;
  /** The event that is being handled, or the settlement of the last one. */
  running: Eventually<Settlement | undefined> | undefined;
  /** The POST that waits for its answer. */
  reply: Reply | undefined;
  /** How many events have been taken on and have not ended, or are still being read. */
  waiting: number;
}

/** The lanes of a viewer's events. */
export type LaneName = 'event' | 'upload';

/** A viewer's place at an instance: where its frames go, and how far its events have come. */
export interface Seat {
  readonly viewer: string;
  readonly sessionId: string;
  /** What `context(req)` returned for its stream. */
  context: unknown;
  readonly instance: Instance;
  /** Which mounting the viewer sees, from which place: versions and numbers of events mean nothing in another one. */
  readonly epoch: string;
  /** Undefined while the viewer is away. */
  stream: Stream | undefined;
  /** The id of the stream that had its frames last: what it signs may still say goodbye. */
  streamId: string;
  /** Made at the first event of each: see {@link laneOf}. */
  lanes: Partial<Record<LaneName, Lane>>;
  /** Whether the page has subscribed it. Until then it goes with the parent for which it was made. */
  isTaken: boolean;
  /** Whether the update that is being made rides in the answer to an event, so that the stream need not carry it. */
  answering: boolean;
  /** The version from which the viewer must still be brought up to date, once its stream has room. */
  behind: number | undefined;
  /** Ends the wait for the viewer's return. */
  stopWaiting: (() => void) | undefined;
}

/** Who sits there. */
export type Sitter = Pick<Seat, 'viewer' | 'sessionId' | 'context'>;

/** The lanes of a seat without events. */
const NO_LANES: Seat['lanes'] = Object.freeze({});

/** A seat's lane. */
export function laneOf(seat: Seat, name: LaneName): Lane {
  if (seat.lanes === NO_LANES) seat.lanes = {};
  seat.lanes[name] ??= { number: 0, settled: undefined, running: undefined, reply: undefined, waiting: 0 };
  return seat.lanes[name];
}

/** A new seat, to which no frames go yet. */
export function createSeat(instance: Instance, { viewer, sessionId, context }: Sitter): Seat {
  return {
    viewer,
    sessionId,
    context,
    instance,
    epoch: instance.nextEpoch(),
    stream: undefined,
    streamId: '',
    lanes: NO_LANES,
    isTaken: false,
    answering: false,
    behind: undefined,
    stopWaiting: undefined,
  };
}

/** How far a viewer's events had come at another node: the number of the last one in each lane, and how it ended. */
export type Outcomes = Partial<Record<LaneName, Outcome>>;
type Outcome = Pick<Settlement, 'number' | 'status' | 'orders'>;

/** Orders of more characters are not kept with an outcome: they would count as state. */
const MOST_ORDERS = 4096;

/** What is kept of a settlement. */
export function outcomeOf({ number, status, orders }: Settlement): Outcome {
  const isKept = orders && JSON.stringify(orders).length <= MOST_ORDERS;
  return { number, status, ...(isKept && { orders }) };
}

/** Events of a viewer who is back go on where they were: one that comes again gets its outcome. */
export function takeUp(seat: Seat, outcomes: Outcomes): void {
  for (const [name, outcome] of Object.entries(outcomes)) {
    const lane = laneOf(seat, name as LaneName);
    const { instance, viewer } = seat;
    lane.number = outcome.number;
    lane.settled = { id: instance.id, viewer, ...(name === 'upload' ? { lane: name } : {}), ...outcome };
    lane.running = lane.settled;
  }
}

/** The viewer of a page's first places: those of copies have a number behind it. */
export function pageOf(viewer: string): string {
  return viewer.replace(/-\d+$/, '');
}
