// Owns the connection of a node to Redis: opens it with checks, notices when it is gone or silent, and opens it again.
// The client's own reconnection is off: it does not check what it comes back to, and has no word for "subscribed again".

import type { RedisClientType } from 'redis';
import { atMost, systemClock } from './clock.ts';
import { checkServer, explain, type RedisPlace, type RedisServer } from './redis-errors.ts';

/** Milliseconds between two looks whether Redis still answers. Without an answer by the next one, it is gone. */
const BEAT = 5_000;
/** Milliseconds until the first and the longest pause between two attempts to come back. */
const PAUSE = [50, 2_000] as const;
/** Milliseconds in which Redis has to take the last messages. */
const PATIENCE = 1_000;
/** Messages that wait for Redis to take them. */
const MOST_WAITING = 100_000;
/** Milliseconds in which what could not be sent is counted, before it is told. */
const COUNTING = 1_000;

/**
 * A client of the `redis` package, of which copies are made. It need not be connected.
 * @example
 * ```ts
 * import { createClient } from 'redis';
 *
 * const client: RedisTemplate = createClient({ url: process.env.REDIS_URL });
 * const backplane = await redisBackplane({ client });
 * await backplane.close();
 * ```
 */
export interface RedisTemplate {
  /** Makes a copy. */
  duplicate(overrides?: any): unknown;
  /** Its settings. */
  readonly options: any;
}

/** What a link tells. */
export interface LinkEvents {
  /** A connection is there: rejects where it will not do. */
  check(client: RedisClientType): Promise<void>;
  /** A message to all nodes. */
  message(text: string): void;
  /** A message to this node alone. */
  told(text: string): void;
  /** The connection is gone. Told once, until it is back. */
  lost(error: unknown): void;
  /** It is there again. */
  back(): void;
  /** So many messages could not be sent: there was no connection, or Redis took them too slowly. Told when it takes some again. */
  dropped(count: number): void;
}

/** One connection, for the messages of a channel and of this node's own, in both directions. */
export class RedisLink {
  readonly #template: RedisTemplate;
  readonly #place: RedisPlace;
  readonly #events: LinkEvents;
  readonly #node: string;
  #client: RedisClientType | undefined;
  #dropped = 0;
  #isClosed = false;
  #isAsked = false;
  readonly #stopBeating: () => void;

  private constructor(template: RedisTemplate, channel: string, node: string, events: LinkEvents) {
    const { socket, username } = template.options ?? {};
    const address = socket?.path ?? `${socket?.host ?? 'localhost'}:${socket?.port ?? 6379}`;
    this.#template = template;
    this.#place = { address, user: username ?? 'default', channel };
    this.#node = node;
    this.#events = events;
    this.#stopBeating = systemClock.every(BEAT, () => this.#beat());
  }

  /** Connects and subscribes. Throws a LiveError for what can't work. */
  static async open(template: RedisTemplate, channel: string, node: string, events: LinkEvents): Promise<RedisLink> {
    const link = new RedisLink(template, channel, node, events);
    try {
      await link.#connect();
      return link;
    } catch (error) {
      link.#stopBeating();
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#client !== undefined;
  }

  /** The connection, while there is one. */
  get client(): RedisClientType | undefined {
    return this.#client;
  }

  /** Sends a message to all nodes, or counts it as dropped. */
  send(text: string): void {
    if (!this.#client) this.#dropped++;
    else this.#client.publish(this.#place.channel, text).catch(() => this.#drop());
  }

  /** Sends a message to one node, by name. Says how many heard it; undefined where there is no connection, or it broke. */
  async tell(node: string, text: string): Promise<number | undefined> {
    return this.#client?.publish(this.#channelOf(node), text).catch(() => undefined);
  }

  /** Whether anybody hears a node's messages. Rejects where that can't be known. */
  async isThere(node: string): Promise<boolean> {
    const channel = this.#channelOf(node);
    const heard = await this.#client?.pubSubNumSub([channel]);
    return heard?.[channel] !== 0;
  }

  /** Hears what is for this node alone no more: who asks from now on is told that it is gone. */
  async leave(): Promise<void> {
    this.#client?.ref(); // so that the program's end waits for its last words
    await this.#client?.unsubscribe(this.#channelOf(this.#node)).catch(() => {});
  }

  #channelOf(node: string): string {
    return `${this.#place.channel}:${node}`;
  }

  #drop(): void {
    if (this.#dropped++ === 0 && this.#client) systemClock.after(COUNTING, () => this.#tellDropped());
  }

  /** Without a connection its return tells. */
  #tellDropped(): void {
    const count = this.#dropped;
    if (count === 0 || !this.#client) return;
    this.#dropped = 0;
    this.#events.dropped(count);
  }

  /** Sends what waits, and ends the connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopBeating();
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    client.ref(); // so that the program's end waits for its last words
    const closed = client.close().catch(() => {});
    await atMost(systemClock, PATIENCE, closed, () => {});
    client.destroy();
  }

  async #connect(): Promise<void> {
    const client = this.#create();
    try {
      await client.connect();
      checkServer((await client.hello()) as unknown as RedisServer, this.#place);
      await this.#events.check(client);
      await client.subscribe(this.#place.channel, (text) => this.#events.message(text));
      await client.subscribe(this.#channelOf(this.#node), (text) => this.#events.told(text));
    } catch (error) {
      client.destroy();
      throw explain(error, this.#place);
    }
    if (this.#isClosed) return client.destroy();
    client.unref(); // whoever starts waits for Redis, but it alone keeps no program running
    this.#isAsked = false;
    this.#client = client;
  }

  #create(): RedisClientType {
    const client = this.#template.duplicate({
      RESP: 3, // messages and answers on one connection
      disableOfflineQueue: true,
      commandsQueueMaxLength: MOST_WAITING,
      socket: { connectTimeout: BEAT, ...this.#template.options?.socket, reconnectStrategy: false },
    }) as RedisClientType;
    client.on('error', (error) => this.#lost(client, error));
    return client;
  }

  #lost(client: RedisClientType, error: unknown): void {
    if (client !== this.#client) return;
    this.#client = undefined;
    client.destroy();
    this.#events.lost(explain(error, this.#place));
    void this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    for (let attempt = 0; !this.#isClosed && !this.#client; attempt++) {
      const pause = Math.min(PAUSE[0] * 2 ** attempt, PAUSE[1]);
      await new Promise<void>((resolve) => systemClock.after(pause * (0.5 + Math.random()), resolve));
      // it was said that the connection is gone; why it is not back yet says nothing new
      if (!this.#isClosed) await this.#connect().catch(() => {});
    }
    if (!this.#client) return;
    this.#tellDropped();
    this.#events.back();
  }

  /** A connection may be dead without a word: Redis has to answer. */
  #beat(): void {
    const client = this.#client;
    if (!client) return;
    if (this.#isAsked) return this.#lost(client, new Error(`no answer for ${BEAT} ms`));
    this.#isAsked = true;
    client.ping().then(
      () => {
        this.#isAsked = false;
      },
      () => {}, // its `error` comes too
    );
  }
}
