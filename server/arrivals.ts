// Owns the way of durable instances from one node to another: their leases are claimed, asked for, or taken over.
// In: the id of an instance whose page has come here. Out: its lease, and what was kept of it.

import { atMost } from './clock.ts';
import { accept, type Result, refuse } from './errors.ts';
import type { Keeper } from './keeper.ts';
import type { Registry } from './registry.ts';
import type { Settings } from './settings.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot.ts';
import { holderOf, type Kept, makeLease, type Store, type Taken } from './store.ts';
import type { Seal } from './token.ts';

/** Whose instance it is. */
export type Owner = Pick<Snapshot, 'viewer' | 'sessionId' | 'component'>;

/** An instance that may be made here: its id and lease, and what was kept of it. */
export interface Arrival {
  readonly id: string;
  readonly lease: string;
  /** Whether the store knows of the lease. Otherwise nobody can take it. */
  readonly isClaimed: boolean;
  readonly snapshot: Snapshot | undefined;
}

/** What a node is asked that holds what another one needs. */
export interface HandOff extends Owner {
  readonly id: string;
}

/** What its node says: `busy`, not yet; `absent`, that it has it no more; `gone`, nothing: it is dead, or can't be reached. */
export type Given = 'given' | 'busy' | 'absent' | 'gone';

/** Milliseconds that an owner has to come to the end of what it is doing. */
const HAND_OFF = 2_000;
/** How often an arrival is tried where others are faster. */
const TRIES = 5;

/** Brings durable instances to this node, and lets others have them. */
export class Arrivals {
  readonly #settings: Settings;
  readonly #registry: Registry;
  readonly #store: Store;
  readonly #seal: Seal;
  readonly #keeper: Keeper;
  readonly #ask: (node: string, wanted: HandOff) => Promise<Given>;
  readonly #arriving = new Map<string, Promise<unknown>>();

  /** @param ask asks another node for an instance. */
  constructor(
    settings: Settings,
    registry: Registry,
    seal: Seal,
    keeper: Keeper,
    ask: (node: string, wanted: HandOff) => Promise<Given>,
  ) {
    this.#settings = settings;
    this.#registry = registry;
    this.#store = settings.backplane.store;
    this.#seal = seal;
    this.#keeper = keeper;
    this.#ask = ask;
  }

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
   * can't be had yet: its owner is busy, or dead but for its lease; or Redis is away or just back, and `isBack` says that there may be something.
   */
  async arrive(id: string, owner: Owner, isBack: boolean): Promise<Result<Arrival>> {
    try {
      for (let tries = 0; tries < TRIES; tries++) {
        const arrival = await this.#arriveOnce(id, owner, isBack);
        if (arrival) return arrival;
      }
      return refuse('unavailable', 'others are faster', { id });
    } catch (error) {
      if (isBack) return refuse('unavailable', `its state can’t be had: ${error}`, { id });
      return accept({ id, lease: this.#newLease(), isClaimed: false, snapshot: undefined }); // it is written when Redis is back
    }
  }

  /** Undefined where somebody else was faster. */
  async #arriveOnce(id: string, owner: Owner, isBack: boolean): Promise<Result<Arrival> | undefined> {
    const claimed = isBack ? undefined : await this.#claim(id, owner); // a new page's: nearly always there is nothing yet
    if (claimed) return claimed;
    const kept = await this.#store.find(id);
    if (!kept && isBack && this.#keeper.isSettling)
      return refuse('unavailable', 'the store was away: its owner may not have written it again yet', { id });
    if (!kept) return this.#claim(id, owner);
    const snapshot = decodeSnapshot(kept.text, this.#seal);
    if (!snapshot || !isSame(snapshot, { id, ...owner })) return this.#claim(this.#settings.clock.id(), owner);
    const lease = this.#newLease();
    const taken = await this.#take(id, kept, lease, owner);
    if (taken === 'held') return refuse('unavailable', `node ${holderOf(kept.lease)} has it still`, { id });
    const last = taken === 'taken' ? await this.#store.find(id) : undefined; // its owner may have written until its end
    if (last?.lease !== lease) return undefined;
    return accept({ id, lease, isClaimed: true, snapshot: decodeSnapshot(last.text, this.#seal) ?? snapshot });
  }

  /** A live owner is asked for it; of a dead one it is taken when its time is up. */
  async #take(id: string, { lease: from }: Kept, lease: string, owner: Owner): Promise<Taken> {
    const holder = holderOf(from);
    const isOwn = holder === this.#settings.backplane.node;
    const given = holder === '' ? 'free' : isOwn ? 'absent' : await this.#ask(holder, { id, ...owner });
    // just after the store was away, an owner that can't be reached may be on its way back to it, with a newer state
    if (given === 'busy' || (given === 'gone' && this.#keeper.isSettling)) return 'held';
    if (given === 'given') return 'lost'; // it has another lease now
    return this.#store.take(id, from, lease, given === 'absent' ? '' : holder);
  }

  async #claim(id: string, owner: Owner): Promise<Result<Arrival> | undefined> {
    const lease = this.#newLease();
    const first: Snapshot = { id, ...owner, epoch: '', version: 0, lanes: {}, fields: undefined };
    const isOurs = await this.#store.claim(id, { lease, text: encodeSnapshot(first, this.#seal) });
    return isOurs ? accept({ id, lease, isClaimed: true, snapshot: undefined }) : undefined;
  }

  #newLease(): string {
    const { backplane, clock } = this.#settings;
    return makeLease(backplane.node, clock.id());
  }

  /** Another node needs an instance of this one, whose page has come to it. */
  async handOff(wanted: HandOff): Promise<Given> {
    const { id } = wanted;
    if (this.#arriving.has(id)) return 'busy';
    const instance = this.#registry.instances.get(id);
    if (!instance?.holding) return 'absent';
    if (!isSame(this.#keeper.snapshot(instance), wanted)) return 'busy';
    let isLate = false;
    const given = instance.between(async () => (!isLate && (await this.#keeper.release(instance)) ? 'given' : 'busy'));
    return atMost<Given, Given>(this.#settings.clock, HAND_OFF, given, () => {
      isLate = true;
      return 'busy';
    });
  }
}

function isSame(snapshot: Snapshot, { id, viewer, sessionId, component }: HandOff): boolean {
  const isMeant = snapshot.id === id && snapshot.component === component;
  return isMeant && snapshot.viewer === viewer && snapshot.sessionId === sessionId;
}
