// Owns an update's way from a write to the streams of all who see it: render, diff, version, frame.
//
//   an instance is written to -> schedule -> update -> instance.render -> diff -> instance.advance -> frame -> each seat's stream

import { encodeFrame } from '../protocol/frame.ts';
import type { Content } from '../views/html.ts';
import { type Change, diff, type Rendered, rendered } from './diff.ts';
import { chain, type Eventually, isLater, recover } from './eventually.ts';
import { endless } from './faults.ts';
import type { Fillings } from './fillings.ts';
import type { Instance } from './instance.ts';
import { type PatchMessage, tell } from './monitor.ts';
import type { Mounter } from './mount.ts';
import type { Registry } from './registry.ts';
import type { Seat } from './seat.ts';
import type { Stream } from './stream.ts';

/** How often an instance may render on end because it has changed meanwhile. */
const MOST_PASSES = 100;

/** Brings readers up to date. */
export class Updates {
  readonly #registry: Registry;
  readonly #mounter: Mounter;
  readonly #fillings: Fillings;
  /** The instances that were written to in this turn of the event loop. */
  #written: Instance[] = [];

  constructor(registry: Registry, mounter: Mounter, fillings: Fillings) {
    this.#registry = registry;
    this.#mounter = mounter;
    this.#fillings = fillings;
  }

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
        this.#mounter.report(instance, endless(instance.statics), 'render()');
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
        return this.#send(instance, content === undefined ? undefined : this.#compare(instance, rendered(content)));
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

  #send(instance: Instance, change: Change | undefined): Eventually<void> {
    const orders = instance.browser.take();
    if (!change && orders.length === 0) return;
    const filled = change && this.#fillings.fillChange(instance, change);
    const { version } = instance;
    const frame = encodeFrame('update', instance.advance(orders.length > 0 ? { ...filled, orders } : { ...filled }));
    return chain(instance.keeping, (saved) => {
      if (saved === 'lost') return;
      const readers = this.#sendTo(instance, frame, version);
      tell('patch', () => patchMessage(instance, version + 1, frame, change, readers));
    });
  }

  /** Gives the number of streams and answers that a frame goes out by. */
  #sendTo(instance: Instance, frame: string, version: number): number {
    // tabs may share a stream: once is enough for what they share
    const reached = instance.isShared ? new Set<Stream>() : undefined;
    let readers = 0;
    for (const seat of this.#registry.seatsOf(instance)) {
      const { stream } = seat;
      if (seat.answering) readers++;
      if (seat.answering || !stream) continue;
      if (seat.behind !== undefined || !stream.hasRoom) seat.behind ??= version;
      else if (!reached?.has(stream)) {
        stream.write(frame);
        readers++;
      }
      reached?.add(stream);
    }
    return readers;
  }

  /** Sends a viewer what leads from a version to now; or notes it, until there is room. */
  bring(seat: Seat, version: number): void {
    seat.behind = Math.min(version, seat.behind ?? version);
    if (!seat.stream?.hasRoom) return;
    const { unkept } = seat.instance;
    if (unkept) return void unkept.then(() => this.#bringBehind(seat));
    for (const update of seat.instance.since(seat.behind)) seat.stream.write(encodeFrame('update', update));
    seat.behind = undefined;
  }

  #bringBehind(seat: Seat): void {
    if (seat.behind !== undefined) this.bring(seat, seat.behind);
  }

  /** A reader has caught up: it gets the latest state of what has changed meanwhile, as long as there is room. */
  readonly catchUp = (stream: Stream): void => {
    for (const seat of this.#registry.seatsOn(stream)) {
      if (!stream.hasRoom) return;
      this.#bringBehind(seat);
      void this.update(seat.instance);
    }
  };
}

function patchMessage(
  instance: Instance,
  version: number,
  frame: string,
  change: Change | undefined,
  readers: number,
): PatchMessage {
  const { id, statics } = instance;
  const [bytes, whole] = [Buffer.byteLength(frame), change?.html !== undefined];
  return { component: statics.component, id, version, bytes, whole, readers };
}
