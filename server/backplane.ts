// Owns the way of messages between instances, and between nodes. Here: what every way must do, and the one within a process.

import { systemClock } from './clock.ts';
import { type Listener, Listeners } from './listeners.ts';
import { MemoryStore, type Store } from './store.ts';

/**
 * What a backplane tells the server that uses it.
 * @example
 * ```ts
 * const backplane = await redisBackplane({ url: process.env.REDIS_URL });
 * const observer: BackplaneObserver = {
 *   gap: () => console.warn('missed something'),
 *   fault: (error, doing) => console.warn(doing, error),
 * };
 * const stop = backplane.observe(observer);
 * stop();
 * await backplane.close();
 * ```
 */
export interface BackplaneObserver {
  /** Messages of other nodes may have been missed. */
  gap(): void;
  /** The way to other nodes is lost, or a message on it can't be read. Told once for each time, not for each message. */
  fault(error: unknown, doing: string): void;
}

/** What a node says to a question: its answer, or why there is none. */
export type Asked = { readonly answer: string } | { readonly failed: 'away' | 'gone' | 'silent' };

/** Answers what other nodes ask. */
export type Responder = (question: string) => Promise<string>;

/**
 * Carries published values to whoever listens, on this node and on others. Messages of one node to one topic arrive in order, each at most once,
 * and on the node itself exactly once.
 * @example
 * ```ts
 * const backplane: Backplane = await redisBackplane({ url: process.env.REDIS_URL });
 * const stop = backplane.listen('news', (value) => console.log(value));
 * backplane.publish('news', 'hello');
 * stop();
 * await backplane.close();
 * ```
 */
export interface Backplane {
  /** This node's name: unlike any other's, and another one after each start. */
  readonly node: string;
  /** Whether other nodes, if there are any, can be reached now. */
  readonly isOpen: boolean;
  /** Keeps the state of durable instances. */
  readonly store: Store;
  /**
   * Hands a value to all listeners of a topic. Returns at once; what other nodes can't be told now is dropped, and they are told that they missed
   * something. Throws only where a value can't be carried.
   */
  publish(topic: string, value: unknown): void;
  /** Calls `listener` with each value published under a topic, until the result is called. */
  listen(topic: string, listener: Listener): () => void;
  /**
   * Asks one node. Never rejects: `gone`, at once, where there is no such node any more, `away` where others can't be reached now, and `silent` where no
   * answer came within `patience` milliseconds; then it may have been heard all the same.
   */
  ask(node: string, question: string, patience?: number): Promise<Asked>;
  /** Answers what others ask this node, from now on. */
  answer(respond: Responder): void;
  /** Tells `observer` what happens to the backplane, until the result is called. */
  observe(observer: BackplaneObserver): () => void;
  /** Sends what is to be sent, and lets the other nodes go. */
  close(): Promise<void>;
}

/** Milliseconds for which an answer of another node is waited for, unless the question says otherwise. */
export const ANSWER_PATIENCE = 5_000;

/** A backplane for one process. Values are handed over as they are, not copied. */
export function createBackplane(): Backplane {
  const listeners = new Listeners();
  return {
    node: systemClock.id(),
    isOpen: true,
    store: new MemoryStore(),
    publish: (topic, value) => listeners.hand(topic, () => value),
    listen: (topic, listener) => listeners.add(topic, listener),
    ask: () => Promise.resolve({ failed: 'gone' }),
    answer: () => {},
    observe: () => () => {},
    close: () => Promise.resolve(),
  };
}
