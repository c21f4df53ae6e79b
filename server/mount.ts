// Owns the making of live instances: a component's own, and those of its children, which the server mounts after a render.

import type { Html } from '../views/html.ts';
import type { Arrival, Arrivals } from './arrivals.ts';
import type { Child } from './child.ts';
import { atMost } from './clock.ts';
import { isDevelopment, tellViewers } from './development.ts';
import { rendered } from './diff.ts';
import type { Eventually } from './eventually.ts';
import { unregisteredChild } from './faults.ts';
import type { Fillings } from './fillings.ts';
import { Instance } from './instance.ts';
import type { Keeper } from './keeper.ts';
import { timed } from './monitor.ts';
import type { InstanceSetup, Origin } from './origin.ts';
import type { Presences } from './presences.ts';
import type { Registry } from './registry.ts';
import { durableOf, scopeOf } from './scope.ts';
import { type Seat, takeUp } from './seat.ts';
import type { Settings } from './settings.ts';
import type { Snapshot } from './snapshot.ts';
import { Helper } from './warn.ts';
import { unwrap } from './watch.ts';

/** Milliseconds from a page's goodbye until the next page has subscribed. */
const NEXT_PAGE = 2_000;
/** Milliseconds for which an update waits for the children that came with it. */
const CHILD_PATIENCE = 200;

/** By how much the version grows when an instance goes on at another node: the page may have seen some that were not kept. */
const LEAP = 1_000_000;

/** What all that are mounted have in common. */
const MOUNTED = Promise.resolve();

/** Makes live instances. */
export class Mounter {
  readonly #settings: Settings;
  readonly #registry: Registry;
  readonly #keeper: Keeper;
  readonly #arrivals: Arrivals;
  readonly #schedule: (instance: Instance) => void;
  readonly #setup: InstanceSetup;
  readonly helper: Helper;
  readonly #isDevelopment = isDevelopment();

  /** @param schedule is called with an instance that became dirty outside of an event. */
  constructor(
    settings: Settings,
    fillings: Fillings,
    registry: Registry,
    presences: Presences,
    keeper: Keeper,
    arrivals: Arrivals,
    schedule: (instance: Instance) => void,
  ) {
    this.#settings = settings;
    this.#registry = registry;
    this.#schedule = schedule;
    this.#keeper = keeper;
    this.#arrivals = arrivals;
    const { clock, handlerTimeout, backplane, engine } = settings;
    this.#setup = {
      connected: true,
      clock,
      handlerTimeout,
      onDirty: schedule,
      report: (...said) => this.report(...said),
      render: (instance, render) => this.helper.render(instance, render),
      view: (name, locals) => engine.render(name, locals),
      publish: (topic, value) => backplane.publish(topic, unwrap(value)),
      listen: (topic, work) => backplane.listen(topic, work),
      attend: (...given) => presences.attend(...given),
      turning: keeper.turning,
      turned: keeper.turned,
      thaw: (instance) => (keeper.isFrozen(instance) ? keeper.thaw() : undefined),
      fill: (instance, text) => fillings.fill(instance, text),
    };
    this.helper = new Helper((...said) => this.#tellOwner(...said), this.#isDevelopment);
  }

  /**
   * Makes an instance and begins to mount it; `instance.mounted` tells when it is done. What was kept of it elsewhere goes on instead.
   * Undefined where its constructor throws, which is reported.
   */
  mount(origin: Origin, url: URL, seatAt: (instance: Instance) => void, arrival?: Arrival): Instance | undefined {
    const snapshot = arrival?.snapshot?.fields && arrival.snapshot;
    const instance = this.#make(snapshot ? { ...origin, epoch: snapshot.epoch } : origin);
    if (!instance) return undefined;
    const isSync = durableOf(origin.type, origin.scope) === 'sync';
    if (arrival) this.#keeper.hold(instance, arrival, isSync, snapshot && snapshot.version + LEAP);
    seatAt(instance);
    if (snapshot) for (const seat of this.#registry.seatsOf(instance)) takeUp(seat, snapshot.lanes);
    const about = { component: origin.type.component, id: origin.id, resumed: snapshot !== undefined };
    const start = () => this.#start(instance, url, snapshot);
    instance.mounted = Promise.resolve(timed('mount', start, (ms, ok) => ({ ...about, ms, ok })));
    instance.mounted.then(
      () => {
        instance.mounted = MOUNTED;
      },
      () => {}, // who waits for it is told
    );
    return instance;
  }

  #make(origin: Origin): Instance | undefined {
    try {
      return new Instance(origin, this.#setup);
    } catch (error) {
      this.#settings.onError(error, { component: origin.type.component, id: origin.id, doing: 'constructor()' });
      return undefined;
    }
  }

  /** Mounts and renders for the first time. Where that throws, `failed()` may have content to show. */
  async #start(instance: Instance, url: URL, snapshot: Snapshot | undefined): Promise<void> {
    const content = await this.#firstContent(instance, url, snapshot);
    instance.content = rendered(content);
    this.helper.look(instance, instance.content);
    await this.settleChildren(instance);
    instance.version = instance.holding?.first || 1;
    if (instance.dirty) this.#schedule(instance);
    else if (!instance.browser.isEmpty) instance.changed(); // orders that mount() gave
  }

  async #firstContent(instance: Instance, url: URL, snapshot: Snapshot | undefined): Promise<Html | string> {
    let doing = snapshot ? 'resumed()' : 'mount()';
    try {
      await (snapshot?.fields ? instance.resume(url, snapshot.fields, snapshot.lastOrders) : instance.mount(url));
      instance.dirty = false;
      doing = 'render()';
      return await instance.render();
    } catch (error) {
      this.report(instance, error, doing);
      const shown = await instance.contentFor(error);
      if (shown === undefined) throw error;
      instance.dirty = false;
      return shown;
    }
  }

  /** Reports what a component threw: to the app, and in development to the pages that show it, too. */
  report(instance: Instance, error: unknown, doing: string, event?: string): void {
    this.#tellOwner(instance, error, doing);
    if (this.#isDevelopment) tellViewers(this.#registry, instance, error, { doing, event });
  }

  #tellOwner(instance: Instance, error: unknown, doing: string): void {
    this.#settings.onError(error, { component: instance.statics.component, id: instance.id, doing });
  }

  // --- Children --------------------------------------------------------------------------------------------------

  /** After a render: mounts the children it asked for first, gives others their new session, ends those it no longer asked for. */
  settleChildren(parent: Instance): Eventually<void> {
    if (parent.ended) return;
    const { asked, gone } = parent.children.end();
    for (const { id } of gone) this.#endChild(parent, id);
    if (asked.length > 0) return this.#settle(parent, asked);
  }

  async #settle(parent: Instance, asked: readonly Child[]): Promise<void> {
    const mounts = Promise.all(asked.map((child) => this.#settleChild(parent, child)));
    // a slow child does not hold its parent back: its place is sent empty, and its content follows
    await atMost(this.#settings.clock, CHILD_PATIENCE, mounts, () => {});
    if (parent.ended) for (const { id } of asked) this.#endChild(parent, id);
  }

  async #settleChild(parent: Instance, child: Child): Promise<void> {
    const known = this.#registry.instances.get(child.id);
    const isShared = scopeOf(child.type) !== 'page';
    if (known && known.sessionId === child.sessionId) {
      if (isShared) this.#sitBeside(parent, known);
      else if (JSON.stringify(known.session) !== child.text) {
        known.session = child.session;
        known.changed();
      }
      await known.mounted?.catch(() => {});
    } else if (this.#registry.seatsOf(parent).length > 0 && !parent.children.hasFailed(child)) {
      await this.#mountChild(parent, child);
    }
  }

  async #mountChild(parent: Instance, child: Child): Promise<void> {
    const { viewerContext: context, url } = parent;
    if (this.#settings.components.get(child.type.component) !== child.type) {
      parent.children.failed(child);
      return this.report(parent, unregisteredChild(child.type), 'child()');
    }
    const mount = (arrival?: Arrival) => {
      const instance = this.mount({ ...child, context }, url, (made) => this.#sitBeside(parent, made), arrival);
      if (!instance) parent.children.failed(child);
      return instance;
    };
    const instance = durableOf(child.type, child.scope) ? await this.#childArrives(parent, child, mount) : mount();
    if (!instance) return;
    try {
      await instance.mounted;
      if (parent.ended) this.#endChild(parent, child.id);
    } catch {
      // it was reported; the page is told when it subscribes the child
      parent.children.failed(child);
      await this.failed(instance);
    }
  }

  /** A durable child may be kept from before; undefined where it can't be had, or not yet: the page asks for it again. */
  #childArrives(
    parent: Instance,
    child: Child,
    mount: (arrival?: Arrival) => Instance | undefined,
  ): Promise<Instance | undefined> {
    const { id, sessionId } = child;
    return this.#arrivals.exclusively(id, async () => {
      const viewer = this.#registry.seatsOf(parent)[0]?.viewer ?? '';
      const owner = { viewer, sessionId, component: child.type.component };
      const arrival = await this.#arrivals.arrive(id, owner, true);
      const known = this.#registry.instances.get(id);
      if (known || parent.ended || !arrival.ok) return known;
      return mount(arrival.value.id === id ? arrival.value : undefined); // its id stands in its parent's content
    });
  }

  /** A child is seen by whoever sees its parent. */
  #sitBeside(parent: Instance, child: Instance): void {
    for (const sitter of this.#registry.seatsOf(parent)) {
      if (this.#registry.find(child.id, sitter.viewer)) continue;
      const seat = this.#registry.seat(child, sitter);
      this.#registry.direct(seat, sitter.stream);
    }
  }

  /** A parent no longer asks for a child. Those who see that elsewhere keep it. */
  #endChild(parent: Instance, id: string): void {
    for (const { viewer, sessionId } of this.#registry.seatsOf(parent)) this.#endInner(id, viewer, sessionId);
  }

  /** What is its parent's alone ends with it. Of what is shared the page says itself when it is gone: it may show it elsewhere, too. */
  #endInner(id: string, viewer: string, sessionId: string): void {
    const seat = this.#registry.find(id, viewer);
    if (seat?.sessionId !== sessionId) return;
    if (scopeOf(seat.instance.type) === 'page') this.end(seat);
    else if (!seat.isTaken) this.leave(seat);
  }

  /** A page has said goodbye to a seat. Who goes from one page to the next finds a shared instance there again. */
  leave(seat: Seat): void {
    const { clock, resumeWindow } = this.#settings;
    const isSeen = this.#registry.seatsOf(seat.instance).some((other) => other !== seat && other.stream);
    if (!seat.instance.isShared || isSeen || resumeWindow === 0) return this.end(seat);
    seat.stopWaiting?.();
    this.#registry.direct(seat, undefined);
    seat.stopWaiting = clock.after(Math.min(resumeWindow, NEXT_PAGE), () => this.end(seat));
  }

  /** Takes a seat back, and those at the children with it. With its last seat an instance ends, and all that was stored for its id is gone. */
  end(seat: Seat): void {
    const { instance, viewer, sessionId } = seat;
    seat.stopWaiting?.();
    if (this.#registry.leave(seat)) {
      this.#keeper.forget(instance);
      void instance.unmount();
    }
    for (const { id } of instance.children.all) this.#endInner(id, viewer, sessionId);
  }

  /** It could not be mounted. What was kept of it elsewhere is given back, and true is the answer: `resumed()` may succeed at another try. */
  async failed(instance: Instance): Promise<boolean> {
    const seats = this.#registry.seatsOf(instance);
    for (const seat of seats) this.#registry.direct(seat, undefined); // its viewer is here, and reads on
    const isResumed = instance.holding !== undefined && instance.holding.first > 0;
    if (isResumed && (await this.#keeper.release(instance))) return true;
    for (const seat of seats) this.end(seat);
    return false;
  }

  /** An instance goes on at another node: here it ends, with those of its children that are not kept themselves. */
  suspend(instance: Instance): void {
    const seats = this.#registry.seatsOf(instance);
    const streams = new Set(seats.flatMap(({ stream }) => stream ?? []));
    void instance.suspend();
    for (const seat of seats) {
      seat.stopWaiting?.();
      this.#registry.leave(seat);
      for (const { id } of instance.children.all)
        if (!this.#registry.instances.get(id)?.holding) this.#endInner(id, seat.viewer, seat.sessionId);
    }
    // who read them is at that node: what is left here must render for nobody, or a parent would fetch its child back
    for (const stream of streams) stream.end();
  }
}
