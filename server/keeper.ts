// Owns the keeping of durable instances: when their state is written, and when it is given away or forgotten.
// In: instances whose turns end. Out: state in the store.

import type { Arrival } from './arrivals.ts';
import { LiveError } from './errors.ts';
import type { Instance } from './instance.ts';
import type { Registry } from './registry.ts';
import { outcomeOf } from './seat.ts';
import type { Settings } from './settings.ts';
import { encodeSnapshot, type Snapshot } from './snapshot.ts';
import { type Kept, makeLease, STATE_LIFE, type Store } from './store.ts';
import type { Seal } from './token.ts';

/** How the writing of an instance's state ended: `lost`, another node has it now; `refused`, it can't be kept as it is. */
export type Saved = 'kept' | 'lost' | 'refused';

/** What the keeper notes at an instance that it keeps. */
export interface Holding {
  readonly lease: string;
  /** Whether the store knows of the lease. Otherwise nobody can take it. */
  isClaimed: boolean;
  /** Whether its state is written before anybody sees it. */
  readonly isSync: boolean;
  /** The version that it starts with here. What is kept before that is reached must not say less: the page may have it already. */
  readonly first: number;
  /** What was written last, and what is to be written next. */
  written: string | undefined;
  next: string | undefined;
  /** The write that is under way, and those that follow at once. */
  saving: Promise<Saved> | undefined;
  /** Since when there is something to write. */
  since: number | undefined;
  /** What there is to write, from before the turn that runs now. */
  before: string | undefined;
  /** The fault that was reported last, so that it is told once. */
  fault: string | undefined;
}

/** Milliseconds from the end of a turn until its state is written, where that does not hold the turn's effect back. */
export const WRITE_BEHIND = 100;
/** Milliseconds in which all nodes come back to a store that was away, and write again. */
const SETTLING = 3_000;
/** Milliseconds between two tries to write. */
const RETRY = 50;

/** Keeps the durable instances of a node. */
export class Keeper {
  readonly #settings: Settings;
  readonly #registry: Registry;
  readonly #store: Store;
  readonly #seal: Seal;
  readonly #suspend: (instance: Instance) => void;
  readonly #held = new Set<Instance>();
  readonly #unsaved = new Set<Instance>();
  #gapAt = Number.NEGATIVE_INFINITY;
  readonly #stop: () => void;

  /** @param suspend ends an instance here whose state is elsewhere now. */
  constructor(settings: Settings, registry: Registry, seal: Seal, suspend: (instance: Instance) => void) {
    this.#settings = settings;
    this.#registry = registry;
    this.#store = settings.backplane.store;
    this.#seal = seal;
    this.#suspend = suspend;
    this.#stop = settings.clock.every(STATE_LIFE / 3, () => void this.#touch());
  }

  // --- Writing ---------------------------------------------------------------------------------------------------

  /** An instance is kept from now on. */
  hold(instance: Instance, { lease, isClaimed }: Arrival, isSync: boolean, first = 0): void {
    const nothing = { written: undefined, next: undefined, saving: undefined, fault: undefined };
    instance.holding = { lease, isClaimed, isSync, first, since: undefined, before: undefined, ...nothing };
    this.#held.add(instance);
  }

  /** A turn of an instance has ended: what it did is to be written, at once or soon. */
  readonly turned = (instance: Instance, holding: Holding): void => {
    const { clock } = this.#settings;
    const since = holding.since ?? clock.now();
    // one that has just come is written at once: whoever takes it up next must not go on with a version that its page has seen here
    if (holding.isSync) instance.keeping = this.#save(instance, holding);
    else if (hasJustCome(holding) || clock.now() - since >= WRITE_BEHIND) void this.#save(instance, holding);
    else this.#saveSoon(instance, holding, since);
  };

  #saveSoon(instance: Instance, holding: Holding, since: number): void {
    holding.since = since;
    if (this.#unsaved.size === 0) this.#settings.clock.after(WRITE_BEHIND, this.#flush);
    this.#unsaved.add(instance);
  }

  /** A turn begins soon after another one, and may take long: what that one did is noted before anything changes. */
  readonly turning = (instance: Instance, holding: Holding): void => {
    if (!holding.isSync) holding.before = this.#textOf(instance, holding);
  };

  /** In the middle of a turn it is the state from before that is written. */
  readonly #flush = (): void => {
    const unsaved = [...this.#unsaved];
    this.#unsaved.clear();
    for (const instance of unsaved) {
      const { holding } = instance;
      if (!holding || instance.ended) continue;
      if (!instance.isBusy) void this.#save(instance, holding);
      else if (holding.before !== undefined) void this.#put(instance, holding, holding.before);
    }
  };

  #save(instance: Instance, holding: Holding): Promise<Saved> {
    const text = this.#textOf(instance, holding);
    if (text !== undefined) return this.#put(instance, holding, text);
    holding.since = undefined;
    return Promise.resolve('refused');
  }

  #put(instance: Instance, holding: Holding, text: string): Promise<Saved> {
    holding.since = holding.before = undefined;
    if (text === holding.written && !holding.saving) return Promise.resolve('kept');
    if (instance.ended) return Promise.resolve('lost');
    holding.next = text;
    holding.saving ??= this.#write(instance, holding);
    return holding.saving;
  }

  /** Writes what there is to write, as long as the instance is ours. Without Redis it waits. */
  async #write(instance: Instance, holding: Holding): Promise<Saved> {
    let saved: Saved = 'kept';
    for (let text = holding.next; text !== undefined && saved !== 'lost'; text = holding.next) {
      holding.next = undefined;
      const { lease } = holding;
      const isOurs = await this.#store.write(instance.id, lease, { lease, text }).catch(() => undefined);
      if (isOurs) {
        holding.isClaimed = true;
        holding.written = text;
      } else if (isOurs === false) this.#lose(instance);
      else {
        holding.next ??= text;
        await new Promise<void>((resolve) => this.#settings.clock.after(RETRY, resolve));
        await this.#store.holding();
      }
      if (isOurs === false || (instance.ended && holding.next !== undefined)) saved = 'lost';
    }
    // in the same tick as the last look at what is next: a turn that ends after it must find no write under way
    holding.saving = undefined;
    return saved;
  }

  #lose(instance: Instance): void {
    this.#held.delete(instance);
    this.#suspend(instance);
  }

  /** The instance's state as it is kept; undefined, and reported, where it can't be. */
  #textOf(instance: Instance, holding: Holding): string | undefined {
    try {
      const text = encodeSnapshot(this.snapshot(instance), this.#seal);
      const { state } = this.#settings.limits;
      if (text.length > state) throw tooLarge(instance, text.length, state);
      holding.fault = undefined;
      return text;
    } catch (error) {
      const said = String(error);
      if (said !== holding.fault)
        this.#settings.onError(error, { component: instance.statics.component, id: instance.id, doing: 'keeping it' });
      holding.fault = said;
      return undefined;
    }
  }

  /** What would be kept of it now. */
  snapshot(instance: Instance): Snapshot {
    const seat = this.#registry.seatsOf(instance)[0];
    const settled = Object.entries(seat?.lanes ?? {}).flatMap(([name, { settled: last }]) =>
      last ? [[name, outcomeOf(last)]] : [],
    );
    const version = Math.max(instance.version, instance.holding?.first ?? 0);
    const lastOrders = instance.lastOrders(version);
    return {
      id: instance.id,
      viewer: seat?.viewer ?? '',
      sessionId: seat?.sessionId ?? '',
      component: instance.statics.component,
      epoch: seat?.epoch ?? '',
      version,
      ...(lastOrders > 0 && { lastOrders }),
      lanes: Object.fromEntries(settled),
      fields: instance.state(),
    };
  }

  // --- Giving away ---------------------------------------------------------------------------------------------------

  /** Writes an instance's last state under a lease that anybody can take, and ends it here. Must be called between two turns. */
  async release(instance: Instance): Promise<boolean> {
    const { holding, id } = instance;
    if (!holding || instance.ended) return false;
    const text = this.#textOf(instance, holding) ?? holding.written;
    const kept: Kept = { lease: makeLease('', this.#settings.clock.id()), text: text ?? '' };
    const isFree =
      text !== undefined && (await this.#store.write(id, holding.lease, kept).catch(() => undefined)) !== undefined;
    if (isFree) this.#lose(instance);
    return isFree;
  }

  /** An instance has ended for good: nothing of it is kept. */
  forget(instance: Instance): void {
    if (!this.#held.delete(instance) || !instance.holding) return;
    const { lease } = instance.holding;
    const remove = () => this.#store.remove(instance.id, lease).catch(() => {}); // then it ends by its time
    void (instance.holding.saving ?? Promise.resolve()).then(remove);
  }

  /** Whether what an instance does now may be done at another node as well: its lease may have been taken. Then nothing is. */
  isFrozen(instance: Instance): boolean {
    return instance.holding?.isClaimed === true && !this.#store.holds;
  }

  /** Resolves when leases hold for sure. */
  thaw(): Promise<void> {
    return this.#store.holding();
  }

  /** Whether the store was away until just now: others may not have written again what it has lost. */
  get isSettling(): boolean {
    return this.#settings.clock.now() - this.#gapAt < SETTLING;
  }

  /** The store may have lost what was written: everything is written again. */
  gap(): void {
    this.#gapAt = this.#settings.clock.now();
    for (const instance of this.#held) {
      const { holding } = instance;
      if (!holding) continue;
      const { written } = holding;
      holding.written = undefined;
      if (written !== undefined && !holding.saving) {
        // what is in the middle of a turn may be so for long: others would take it for lost
        holding.next = written;
        holding.saving = this.#write(instance, holding);
      }
      void instance.between(() => this.turned(instance, holding));
    }
  }

  /** Writes the last state of everything, and gives it away: the pages take it up at other nodes. */
  async close(): Promise<void> {
    this.#stop();
    // in the middle of a turn there is no state to keep: what was written last is
    const still = [...this.#held].filter((instance) => !instance.isBusy);
    await Promise.all(still.map((instance) => this.release(instance)));
    for (const instance of this.#held) this.#lose(instance);
  }

  async #touch(): Promise<void> {
    await this.#store.touch([...this.#held].map(({ id }) => id)).catch(() => {}); // after a gap everything is written again
  }
}

/** Whether it was taken up, and nothing of it has been written here. */
export function hasJustCome({ first, written }: Holding): boolean {
  return first > 0 && written === undefined;
}

function tooLarge(instance: Instance, length: number, most: number): LiveError {
  const { component } = instance.statics;
  const cure = 'Keep an id and query the rest in resumed(), or raise limits.state';
  return new LiveError(
    'ERR_LIVE_DURABLE_SIZE',
    `${component} is durable, but its state has ${length} characters, and limits.state allows ${most}. ${cure}.`,
  );
}
