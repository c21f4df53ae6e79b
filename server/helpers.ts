// Owns what a component starts, and what therefore must end with its instance: timers, subscriptions, tasks.

import type { Clock } from './clock.ts';
import { type Member, NOBODY, type PresenceOptions, type Present } from './presence.ts';
import type { Attendance } from './presences.ts';
import type { RoomWatcher } from './room.ts';

/** What the helpers need of their instance. */
export interface HelpersOwner {
  readonly clock: Clock;
  /** False in a static render and after the end: nothing is started then. */
  readonly isLive: boolean;
  /** Runs work in its turn, and reports what it throws. */
  later(doing: string, work: () => unknown): Promise<void>;
  listen(topic: string, work: (value: unknown) => void): () => void;
  attend(presence: string, watcher: RoomWatcher, id: string | undefined): Attendance;
  /** What it shows has changed. */
  changed(): void;
  /** A task has ended; with an error, unless it was aborted. */
  taskEnded(name: string, error: unknown): void;
}

/** The timers, subscriptions and tasks of one instance. */
export class Helpers {
  readonly #owner: HelpersOwner;
  readonly #stops = new Set<() => void>();
  readonly #tasks = new Map<string, AbortController>();

  constructor(owner: HelpersOwner) {
    this.#owner = owner;
  }

  every(ms: number, work: () => unknown): () => void {
    let isBehind = false;
    const tick = async () => {
      if (isBehind) return; // the tick before has not had its turn yet, or is still at it
      isBehind = true;
      await this.#owner.later('every()', work);
      isBehind = false;
    };
    return this.#start(() => this.#owner.clock.every(ms, () => void tick()));
  }

  after(ms: number, work: () => unknown): () => void {
    const stop = this.#start(() =>
      this.#owner.clock.after(ms, () => {
        stop();
        void this.#owner.later('after()', work);
      }),
    );
    return stop;
  }

  subscribe(topic: string, work: (value: never) => unknown): () => void {
    const receive = (value: unknown) => void this.#owner.later(`subscriber of ${topic}`, () => work(value as never));
    return this.#start(() => this.#owner.listen(topic, receive));
  }

  presence(name: string, meta: unknown, { id, joined, left }: PresenceOptions<any>): Present<any> {
    if (!this.#owner.isLive) return NOBODY;
    const call = (doing: string, work: ((member: Member<any>) => unknown) | undefined, who: readonly Member<any>[]) => {
      const others = work ? who.filter((member) => member.id !== present.id) : [];
      for (const member of others) void this.#owner.later(`${doing}() of ${name}`, () => work?.(member));
    };
    const changed: RoomWatcher['changed'] = (come, gone) => {
      this.#owner.changed();
      call('joined', joined, come);
      call('left', left, gone);
    };
    const present = this.#owner.attend(name, { changed }, id);
    this.#start(() => () => present.end());
    if (meta !== undefined) present.join(meta);
    return present as Present<any>;
  }

  task(name: string, work: (signal: AbortSignal) => unknown): () => void {
    if (!this.#owner.isLive) return () => {};
    this.#tasks.get(name)?.abort();
    const stop = new AbortController();
    this.#tasks.set(name, stop);
    void this.#run(name, stop, work);
    return () => stop.abort();
  }

  async #run(name: string, stop: AbortController, work: (signal: AbortSignal) => unknown): Promise<void> {
    let failure: unknown;
    try {
      await work(stop.signal);
    } catch (error) {
      if (!stop.signal.aborted) failure = error ?? new Error(`task ${name} threw nothing`);
    }
    if (this.#tasks.get(name) === stop) this.#tasks.delete(name);
    this.#owner.taskEnded(name, failure);
  }

  #start(begin: () => () => void): () => void {
    if (!this.#owner.isLive) return () => {};
    const end = begin();
    const stop = () => {
      this.#stops.delete(stop);
      end();
    };
    this.#stops.add(stop);
    return stop;
  }

  /** The names of the tasks that run. */
  get running(): string[] {
    return [...this.#tasks.keys()];
  }

  /** Ends everything that was started. */
  end(): void {
    for (const stop of this.#stops) stop();
    for (const task of this.#tasks.values()) task.abort();
    this.#stops.clear();
    this.#tasks.clear();
  }
}
