// Owns what is on this node: streams, instances, and the seats that join them.

import type { Clock } from './clock.ts';
import type { Instance } from './instance.ts';
import type { Bucket } from './limits.ts';
import { POLL_GAP, type PollPipe } from './pipe.ts';
import { createSeat, type Seat, type Sitter } from './seat.ts';
import type { Stream } from './stream.ts';

/** From so many seats on, an instance's are found by an index. */
const MANY = 16;

/** The streams and instances of one node. */
export class Registry {
  readonly streams = new Map<string, Stream>();
  /** How many streams there are, or are about to be. */
  reserved = 0;
  readonly #perSession = new Map<string, number>();
  readonly #words = new Map<string, { readonly sessionId: string; readonly pipe: PollPipe }>();
  readonly #buckets = new Map<string, Bucket>();
  /** The seats of each session whose viewers are away, the longest first. */
  readonly #away = new Map<string, Set<Seat>>();
  readonly instances = new Map<string, Instance>();
  readonly #byInstance = new Map<Instance, Seat[]>();
  /** The seats of instances that have many, by viewer. */
  readonly #byViewer = new Map<Instance, Map<string, Seat>>();
  readonly #byStream = new Map<Stream, Seat[]>();

  /** How many streams a session has open, or is about to. */
  streamsOf(sessionId: string): number {
    return this.#perSession.get(sessionId) ?? 0;
  }

  /** Keeps a place for a stream of a session, before it is open. */
  reserve(sessionId: string): void {
    this.reserved++;
    this.#perSession.set(sessionId, this.streamsOf(sessionId) + 1);
  }

  /** Gives a stream's place back. */
  release(sessionId: string): void {
    this.reserved--;
    const left = this.streamsOf(sessionId) - 1;
    if (left > 0) this.#perSession.set(sessionId, left);
    else this.#perSession.delete(sessionId);
  }

  /** Forgets a stream that has ended. */
  closed(stream: Stream): void {
    if (this.streams.delete(stream.id)) this.release(stream.sessionId);
  }

  /** What limits the events of a session. It outlives the session's streams, or another stream would be another burst. */
  bucketOf(sessionId: string, create: () => Bucket): Bucket {
    const bucket = this.#buckets.get(sessionId) ?? create();
    this.#buckets.set(sessionId, bucket);
    return bucket;
  }

  /** Forgets what says nothing any more. */
  tidy(isIdle: (bucket: Bucket) => boolean): void {
    for (const [sessionId, bucket] of this.#buckets)
      if (this.streamsOf(sessionId) === 0 && isIdle(bucket)) this.#buckets.delete(sessionId);
  }

  /** Notes that a seat's viewer is away, or not any more; gives the one that has been away the longest, where there are more than `most` of the session. */
  setAway(seat: Seat, isAway: boolean, most: number): Seat | undefined {
    const { sessionId } = seat;
    const seats = this.#away.get(sessionId) ?? new Set();
    if (isAway) seats.add(seat);
    else seats.delete(seat);
    if (seats.size > 0) this.#away.set(sessionId, seats);
    else this.#away.delete(sessionId);
    return seats.size > most ? seats.values().next().value : undefined;
  }

  /** A stream that polled has ended between two polls: its last frames, which may say why, wait for the next one. */
  keepWords({ id, sessionId }: Stream, pipe: PollPipe, clock: Clock): void {
    this.#words.set(id, { sessionId, pipe });
    clock.after(POLL_GAP, () => this.#words.delete(id));
  }

  /** The last frames of a stream, for the session that it was of. */
  takeWords(id: string, sessionId: string): PollPipe | undefined {
    const words = this.#words.get(id);
    if (words?.sessionId !== sessionId) return undefined;
    this.#words.delete(id);
    return words.pipe;
  }

  /** How many seats have their frames sent to a stream. */
  countOn(stream: Stream): number {
    return this.#byStream.get(stream)?.length ?? 0;
  }

  /** Gives a viewer a seat at an instance, which is kept from its first seat to its last. */
  seat(instance: Instance, sitter: Sitter): Seat {
    const seat = createSeat(instance, sitter);
    this.instances.set(instance.id, instance);
    const seats = this.#byInstance.get(instance) ?? [];
    seats.push(seat);
    this.#byInstance.set(instance, seats);
    // an index that is there knows all seats, also once few are left
    if (seats.length >= MANY || this.#byViewer.has(instance)) this.#index(instance, seats).set(sitter.viewer, seat);
    return seat;
  }

  #index(instance: Instance, seats: readonly Seat[]): Map<string, Seat> {
    let index = this.#byViewer.get(instance);
    if (!index) {
      index = new Map(seats.map((seat) => [seat.viewer, seat]));
      this.#byViewer.set(instance, index);
    }
    return index;
  }

  /** A viewer's seat at the instance of an id. */
  find(id: string, viewer: string): Seat | undefined {
    const instance = this.instances.get(id);
    if (!instance) return undefined;
    const index = this.#byViewer.get(instance);
    return index ? index.get(viewer) : this.seatsOf(instance).find((seat) => seat.viewer === viewer);
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
    if (seat.stream) this.#stand(seat, seat.stream);
    seat.stream = stream;
    if (!stream) return;
    seat.streamId = stream.id;
    const seats = this.#byStream.get(stream);
    if (seats) seats.push(seat);
    else this.#byStream.set(stream, [seat]);
  }

  #stand(seat: Seat, stream: Stream): void {
    const seats = this.#byStream.get(stream) ?? [];
    const at = seats.indexOf(seat);
    if (at >= 0) seats.splice(at, 1);
    if (seats.length === 0) this.#byStream.delete(stream);
  }

  /** Removes a seat; says whether it was the instance's last, with which the instance goes too. */
  leave(seat: Seat): boolean {
    this.direct(seat, undefined);
    this.setAway(seat, false, 0);
    this.#byViewer.get(seat.instance)?.delete(seat.viewer);
    // another list: whoever goes over the old one goes on
    const rest = this.seatsOf(seat.instance).filter((other) => other !== seat);
    if (rest.length > 0) {
      this.#byInstance.set(seat.instance, rest);
      return false;
    }
    this.#byInstance.delete(seat.instance);
    this.#byViewer.delete(seat.instance);
    if (this.instances.get(seat.instance.id) === seat.instance) this.instances.delete(seat.instance.id);
    return true;
  }
}
