// Owns what a server has to do with other nodes: disconnects that reach them, and catching up when messages may have been missed.

import type { Departures } from './departures.ts';
import type { Instance } from './instance.ts';
import type { Keeper } from './keeper.ts';
import type { Presences } from './presences.ts';
import type { Registry } from './registry.ts';
import type { Settings } from './settings.ts';

/** A topic that no app chooses. */
const DISCONNECT = '\0disconnect';
/** How many instances catch up at a time, and milliseconds between two times: all at once would ask too much of an app's database. */
const AT_ONCE = 50;
const PAUSE = 10;

/** This server among others. */
export class Nodes {
  readonly #settings: Settings;
  readonly #registry: Registry;
  readonly #presences: Presences;
  readonly #keeper: Keeper;
  readonly #stops: readonly (() => void)[];
  /** Those that have yet to catch up. */
  #behind = new Set<Instance>();
  #isCatchingUp = false;
  /** Whether other nodes could be reached when that was said last. */
  #isJoined = true;

  constructor(settings: Settings, registry: Registry, departures: Departures, presences: Presences, keeper: Keeper) {
    this.#settings = settings;
    this.#registry = registry;
    this.#presences = presences;
    this.#keeper = keeper;
    const { backplane, onError } = settings;
    const fault = (error: unknown, doing: string) => {
      onError(error, { component: 'backplane', id: backplane.node, doing });
      this.#look();
    };
    this.#stops = [
      backplane.observe({ gap: () => this.#gap(), fault }),
      backplane.listen(DISCONNECT, (sessionId) => departures.disconnect((viewer) => viewer.sessionId === sessionId)),
    ];
  }

  /** Ends a session's streams and instances on every node. */
  disconnectSession(sessionId: string): void {
    this.#settings.backplane.publish(DISCONNECT, sessionId);
  }

  /** Leaves the other nodes, after the last words of the instances that have just ended. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#presences.close();
    this.#behind.clear();
    const stay = setInterval(() => {}, 60_000); // a connection to others keeps no program running, but this must come to its end
    await this.#keeper.close();
    await new Promise(setImmediate);
    await this.#settings.backplane.close();
    clearInterval(stay);
  }

  /** Says when other nodes can't be reached any more, or can again. */
  #look(): void {
    const { backplane, logger } = this.#settings;
    if (backplane.isOpen === this.#isJoined) return;
    this.#isJoined = backplane.isOpen;
    const said = this.#isJoined ? 'other nodes can be reached again' : 'other nodes cannot be reached';
    logger.info({ node: backplane.node }, said);
  }

  #gap(): void {
    this.#look();
    this.#presences.gap();
    this.#keeper.gap();
    for (const instance of this.#registry.instances.values()) this.#behind.add(instance);
    if (!this.#isCatchingUp) this.#catchUp();
  }

  #catchUp(): void {
    let left = AT_ONCE;
    for (const instance of this.#behind) {
      if (left-- === 0) break;
      this.#behind.delete(instance);
      void instance.missed();
    }
    this.#isCatchingUp = this.#behind.size > 0;
    if (this.#isCatchingUp) this.#settings.clock.after(PAUSE, () => this.#catchUp());
  }
}
