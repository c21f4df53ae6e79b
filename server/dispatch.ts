// THE PATH of an event and of an update, and so the map of the server.
//
//   event:   router -> takeEvent -> the seat's order -> instance.handle -> update -> settled -> router's answer
//   update:  instance is dirty -> update -> instance.render -> diff -> instance.advance -> frame -> each seat's stream

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { EventHead, Fields } from '../protocol/event.ts';
import { encodeFrame } from '../protocol/frame.ts';
import type { Order, Settlement } from '../protocol/patch.ts';
import type { Content } from '../views/html.ts';
import type { ComponentStatics } from './component.ts';
import { type Change, diff, type Rendered, rendered } from './diff.ts';
import { accept, LiveError, type Result, refuse } from './errors.ts';
import { chain, type Eventually, ensure, isLater, recover } from './eventually.ts';
import { Call } from './handler.ts';
import type { Instance } from './instance.ts';
import type { Mounter } from './mount.ts';
import type { Registry } from './registry.ts';
import { type Lane, type LaneName, laneOf, type Reply, type Seat } from './seat.ts';
import type { Settings } from './settings.ts';
import type { Stream } from './stream.ts';

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
/** How often an instance may render on end because it has changed meanwhile. */
const MOST_PASSES = 100;

/** Carries events to instances, and updates to streams. */
export class Dispatch {
  readonly #settings: Settings;
  readonly #registry: Registry;
  readonly #mounter: Mounter;
  /** The instances that were written to in this turn of the event loop. */
  #written: Instance[] = [];

  constructor(settings: Settings, registry: Registry, mounter: Mounter) {
    this.#settings = settings;
    this.#registry = registry;
    this.#mounter = mounter;
  }

  // --- Events ----------------------------------------------------------------------------------------------------

  /** Takes an event on: handles it once, in the order of its number, and waits a while until its effect is known. */
  takeEvent(arrival: Arrival): Eventually<Result<Answer>> {
    const found = this.#seatFor(arrival);
    if (!found.ok) return found;
    const seat = found.value;
    const lane = laneOf(seat, arrival.lane);
    if (arrival.head.number !== lane.number)
      return chain(this.#start(seat, lane, arrival), (started) =>
        started.ok ? this.#answer(seat, lane, arrival) : started,
      );
    lane.reply = arrival.reply;
    return this.#answer(seat, lane, arrival);
  }

  #answer(seat: Seat, lane: Lane, { head, reply }: Arrival): Eventually<Result<Answer>> {
    const running = lane.running as Eventually<Settlement>;
    return chain(this.#atMost(PATIENCE, running), (settled) => {
      if (lane.reply === reply) lane.reply = undefined;
      if (!settled || !reply.isOpen) void this.#settleLater(seat, running, head.version);
      return accept({ settled, updates: reply.carries ? seat.instance.since(head.version) : [] });
    });
  }

  #seatFor({ stream, head, lane: name }: Arrival): Result<Seat> {
    const seat = this.#registry.find(head.id, head.viewer);
    const about = { id: head.id };
    if (!seat || seat.sessionId !== stream.sessionId) return refuse('instance', 'no such instance', about);
    const component = seat.instance.statics.component;
    if (seat.instance.epoch !== head.epoch)
      return refuse('stale', 'the event is of an earlier mounting', { component, ...about });
    if (!seat.instance.allows(head.name))
      return refuse('unknown', `no event ${JSON.stringify(head.name)}`, { component, ...about });
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
    if (!input.ok || head.number <= lane.number) {
      lane.waiting--;
      if (!input.ok) return input;
      void input.value.release?.();
      return head.number === lane.number
        ? accept(undefined)
        : refuse('stale', 'a later one was faster', { id: head.id });
    }
    lane.number = head.number;
    lane.reply = reply; // before it is handled: its last update rides in this answer
    lane.running = ensure(
      () => this.#handle(seat, lane, arrival, input.value),
      () => lane.waiting--,
    );
    return accept(undefined);
  }

  #handle(seat: Seat, lane: Lane, arrival: Arrival, { fields, issues, release }: Input): Eventually<Settlement> {
    const { instance } = seat;
    const { head, stream } = arrival;
    const call = new Call({ name: head.name, fields, field: head.field, context: stream.context }, instance);
    return chain(instance.handle(call, issues), ({ status }) => {
      void release?.();
      return chain(this.#updateInAnswer(seat, lane), () => {
        lane.settled = settlement(arrival, status, call.takeOrders());
        return lane.settled;
      });
    });
  }

  /** The last update of an event rides in its answer, where one is still waiting; what a handler showed before went by stream. */
  #updateInAnswer(seat: Seat, { reply }: Lane): Eventually<void> {
    seat.answering = Boolean(reply?.carries && reply.isOpen);
    return ensure(
      () => this.update(seat.instance),
      () => {
        seat.answering = false;
      },
    );
  }

  #atMost<T>(ms: number, running: Eventually<T>): Eventually<T | undefined> {
    if (!isLater(running)) return running;
    return new Promise((resolve) => {
      const cancel = this.#settings.clock.after(ms, () => resolve(undefined));
      running.then(resolve).finally(cancel);
    });
  }

  /** The updates go again: the last of them may have been meant for an answer that had to leave without it. */
  async #settleLater(seat: Seat, running: Eventually<Settlement>, version: number): Promise<void> {
    const settled = await running;
    this.#bring(seat, version);
    seat.stream?.send('settled', settled);
  }

  /** Sends a viewer what leads from a version to now; or notes it, until there is room. */
  #bring(seat: Seat, version: number): void {
    seat.behind = Math.min(version, seat.behind ?? version);
    if (!seat.stream?.hasRoom) return;
    for (const update of seat.instance.since(seat.behind)) seat.stream.write(encodeFrame('update', update));
    seat.behind = undefined;
  }

  /** A reader has caught up: it gets the latest state of what has changed meanwhile, as long as there is room. */
  readonly catchUp = (stream: Stream): void => {
    for (const seat of this.#registry.seatsOn(stream)) {
      if (!stream.hasRoom) return;
      if (seat.behind !== undefined) this.#bring(seat, seat.behind);
      void this.update(seat.instance);
    }
  };

  // --- Updates ---------------------------------------------------------------------------------------------------

  /** An instance was written to: its update goes out once this turn of the event loop is over, if no event has shown it by then. */
  readonly schedule = (instance: Instance): void => {
    this.#written.push(instance);
    if (this.#written.length === 1) setImmediate(this.#sweep);
  };

  readonly #sweep = (): void => {
    const written = this.#written;
    this.#written = [];
    for (const instance of written) void this.update(instance);
  };

  /** Brings an instance's readers up to date. Done when everything that was dirty at the call is out. Never throws or rejects. */
  update(instance: Instance): Eventually<void> {
    if (instance.updating) return instance.updating;
    if (!this.#isDue(instance)) return;
    const first = this.#updateOnce(instance);
    if (!isLater(first) && !this.#isDue(instance)) return;
    instance.updating = this.#updateOn(instance, first);
    return instance.updating;
  }

  async #updateOn(instance: Instance, first: Eventually<void>): Promise<void> {
    await first;
    for (let passes = 1; this.#isDue(instance); passes++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (passes <= MOST_PASSES) await this.#updateOnce(instance);
      else {
        instance.dirty = false;
        this.#mounter.report(instance, endless(instance), 'render()');
      }
    }
    // in the same tick as the last look at `dirty`: a later write must find no update under way
    instance.updating = undefined;
  }

  #updateOnce(instance: Instance): Eventually<void> {
    instance.dirty = false;
    return recover(
      () => chain(this.#render(instance), (content) => this.#show(instance, content)),
      (error) => this.#mounter.report(instance, error, 'render()'),
    );
  }

  #show(instance: Instance, content: Content | undefined): Eventually<void> {
    return chain(this.#mounter.settleChildren(instance), () => {
      if (!instance.ended)
        this.#send(instance, content === undefined ? undefined : this.#compare(instance, rendered(content)));
    });
  }

  #compare(instance: Instance, now: Rendered): Change | undefined {
    const last = instance.content as Rendered;
    instance.content = now;
    const change = diff(last, now);
    if (change) this.#mounter.helper.look(instance, now);
    return change;
  }

  #isDue(instance: Instance): boolean {
    return instance.dirty && !instance.ended && this.#hasReader(instance);
  }

  /** Without a reader who has room an instance stays dirty, and is rendered when its viewer is back, or has caught up. */
  #hasReader(instance: Instance): boolean {
    return (
      instance.version > 0 && this.#registry.seatsOf(instance).some((seat) => seat.stream?.hasRoom || seat.answering)
    );
  }

  /** Renders, or gives what the component shows after a failure; undefined: what was there before stays. */
  #render(instance: Instance): Eventually<Content | undefined> {
    const failure = instance.failure;
    instance.failure = undefined;
    if (failure) return instance.contentFor(failure.error);
    return recover<Content | undefined>(
      () => instance.render(),
      (error) => {
        this.#mounter.report(instance, error, 'render()');
        return instance.contentFor(error);
      },
    );
  }

  #send(instance: Instance, change: Change | undefined): void {
    const orders = instance.browser.take();
    if (!change && orders.length === 0) return;
    const filled = change && this.#mounter.fillChange(instance, change);
    const { version } = instance;
    const frame = encodeFrame('update', instance.advance(orders.length > 0 ? { ...filled, orders } : { ...filled }));
    // tabs may share a stream: once is enough for what they share
    const reached = instance.isShared ? new Set<Stream>() : undefined;
    for (const seat of this.#registry.seatsOf(instance)) {
      const { stream } = seat;
      if (seat.answering || !stream) continue;
      if (seat.behind !== undefined || !stream.hasRoom) seat.behind ??= version;
      else if (!reached?.has(stream)) stream.write(frame);
      reached?.add(stream);
    }
  }
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

function endless(instance: Instance): LiveError {
  const cure = 'render() must not write to what it reads, also not after an await';
  return new LiveError(
    'ERR_LIVE_RENDER_LOOP',
    `${instance.statics.component}: each render changes the state again. ${cure}.`,
  );
}
