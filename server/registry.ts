// Owns what is on this node: streams, instances, and the seats that join them.

import type { Settlement } from '../protocol/patch.ts';
import type { Instance } from './instance.ts';
import type { Stream } from './stream.ts';

/** An event's POST that waits for its answer. */
export interface Reply {
  /** Whether the answer can carry updates, so that the stream need not. */
  carries: boolean;
  /** False once nobody reads the answer any more. */
  isOpen: boolean;
}

/** How far a viewer's events have come in one lane: those of an upload wait for no click, and no click waits for them. */
export interface Lane {
  /** The number of the last event that was taken on. */
  number: number;
  /** How that event ended, once it has. */
  settled: Settlement | undefined;
  /** The event that is being handled. */
  running: Promise<Settlement> | undefined;
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
  readonly instance: Instance;
  /** Undefined while the viewer is away. */
  stream: Stream | undefined;
  /** The id of the stream that had its frames last: what it signs may still say goodbye. */
  streamId: string;
  /** Made at the first event of each: see {@link laneOf}. */
  readonly lanes: Partial<Record<LaneName, Lane>>;
  /** Whether the update that is being made rides in the answer to an event, so that the stream need not carry it. */
  answering: boolean;
  /** The version from which the viewer must still be brought up to date, once its stream has room. */
  behind: number | undefined;
  /** Ends the wait for the viewer's return. */
  stopWaiting: (() => void) | undefined;
}

/** A seat's lane. */
export function laneOf({ lanes }: Seat, name: LaneName): Lane {
  lanes[name] ??= { number: 0, settled: undefined, running: undefined, reply: undefined, waiting: 0 };
  return lanes[name];
}

/** The streams and instances of one node. */
export class Registry {
  readonly streams = new Map<string, Stream>();
  readonly #perSession = new Map<string, number>();
  readonly instances = new Map<string, Instance>();
  readonly #byInstance = new Map<Instance, Seat[]>();
  readonly #byStream = new Map<Stream, Set<Seat>>();

  /** How many streams a session has open. */
  streamsOf(sessionId: string): number {
    return this.#perSession.get(sessionId) ?? 0;
  }

  /** Notes a stream that has opened. */
  opened(stream: Stream): void {
    this.streams.set(stream.id, stream);
    this.#perSession.set(stream.sessionId, this.streamsOf(stream.sessionId) + 1);
  }

  /** Forgets a stream that has ended. */
  closed(stream: Stream): void {
    if (!this.streams.delete(stream.id)) return;
    const left = this.streamsOf(stream.sessionId) - 1;
    if (left > 0) this.#perSession.set(stream.sessionId, left);
    else this.#perSession.delete(stream.sessionId);
  }

  /** How many seats have their frames sent to a stream. */
  countOn(stream: Stream): number {
    return this.#byStream.get(stream)?.size ?? 0;
  }

  /** Gives a viewer a seat at an instance, which is kept from its first seat to its last. */
  seat(instance: Instance, viewer: string): Seat {
    const seat: Seat = {
      viewer,
      instance,
      stream: undefined,
      streamId: '',
      lanes: {},
      answering: false,
      behind: undefined,
      stopWaiting: undefined,
    };
    this.instances.set(instance.id, instance);
    this.#byInstance.set(instance, [...this.seatsOf(instance), seat]);
    return seat;
  }

  /** A viewer's seat at the instance of an id. */
  find(id: string, viewer: string): Seat | undefined {
    const instance = this.instances.get(id);
    return instance && this.seatsOf(instance).find((seat) => seat.viewer === viewer);
  }

  seatsOf(instance: Instance): readonly Seat[] {
    return this.#byInstance.get(instance) ?? [];
  }

  /** All seats whose frames go to a stream. */
  seatsOn(stream: Stream): Seat[] {
    return [...(this.#byStream.get(stream) ?? [])];
  }

  /** Sends a seat's frames to a stream from now on, or, without one, nowhere. */
  direct(seat: Seat, stream: Stream | undefined): void {
    const old = seat.stream && this.#byStream.get(seat.stream);
    if (old?.delete(seat) && old.size === 0) this.#byStream.delete(seat.stream as Stream);
    seat.stream = stream;
    if (!stream) return;
    seat.streamId = stream.id;
    this.#byStream.set(stream, (this.#byStream.get(stream) ?? new Set()).add(seat));
  }

  /** Removes a seat; says whether it was the instance's last, with which the instance goes too. */
  leave(seat: Seat): boolean {
    this.direct(seat, undefined);
    const rest = this.seatsOf(seat.instance).filter((other) => other !== seat);
    if (rest.length > 0) {
      this.#byInstance.set(seat.instance, rest);
      return false;
    }
    this.#byInstance.delete(seat.instance);
    if (this.instances.get(seat.instance.id) === seat.instance) this.instances.delete(seat.instance.id);
    return true;
  }
}
