// THE PATH of an event, and so the map of the server. The second half of it, which a change made elsewhere has as well, is in updates.ts.
//
//   event:   router -> takeEvent -> the seat's order -> instance.handle -> update -> settled -> router's answer

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { EventHead, Fields } from '../protocol/event.ts';
import type { Order, Settlement } from '../protocol/patch.ts';
import { atMost } from './clock.ts';
import type { ComponentStatics } from './component.ts';
import { isDevelopment, tellSender } from './development.ts';
import { accept, type Result, refuse } from './errors.ts';
import { chain, type Eventually, ensure, isLater, recover } from './eventually.ts';
import { noEvent } from './faults.ts';
import { Call, type Outcome } from './handler.ts';
import type { Keeper, Saved } from './keeper.ts';
import { timed } from './monitor.ts';
import type { Registry } from './registry.ts';
import { type Lane, type LaneName, laneOf, type Reply, type Seat } from './seat.ts';
import type { Settings } from './settings.ts';
import type { Stream } from './stream.ts';
import type { Updates } from './updates.ts';

/** What an event's POST is answered with. */
export interface Answer {
  /** Undefined while the event has not settled: its settlement comes by frame. */
  readonly settled: Settlement | undefined;
  /** What brings the browser from the version it holds to the present one, as JSON text. */
  readonly updates: readonly string[];
}

/** An event on its way in. */
export interface Arrival {
  readonly stream: Stream;
  readonly head: EventHead;
  readonly lane: LaneName;
  readonly reply: Reply;
  /** Reads the body, as far as the component takes it. Not called for an event that was taken on before. */
  readonly read: (statics: ComponentStatics) => Eventually<Result<Input>>;
}

/** What an event's body brought. */
export interface Input {
  readonly fields: Fields;
  /** Why its files were refused. */
  readonly issues?: readonly StandardSchemaV1.Issue[];
  /** Deletes its files. */
  readonly release?: () => Promise<void>;
}

/** Milliseconds after which an event's POST is answered, settled or not. */
const PATIENCE = 1000;

/** Carries events to instances. */
export class Dispatch {
  readonly #settings: Settings;
  readonly #registry: Registry;
  readonly #updates: Updates;
  readonly #keeper: Keeper;
  readonly #isDevelopment = isDevelopment();

  constructor(settings: Settings, registry: Registry, updates: Updates, keeper: Keeper) {
    this.#settings = settings;
    this.#registry = registry;
    this.#updates = updates;
    this.#keeper = keeper;
  }

  /** Takes an event on: handles it once, in the order of its number, and waits a while until its effect is known. */
  takeEvent(arrival: Arrival): Eventually<Result<Answer>> {
    const found = this.#seatFor(arrival);
    if (!found.ok) return found;
    const seat = found.value;
    if (this.#keeper.isFrozen(seat.instance))
      return refuse('unavailable', 'its lease may have been taken', arrival.head);
    const lane = laneOf(seat, arrival.lane);
    if (arrival.head.number !== lane.number)
      return chain(this.#start(seat, lane, arrival), (started) =>
        started.ok ? this.#answer(seat, lane, arrival) : started,
      );
    lane.reply = arrival.reply;
    return this.#answer(seat, lane, arrival);
  }

  #answer(seat: Seat, lane: Lane, { head, reply }: Arrival): Eventually<Result<Answer>> {
    const running = lane.running as Eventually<Settlement | undefined>;
    const known = isLater(running) ? atMost(this.#settings.clock, PATIENCE, running, () => undefined) : running;
    return chain(known, (settled) => {
      if (lane.reply === reply) lane.reply = undefined;
      if (!settled || !reply.isOpen) void this.#settleLater(seat, running, head.version);
      const isShown = reply.carries && (settled || !seat.instance.unkept);
      return accept({ settled, updates: isShown ? seat.instance.since(head.version) : [] });
    });
  }

  #seatFor({ stream, head, lane: name }: Arrival): Result<Seat> {
    const seat = this.#registry.find(head.id, head.viewer);
    const about = { id: head.id };
    if (!seat || seat.sessionId !== stream.sessionId) return refuse('instance', 'no such instance', about);
    const component = seat.instance.statics.component;
    if (seat.epoch !== head.epoch)
      return refuse('stale', 'the event is of an earlier mounting', { component, ...about });
    if (!seat.instance.allows(head.name)) {
      const detail = noEvent(seat.instance.type, head.name);
      if (this.#isDevelopment) tellSender(stream, { component, ...head }, detail);
      return refuse('unknown', detail, { component, ...about });
    }
    const { number } = laneOf(seat, name);
    if (head.number < number)
      return refuse('stale', `event ${head.number} came after ${number}`, { component, ...about });
    return accept(seat);
  }

  /** Reads an event's body, and has it handled once its turn has come. */
  #start(seat: Seat, lane: Lane, arrival: Arrival): Eventually<Result<void>> {
    if (lane.waiting >= this.#settings.limits.waiting)
      return refuse('limit', `${lane.waiting} events wait already`, { id: arrival.head.id });
    lane.waiting++;
    return recover(
      () => chain(arrival.read(seat.instance.statics), (input) => this.#take(seat, lane, arrival, input)),
      (error) => {
        lane.waiting--;
        throw error;
      },
    );
  }

  /** Has an event handled, unless the same one, or a later one, was faster while its body was read. */
  #take(seat: Seat, lane: Lane, arrival: Arrival, input: Result<Input>): Result<void> {
    const { head, reply } = arrival;
    const isFrozen = this.#keeper.isFrozen(seat.instance); // by now: its body may have taken long
    if (!input.ok || head.number <= lane.number || isFrozen) {
      lane.waiting--;
      if (!input.ok) return input;
      void input.value.release?.();
      if (head.number > lane.number) return refuse('unavailable', 'its lease may have been taken', head);
      return head.number === lane.number
        ? accept(undefined)
        : refuse('stale', 'a later one was faster', { id: head.id });
    }
    lane.number = head.number;
    lane.reply = reply; // before it is handled: its last update rides in this answer
    lane.running = ensure(
      () => this.#handleTimed(seat, lane, arrival, input.value),
      () => lane.waiting--,
    );
    return accept(undefined);
  }

  #handleTimed(seat: Seat, lane: Lane, arrival: Arrival, input: Input): Eventually<Settlement | undefined> {
    return timed(
      'event',
      () => this.#handle(seat, lane, arrival, input),
      (ms, _, settled) => {
        const { id, name } = arrival.head;
        return { component: seat.instance.statics.component, id, name, status: settled?.status, ms };
      },
    );
  }

  #handle(
    seat: Seat,
    lane: Lane,
    arrival: Arrival,
    { fields, issues, release }: Input,
  ): Eventually<Settlement | undefined> {
    const { instance } = seat;
    const { head, stream } = arrival;
    const call = new Call({ name: head.name, fields, field: head.field, context: stream.context }, instance);
    let isNoted = false;
    const note = ({ status }: Outcome) => {
      isNoted = true;
      lane.settled = settlement(arrival, status, call.takeOrders());
    };
    return chain(instance.handle(call, issues, note), (outcome) => {
      void release?.();
      if (!isNoted && instance.holding) return undefined; // it goes on at another node, which has not seen this event
      if (!isNoted) note(outcome);
      return chain(this.#updateInAnswer(seat, lane), () => chain(instance.keeping, (saved) => settle(lane, saved)));
    });
  }

  /** The last update of an event rides in its answer, where one is still waiting; what a handler showed before went by stream. */
  #updateInAnswer(seat: Seat, { reply }: Lane): Eventually<void> {
    seat.answering = Boolean(reply?.carries && reply.isOpen);
    return ensure(
      () => this.#updates.update(seat.instance),
      () => {
        seat.answering = false;
      },
    );
  }

  /** The updates go again: the last of them may have been meant for an answer that had to leave without it. */
  async #settleLater(seat: Seat, running: Eventually<Settlement | undefined>, version: number): Promise<void> {
    const settled = await running;
    if (!settled) return;
    this.#updates.bring(seat, version);
    seat.stream?.send('settled', settled);
  }
}

/** An event has no outcome where the instance was another node's: there the browser sends it again. What can't be kept counts as failed. */
function settle(lane: Lane, saved: Saved | undefined): Settlement | undefined {
  if (saved === 'refused' && lane.settled) lane.settled = { ...lane.settled, status: 500 };
  return saved === 'lost' ? undefined : lane.settled;
}

function settlement({ head, lane }: Arrival, status: Settlement['status'], orders: readonly Order[]): Settlement {
  return {
    id: head.id,
    viewer: head.viewer,
    ...(lane === 'upload' ? { lane } : {}),
    number: head.number,
    status,
    ...(orders.length > 0 ? { orders } : {}),
  };
}
