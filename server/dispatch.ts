// THE PATH of an event and of an update, and so the map of the server.
//
//   event:   router -> takeEvent -> the seat's order -> instance.handle -> update -> settled -> router's answer
//   update:  instance is dirty -> update -> instance.render -> diff -> instance.advance -> frame -> each seat's stream

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { EventHead, Fields } from '../protocol/event.ts';
import { encodeFrame } from '../protocol/frame.ts';
import type { Settlement, Update } from '../protocol/patch.ts';
import type { ComponentStatics } from './component.ts';
import { type Change, diff, type Rendered, rendered } from './diff.ts';
import { accept, LiveError, type Result, refuse } from './errors.ts';
import type { Instance } from './instance.ts';
import type { Mounter } from './mount.ts';
import { createOrders } from './orders.ts';
import { type Lane, type LaneName, laneOf, type Registry, type Reply, type Seat } from './registry.ts';
import type { Settings } from './settings.ts';
import type { Stream } from './stream.ts';

/** What an event's POST is answered with. */
export interface Answer {
  /** Undefined while the event has not settled: its settlement comes by frame. */
  readonly settled: Settlement | undefined;
  /** What brings the browser from the version it holds to the present one. */
  readonly updates: readonly Update[];
}

/** An event on its way in. */
export interface Arrival {
  readonly stream: Stream;
  readonly head: EventHead;
  readonly lane: LaneName;
  readonly reply: Reply;
  /** Reads the body, as far as the component takes it. Not called for an event that was taken on before. */
  readonly read: (statics: ComponentStatics) => Result<Input> | Promise<Result<Input>>;
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

  constructor(settings: Settings, registry: Registry, mounter: Mounter) {
    this.#settings = settings;
    this.#registry = registry;
    this.#mounter = mounter;
  }

  // --- Events ----------------------------------------------------------------------------------------------------

  /**
   * Takes an event on: handles it once, in the order of its number, and waits until its effect is known.
   */
  async takeEvent(arrival: Arrival): Promise<Result<Answer>> {
    const { head, reply } = arrival;
    const found = this.#seatFor(arrival);
    if (!found.ok) return found;
    const seat = found.value;
    const lane = laneOf(seat, arrival.lane);
    if (head.number === lane.number) lane.reply = reply;
    else {
      const started = await this.#start(seat, lane, arrival);
      if (!started.ok) return started;
    }
    const running = lane.running as Promise<Settlement>;
    const settled = await this.#atMost(PATIENCE, running);
    if (lane.reply === reply) lane.reply = undefined;
    if (!settled || !reply.isOpen) void this.#settleLater(seat, running, head.version);
    return accept({ settled, updates: reply.carries ? seat.instance.since(head.version) : [] });
  }

  #seatFor({ stream, head, lane: name }: Arrival): Result<Seat> {
    const seat = this.#registry.find(head.id, head.viewer);
    const about = { id: head.id };
    if (!seat || seat.instance.sessionId !== stream.sessionId) return refuse('instance', 'no such instance', about);
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

  /** Reads an event's body, and has it handled once its turn has come; unless the same one was faster meanwhile. */
  async #start(seat: Seat, lane: Lane, { stream, head, lane: name, reply, read }: Arrival): Promise<Result<void>> {
    const { limits } = this.#settings;
    if (lane.waiting >= limits.waiting) return refuse('limit', `${lane.waiting} events wait already`, { id: head.id });
    lane.waiting++;
    const input = await readInput(seat, lane, read);
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
    lane.running = this.#handle(seat, lane, name, stream, head, input.value).finally(() => lane.waiting--);
    return accept(undefined);
  }

  async #handle(
    seat: Seat,
    lane: Lane,
    name: LaneName,
    stream: Stream,
    head: EventHead,
    input: Input,
  ): Promise<Settlement> {
    const { instance } = seat;
    const browser = createOrders(
      () => {},
      (url) => instance.pushed(url),
    );
    const { fields, issues } = input;
    const call = { name: head.name, fields, issues, field: head.field, context: stream.context, browser };
    const { status } = await instance.handle(call);
    void input.release?.();
    await this.#updateInAnswer(seat, lane);
    const orders = browser.take();
    lane.settled = {
      id: instance.id,
      ...(name === 'upload' ? { lane: name } : {}),
      number: head.number,
      status,
      ...(orders.length > 0 ? { orders } : {}),
    };
    return lane.settled;
  }

  /** The last update of an event rides in its answer, where one is still waiting; what a handler showed before went by stream. */
  async #updateInAnswer(seat: Seat, { reply }: Lane): Promise<void> {
    seat.answering = Boolean(reply?.carries && reply.isOpen);
    await this.update(seat.instance);
    seat.answering = false;
  }

  #atMost<T>(ms: number, running: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const cancel = this.#settings.clock.after(ms, () => resolve(undefined));
      running.then(resolve).finally(cancel);
    });
  }

  /** The updates go again: the last of them may have been meant for an answer that had to leave without it. */
  async #settleLater(seat: Seat, running: Promise<Settlement>, version: number): Promise<void> {
    const settled = await running;
    this.#bring(seat, version);
    seat.stream?.send('settled', settled);
  }

  /** Sends a viewer what leads from a version to now; or notes it, until there is room. */
  #bring(seat: Seat, version: number): void {
    seat.behind = Math.min(version, seat.behind ?? version);
    if (!seat.stream?.hasRoom) return;
    for (const update of seat.instance.since(seat.behind)) seat.stream.send('update', update);
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

  /** An instance was written to outside an event: its update goes out once this turn of the event loop is over. */
  readonly schedule = (instance: Instance): void => {
    setImmediate(() => this.update(instance));
  };

  /** Brings an instance's readers up to date. Resolves when everything that was dirty at the call is out. Never rejects. */
  update(instance: Instance): Promise<void> {
    if (!instance.updating && !this.#isDue(instance)) return Promise.resolve();
    instance.updating ??= this.#updateAll(instance);
    return instance.updating;
  }

  async #updateAll(instance: Instance): Promise<void> {
    for (let passes = 0; this.#isDue(instance); passes++) {
      if (passes > 0) await new Promise((resolve) => setImmediate(resolve));
      instance.dirty = false;
      if (passes > MOST_PASSES) this.#mounter.report(instance, endless(instance), 'render()');
      else await this.#updateOnce(instance);
    }
    // in the same tick as the last look at `dirty`: a later write must find no update under way
    instance.updating = undefined;
  }

  async #updateOnce(instance: Instance): Promise<void> {
    try {
      const content = await this.#render(instance);
      await this.#mounter.settleChildren(instance);
      if (!instance.ended)
        this.#send(instance, content === undefined ? undefined : this.#compare(instance, rendered(content)));
    } catch (error) {
      this.#mounter.report(instance, error, 'render()');
    }
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
  async #render(instance: Instance) {
    const failure = instance.failure;
    instance.failure = undefined;
    if (failure) return instance.contentFor(failure.error);
    try {
      return await instance.render();
    } catch (error) {
      this.#mounter.report(instance, error, 'render()');
      return instance.contentFor(error);
    }
  }

  #send(instance: Instance, change: Change | undefined): void {
    const orders = instance.browser.take();
    if (!change && orders.length === 0) return;
    const filled = change && this.#mounter.fillChange(instance, change);
    const { update, text } = instance.advance({ ...filled, ...(orders.length > 0 ? { orders } : {}) });
    const frame = encodeFrame('update', text);
    for (const seat of this.#registry.seatsOf(instance)) {
      if (seat.answering || !seat.stream) continue;
      if (seat.behind === undefined && seat.stream.hasRoom) seat.stream.write(frame);
      else seat.behind ??= update.from;
    }
  }
}

async function readInput({ instance }: Seat, lane: Lane, read: Arrival['read']): Promise<Result<Input>> {
  try {
    return await read(instance.statics);
  } catch (error) {
    lane.waiting--;
    throw error;
  }
}

function endless(instance: Instance): LiveError {
  const cure = 'render() must not write to what it reads, also not after an await';
  return new LiveError(
    'ERR_LIVE_RENDER_LOOP',
    `${instance.statics.component}: each render changes the state again. ${cure}.`,
  );
}
