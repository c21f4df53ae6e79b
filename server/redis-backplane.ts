// The public face of htmx-liveview/redis: a backplane that joins nodes through Redis. All nodes hear one channel; each hands on what is listened to
// there. So nothing is missed while a topic's first listener arrives, and messages of one node stay in order across topics.

import { ANSWER_PATIENCE, type Asked, type Backplane, type BackplaneObserver, type Responder } from './backplane.ts';
import { atMost, systemClock } from './clock.ts';
import { LiveError } from './errors.ts';
import { notJson } from './json.ts';
import { type Listener, Listeners } from './listeners.ts';
import { Questions } from './questions.ts';
import { RedisLink, type RedisTemplate } from './redis-link.ts';
import { RedisStore } from './redis-store.ts';

export type { RedisTemplate } from './redis-link.ts';

/**
 * Which Redis joins the nodes.
 * @example
 * ```ts
 * const options: RedisBackplaneOptions = { url: process.env.REDIS_URL, prefix: 'shop' };
 * const backplane = await redisBackplane(options);
 * await backplane.close();
 * ```
 */
export interface RedisBackplaneOptions {
  /** `redis[s]://user:password@host:port`. Default `redis://localhost:6379`. */
  readonly url?: string;
  /** Instead of `url`: a client of the `redis` package, with whatever settings. It is copied, not used: it need not be connected, and is not closed. */
  readonly client?: RedisTemplate;
  /** What the channel's name starts with. Apps that share a Redis need different ones: channels know no databases. Default `liveview`. */
  readonly prefix?: string;
}

/** Milliseconds in which what others have asked is answered before the connection is closed. */
const LAST_WORDS = 2_000;

/** The topic of a word to all nodes, in place of what could not be sent to them. */
const GAP = null;

/**
 * Joins this node with all others that use the same Redis and prefix. It is closed with the server that it is given to.
 * Published values must be JSON; listeners get a copy, on this node as on others.
 * @throws LiveError `ERR_LIVE_REDIS_CONNECT`, `_AUTH`, `_PERMISSION`, `_VERSION` (older than 6.2), `_REPLICA`, `_MISSING` (the package), `_OPTIONS`.
 * @example
 * ```ts
 * import { redisBackplane } from 'htmx-liveview/redis';
 *
 * const live = liveview({ secret, components, backplane: await redisBackplane({ url: process.env.REDIS_URL }) });
 * app.use('/live', live.router);
 * process.once('SIGTERM', () => live.drain());
 * ```
 */
export async function redisBackplane(options: RedisBackplaneOptions = {}): Promise<Backplane> {
  const { url, client, prefix = 'liveview' } = options;
  const template = client ? checkClient(client) : await createTemplate(url);
  const backplane = new RedisBackplane(`${prefix}:1`);
  await backplane.open(template, `${prefix}:1`);
  return backplane;
}

/** A message is a line that says whose it is and for whom, and the value as JSON: what nobody listens to here is not parsed. */
class RedisBackplane implements Backplane {
  readonly node = systemClock.id();
  readonly #listeners = new Listeners();
  readonly #observers = new Set<BackplaneObserver>();
  readonly #questions = new Questions(
    this.node,
    async (...message) => this.#link?.tell(...message),
    async (node) => (await this.#link?.isThere(node)) ?? true,
    systemClock,
  );
  readonly store: RedisStore;
  #link: RedisLink | undefined;

  /** @param prefix is what all names in Redis start with. */
  constructor(prefix: string) {
    const fault = (error: unknown) => this.#fault(error, 'keeping state');
    this.store = new RedisStore(prefix, this.node, () => this.#link?.client, fault);
  }

  async open(template: RedisTemplate, channel: string): Promise<void> {
    this.#link = await RedisLink.open(template, channel, this.node, {
      check: (client) => this.store.check(client),
      message: (text) => this.#read(() => this.#receive(text)),
      told: (text) => this.#read(() => this.#questions.receive(text)),
      lost: (error) => this.#fault(error, 'staying connected'),
      back: () => this.#gap(),
      dropped: (count) => this.#dropped(count),
    });
  }

  get isOpen(): boolean {
    return this.#link?.isOpen ?? false;
  }

  publish(topic: string, value: unknown): void {
    const text = encode(topic, value);
    this.#send(topic, text);
    this.#listeners.hand(topic, () => decode(text));
  }

  listen(topic: string, listener: Listener): () => void {
    return this.#listeners.add(topic, listener);
  }

  ask(node: string, question: string, patience = ANSWER_PATIENCE): Promise<Asked> {
    return this.#questions.ask(node, question, patience);
  }

  answer(respond: Responder): void {
    this.#questions.answer(respond);
  }

  observe(observer: BackplaneObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  async close(): Promise<void> {
    await atMost(systemClock, LAST_WORDS, this.#lastWords(), () => {});
    await this.#link?.close();
  }

  /** Nobody shall wait for an answer of one that is gone. */
  async #lastWords(): Promise<void> {
    await this.#link?.leave();
    await this.#questions.answered();
    await this.store.close();
  }

  #send(topic: string | typeof GAP, text: string): void {
    this.#link?.send(`${JSON.stringify([this.node, topic])}\n${text}`);
  }

  #receive(message: string): void {
    const end = message.indexOf('\n');
    const [node, topic] = JSON.parse(message.slice(0, end)) as [string, string | typeof GAP];
    if (node === this.node) return; // it was handed on here already
    if (topic === GAP) this.#gap();
    else this.#listeners.hand(topic, () => decode(message.slice(end + 1)));
  }

  #read(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fault(error, 'reading a message');
    }
  }

  /** What did not get out, nobody else would notice. */
  #dropped(count: number): void {
    this.#send(GAP, '');
    this.#fault(dropping(count), 'publishing');
  }

  #gap(): void {
    for (const observer of this.#observers) observer.gap();
  }

  #fault(error: unknown, doing: string): void {
    for (const observer of this.#observers) observer.fault(error, doing);
  }
}

function encode(topic: string, value: unknown): string {
  const found = notJson(value, 'value');
  if (found === undefined) return value === undefined ? '' : JSON.stringify(value);
  const cure = 'Publish strings, numbers, booleans, null, and plain objects and arrays of these; or an id to query by';
  throw new LiveError(
    'ERR_LIVE_PUBLISH_JSON',
    `publish(${topic}): expected JSON, which is what Redis carries to other nodes, got ${found}. ${cure}.`,
  );
}

function decode(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}

function dropping(count: number): LiveError {
  const said = `${count} ${count === 1 ? 'message' : 'messages'}`;
  return new LiveError(
    'ERR_LIVE_REDIS_DROPPED',
    `${said} could not be sent to other nodes: Redis was away, or took them too slowly. Components there are asked to query again: missed().`,
  );
}

async function createTemplate(url: string | undefined): Promise<RedisTemplate> {
  const { createClient } = await import('redis').catch((error) => {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new LiveError('ERR_LIVE_REDIS_MISSING', 'redisBackplane(): needs the package redis. Run: npm install redis.');
  });
  try {
    return createClient(url === undefined ? {} : { url });
  } catch {
    // the address may hold a password, which a log must not
    const example = "redisBackplane({ url: 'redis://user:password@host:6379' })";
    throw new LiveError('ERR_LIVE_REDIS_OPTIONS', `redisBackplane(): url is no address of Redis. Example: ${example}.`);
  }
}

function checkClient(client: RedisTemplate): RedisTemplate {
  if (typeof client?.duplicate === 'function' && client.options?.rootNodes === undefined) return client;
  throw new LiveError(
    'ERR_LIVE_REDIS_OPTIONS',
    `redisBackplane(): client must be made by createClient() of the package redis, got ${typeof client}. Or give a url.`,
  );
}
