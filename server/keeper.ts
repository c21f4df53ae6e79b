// Owns the keeping of durable instances: when their state is written, under whose lease, and how it comes from one node to another.
// In: instances whose turns end. Out: state in the store, and for one who arrives here what was kept of her instance.

import { atMost } from './clock.ts';
import { accept, LiveError, type Result, refuse } from './errors.ts';
import type { Instance } from './instance.ts';
import type { Registry } from './registry.ts';
import type { Settings } from './settings.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot.ts';
import { holderOf, type Kept, makeLease, STATE_LIFE, type Store, type Taken } from './store.ts';
import { createSeal, type Seal } from './token.ts';

/** How the writing of an instance's state ended: `lost`, another node has it now; `refused`, it can't be kept as it is. */
export type Saved = 'kept' | 'lost' | 'refused';

/** What the keeper notes at an instance that it keeps. */
export interface Holding {
  readonly lease: string;
  /** Whether its state is written before anybody sees it. */
  readonly isSync: boolean;
  /** What was written last, and what is to be written next. */
  written: string | undefined;
  next: string | undefined;
  /** The write that is under way, and those that follow at once. */
  saving: Promise<Saved> | undefined;
  /** Since when there is something to write. */
  since: number | undefined;
  /** The fault that was reported last, so that it is told once. */
  fault: string | undefined;
}

/** Whose instance it is. */
export type Owner = Pick<Snapshot, 'viewer' | 'sessionId' | 'component'>;

/** An instance that may be made here: its id and lease, and what was kept of it. */
export interface Arrival {
  readonly id: string;
  readonly lease: string;
  readonly snapshot: Snapshot | undefined;
}

/** What a node is asked that holds what another one needs. */
export interface HandOff extends Owner {
  readonly id: string;
}

/** What its node says: `busy`, not yet; `absent`, that it has it no more; `gone`, nothing: it is dead, or can't be reached. */
export type Given = 'given' | 'busy' | 'absent' | 'gone';

/** Milliseconds from the end of a turn until its state is written, where that does not hold the turn's effect back. */
export const WRITE_BEHIND = 100;
/** Milliseconds that an owner has to come to the end of what it is doing. */
const HAND_OFF = 2_000;
/** Milliseconds between two tries to write. */
const RETRY = 50;
/** How often an arrival is tried where others are faster. */
const TRIES = 5;

/** Keeps the durable instances of a node. */
export class Keeper {
  readonly #settings: Settings;
  readonly #registry: Registry;
  readonly #store: Store;
  readonly #seal: Seal;
  readonly #suspend: (instance: Instance) => void;
  readonly #ask: (node: string, wanted: HandOff) => Promise<Given>;
  readonly #held = new Set<Instance>();
  readonly #unsaved = new Set<Instance>();
  readonly #arriving = new Map<string, Promise<unknown>>();
  readonly #stop: () => void;

  /**
   * @param suspend ends an instance here whose state is elsewhere now.
   * @param ask asks another node for an instance.
   */
  constructor(
    settings: Settings,
    registry: Registry,
    suspend: (instance: Instance) => void,
    ask: (node: string, wanted: HandOff) => Promise<Given>,
  ) {
    this.#settings = settings;
    this.#registry = registry;
    this.#store = settings.backplane.store;
    this.#seal = createSeal(settings.secrets, 'kept state');
    this.#suspend = suspend;
    this.#ask = ask;
    this.#stop = settings.clock.every(STATE_LIFE / 3, () => void this.#touch());
  }

  // --- Writing ---------------------------------------------------------------------------------------------------

  /** An instance is kept from now on. */
  hold(instance: Instance, { lease }: Arrival, isSync: boolean): void {
    const nothing = { written: undefined, next: undefined, saving: undefined, since: undefined, fault: undefined };
    instance.holding = { lease, isSync, ...nothing };
    this.#held.add(instance);
  }

  /** A turn of an instance has ended: what it did is to be written, at once or soon. */
  readonly turned = (instance: Instance, holding: Holding): void => {
    const { clock } = this.#settings;
    const since = holding.since ?? clock.now();
    if (holding.isSync || clock.now() - since >= WRITE_BEHIND) {
      instance.keeping = this.#save(instance, holding);
      return;
    }
    holding.since = since;
    if (this.#unsaved.size === 0) clock.after(WRITE_BEHIND, this.#flush);
    this.#unsaved.add(instance);
  };

  /** What is in the middle of a turn is written at the end of that. */
  readonly #flush = (): void => {
    const unsaved = [...this.#unsaved];
    this.#unsaved.clear();
    for (const instance of unsaved) {
      const { holding } = instance;
      if (holding && !instance.ended && !instance.isBusy) void this.#save(instance, holding);
    }
  };

  #save(instance: Instance, holding: Holding): Promise<Saved> {
    holding.since = undefined;
    const text = this.#textOf(instance, holding);
    if (text === undefined) return Promise.resolve('refused');
    if (text === holding.written && !holding.saving) return Promise.resolve('kept');
    holding.next = text;
    holding.saving ??= this.#write(instance, holding).finally(() => {
      holding.saving = undefined;
    });
    return holding.saving;
  }

  /** Writes what there is to write, as long as the instance is ours. Without Redis it waits. */
  async #write(instance: Instance, holding: Holding): Promise<Saved> {
    for (let text = holding.next; text !== undefined; text = holding.next) {
      if (instance.ended) return 'lost';
      holding.next = undefined;
      const { lease } = holding;
      const isOurs = await this.#store.write(instance.id, lease, { lease, text }).catch(() => undefined);
      if (isOurs === false) {
        this.#lose(instance);
        return 'lost';
      }
      if (isOurs) holding.written = text;
      else {
        holding.next ??= text;
        await new Promise<void>((resolve) => this.#settings.clock.after(RETRY, resolve));
        await this.#store.holding();
      }
    }
    return 'kept';
  }

  #lose(instance: Instance): void {
    this.#held.delete(instance);
    this.#suspend(instance);
  }

  /** The instance's state as it is kept; undefined, and reported, where it can't be. */
  #textOf(instance: Instance, holding: Holding): string | undefined {
    try {
      const text = encodeSnapshot(this.#snapshot(instance), this.#seal);
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

  #snapshot(instance: Instance): Snapshot {
    const seat = this.#registry.seatsOf(instance)[0];
    const settled = Object.entries(seat?.lanes ?? {}).flatMap(([name, { settled: last }]) =>
      last ? [[name, { number: last.number, status: last.status }]] : [],
    );
    return {
      viewer: seat?.viewer ?? '',
      sessionId: seat?.sessionId ?? '',
      component: instance.statics.component,
      epoch: seat?.epoch ?? '',
      version: instance.version,
      lanes: Object.fromEntries(settled),
      fields: instance.state(),
    };
  }

  // --- Coming and going ------------------------------------------------------------------------------------------

  /** Does work for an instance that is about to be here, when others have done theirs: a parent and the page may ask for one at once. */
  exclusively<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#arriving.get(id) ?? Promise.resolve()).then(work);
    const over = turn
      .catch(() => {})
      .then(() => {
        if (this.#arriving.get(id) === over) this.#arriving.delete(id);
      });
    this.#arriving.set(id, over);
    return turn;
  }

  /**
   * Gets the lease of an instance, and what was kept of it. Where the id is another viewer's, it gets another one. Refuses, as `unavailable`, what
   * can't be had yet: its owner is busy, or dead but for its lease; or Redis is away, and `isBack` says that there may be something.
   */
  async arrive(id: string, owner: Owner, isBack: boolean): Promise<Result<Arrival>> {
    try {
      for (let tries = 0; tries < TRIES; tries++) {
        const arrival = await this.#arriveOnce(id, owner);
        if (arrival) return arrival;
      }
      return refuse('unavailable', 'others are faster', { id });
    } catch (error) {
      if (isBack) return refuse('unavailable', `its state can’t be had: ${error}`, { id });
      return accept({ id, lease: this.#newLease(), snapshot: undefined }); // it is written when Redis is back
    }
  }

  /** Undefined where somebody else was faster. */
  async #arriveOnce(id: string, owner: Owner): Promise<Result<Arrival> | undefined> {
    const kept = await this.#store.find(id);
    if (!kept) return this.#claim(id, owner);
    const snapshot = decodeSnapshot(kept.text, this.#seal);
    if (!snapshot || !isSame(snapshot, owner)) return this.#claim(this.#settings.clock.id(), owner);
    const lease = this.#newLease();
    const taken = await this.#take(id, kept, lease, owner);
    if (taken === 'held') return refuse('unavailable', `node ${holderOf(kept.lease)} has it still`, { id });
    return taken === 'taken' ? accept({ id, lease, snapshot }) : undefined;
  }

  /** A live owner is asked for it; of a dead one it is taken when its time is up. */
  async #take(id: string, { lease: from, text }: Kept, lease: string, owner: Owner): Promise<Taken> {
    const holder = holderOf(from);
    const isOwn = holder === this.#settings.backplane.node;
    const given = holder === '' ? 'free' : isOwn ? 'absent' : await this.#ask(holder, { id, ...owner });
    if (given === 'busy') return 'held';
    if (given === 'given') return 'lost'; // it has another lease now
    if (given !== 'absent') return this.#store.take(id, from, lease);
    return (await this.#store.write(id, from, { lease, text })) ? 'taken' : 'lost';
  }

  async #claim(id: string, owner: Owner): Promise<Result<Arrival> | undefined> {
    const lease = this.#newLease();
    const first: Snapshot = { ...owner, epoch: '', version: 0, lanes: {}, fields: undefined };
    const isOurs = await this.#store.claim(id, { lease, text: encodeSnapshot(first, this.#seal) });
    return isOurs ? accept({ id, lease, snapshot: undefined }) : undefined;
  }

  #newLease(): string {
    const { backplane, clock } = this.#settings;
    return makeLease(backplane.node, clock.id());
  }

  /** Another node needs an instance of this one, whose page has come to it. */
  async handOff({ id, ...owner }: HandOff): Promise<Given> {
    if (this.#arriving.has(id)) return 'busy';
    const instance = this.#registry.instances.get(id);
    if (!instance?.holding) return 'absent';
    if (!isSame(this.#snapshot(instance), owner)) return 'busy';
    let isLate = false;
    const given = instance.between(async () => (!isLate && (await this.#release(instance)) ? 'given' : 'busy'));
    return atMost<Given, Given>(this.#settings.clock, HAND_OFF, given, () => {
      isLate = true;
      return 'busy';
    });
  }

  /** Writes an instance's last state under a lease that anybody can take, and ends it here. Must be called between two turns. */
  async #release(instance: Instance): Promise<boolean> {
    const { holding, id } = instance;
    if (!holding || instance.ended) return false;
    const text = this.#textOf(instance, holding);
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
    return instance.holding !== undefined && !this.#store.holds;
  }

  /** Resolves when leases hold for sure. */
  thaw(): Promise<void> {
    return this.#store.holding();
  }

  /** The store may have lost what was written: everything is written again. */
  gap(): void {
    for (const instance of this.#held) {
      const { holding } = instance;
      if (!holding) continue;
      holding.written = undefined;
      void instance.between(() => this.turned(instance, holding));
    }
  }

  /** Writes the last state of everything, and gives it away: the pages take it up at other nodes. */
  async close(): Promise<void> {
    this.#stop();
    // in the middle of a turn there is no state to keep: what was written last is
    const still = [...this.#held].filter((instance) => !instance.isBusy);
    await Promise.all(still.map((instance) => this.#release(instance)));
    for (const instance of this.#held) this.#lose(instance);
  }

  async #touch(): Promise<void> {
    await this.#store.touch([...this.#held].map(({ id }) => id)).catch(() => {}); // after a gap everything is written again
  }
}

function isSame(snapshot: Snapshot, { viewer, sessionId, component }: Owner): boolean {
  return snapshot.viewer === viewer && snapshot.sessionId === sessionId && snapshot.component === component;
}

function tooLarge(instance: Instance, length: number, most: number): LiveError {
  const { component } = instance.statics;
  const cure = 'Keep an id and query the rest in resumed(), or raise limits.state';
  return new LiveError(
    'ERR_LIVE_DURABLE_SIZE',
    `${component} is durable, but its state has ${length} characters, and limits.state allows ${most}. ${cure}.`,
  );
}
