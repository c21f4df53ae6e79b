// Owns the watch over express-sessions: a stream must not outlive the session that it belongs to. express-session says nothing when a
// session is destroyed, regenerated or expires, so the store is asked: once for each session and heartbeat, whatever the number of its streams.

import type { LiveRequest, SessionStore } from './express.ts';
import type { Registry } from './registry.ts';

/** Until a session's life is known, in milliseconds. */
const UNKNOWN_LIFE = 10 * 60_000;

/** How a session that is not there was found: `unknown` where its store failed. */
export type SessionState = 'gone' | 'unknown';

/** Asks the stores of all sessions that have streams. */
export class SessionWatch {
  readonly #registry: Registry;
  readonly #stores = new Map<string, SessionStore>();
  readonly #ended: (sessionId: string, state: SessionState) => void;
  readonly #isAsked = new Set<string>();
  /** When each session is to be kept alive next. */
  readonly #touched = new Map<string, number>();

  /** @param ended is called for each session that is not there any more. */
  constructor(registry: Registry, ended: (sessionId: string, state: SessionState) => void) {
    this.#registry = registry;
    this.#ended = ended;
  }

  /** Notes where the session of a new stream is kept. */
  note({ sessionID, sessionStore }: LiveRequest): void {
    if (sessionID && sessionStore) this.#stores.set(sessionID, sessionStore);
  }

  /** Asks for every session that has a stream. A store that does not answer within one heartbeat has failed. */
  check(): void {
    for (const [id, store] of this.#stores) {
      if (this.#registry.streamsOf(id) === 0) this.#forget(id);
      else if (this.#isAsked.has(id)) this.#end(id, 'unknown');
      else this.#ask(id, store);
    }
  }

  #ask(id: string, store: SessionStore): void {
    this.#isAsked.add(id);
    const found = (error: unknown, session?: unknown) => {
      if (!this.#isAsked.delete(id)) return;
      if (error) this.#end(id, 'unknown');
      else if (!session) this.#end(id, 'gone');
    };
    try {
      store.get(id, found);
    } catch (error) {
      found(error);
    }
  }

  /**
   * An event came past express-session, which would have kept its session alive: this does, at most ten times in its life.
   */
  touch(id: string, now: number): void {
    const store = this.#stores.get(id);
    const due = this.#touched.get(id) ?? 0;
    if (!store?.touch || now < due) return;
    this.#touched.set(id, now + UNKNOWN_LIFE / 10);
    store.get(id, (error, session) => {
      const life = session?.cookie?.originalMaxAge;
      if (error || !session?.cookie || !life) return;
      this.#touched.set(id, now + life / 10);
      session.cookie.expires = new Date(now + life);
      store.touch?.(id, session);
    });
  }

  #forget(id: string): void {
    this.#touched.delete(id);
    this.#stores.delete(id);
    this.#isAsked.delete(id);
  }

  #end(id: string, state: SessionState): void {
    this.#forget(id);
    this.#ended(id, state);
  }
}
