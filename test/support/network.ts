// Nodes of one process that reach each other without Redis, by the same questions and answers.
import type { Backplane } from 'htmx-liveview';
import { ANSWER_PATIENCE, type BackplaneObserver } from '../../server/backplane.ts';
import { systemClock } from '../../server/clock.ts';
import { Listeners } from '../../server/listeners.ts';
import { Questions } from '../../server/questions.ts';
import { MemoryStore } from '../../server/store.ts';

/** A node's backplane, which a test can cut off. */
export type TestBackplane = Backplane & { isOpen: boolean };

/** A store whose leases a test can put in doubt. */
class TestStore extends MemoryStore {
  override holds = true;
  /** Whether it can't be reached. */
  isAway = false;
  #waiting: (() => void)[] = [];

  override holding(): Promise<void> {
    return this.holds ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  override claim(...given: Parameters<MemoryStore['claim']>): Promise<boolean> {
    return this.isAway ? Promise.reject(new Error('away')) : super.claim(...given);
  }

  override write(...given: Parameters<MemoryStore['write']>): Promise<boolean> {
    return this.isAway ? Promise.reject(new Error('away')) : super.write(...given);
  }

  thaw(): void {
    this.holds = true;
    for (const go of this.#waiting.splice(0)) go();
  }
}

/** What joins them. */
export class Network {
  /** Whether messages are heard, but never answered. */
  isMute = false;
  readonly #observers = new Set<BackplaneObserver>();
  /** What all nodes keep. */
  readonly store = new TestStore((node) => this.#nodes.has(node));
  readonly #nodes = new Map<string, { listeners: Listeners; questions: Questions }>();

  /** A new node's backplane. */
  join(): TestBackplane {
    const node = systemClock.id();
    const carry = async (to: string, message: string) => {
      const found = this.#nodes.get(to);
      if (!backplane.isOpen) return undefined;
      if (!this.isMute) setImmediate(() => found?.questions.receive(message));
      return found ? 1 : 0;
    };
    const [listeners, questions] = [
      new Listeners(),
      new Questions(node, carry, async (to) => this.#nodes.has(to), systemClock),
    ];
    this.#nodes.set(node, { listeners, questions });
    const backplane: TestBackplane = {
      node,
      isOpen: true,
      store: this.store,
      publish: (topic, value) => {
        for (const other of this.#nodes.values()) other.listeners.hand(topic, () => value);
      },
      listen: (topic, listener) => listeners.add(topic, listener),
      ask: (to, question, patience = ANSWER_PATIENCE) => questions.ask(to, question, this.isMute ? 50 : patience),
      answer: (respond) => questions.answer(respond),
      observe: (observer) => {
        this.#observers.add(observer);
        return () => this.#observers.delete(observer);
      },
      close: async () => void this.#nodes.delete(node),
    };
    return backplane;
  }

  /** What is kept is lost, and messages may have been. */
  lose(): void {
    this.store.clear();
    for (const observer of this.#observers) observer.gap();
  }

  /** Something goes wrong on the way between nodes. */
  fault(error: unknown, doing: string): void {
    for (const observer of this.#observers) observer.fault(error, doing);
  }

  /** A node dies without a word; its leases are over at once. */
  kill({ node }: Backplane): void {
    this.#nodes.delete(node);
  }
}
