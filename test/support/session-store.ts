// An express-session store in Redis, as nodes need one that they share: what tests need of connect-redis, and a word when Redis is away.
import { type SessionData, Store } from 'express-session';
import { createClient } from 'redis';

/** Milliseconds until the longest pause between two attempts to come back, and seconds for which a session is kept. */
const PAUSE = 300;
const LIFE = 60 * 60;

type Done = (error?: unknown) => void;

/** While Redis is away express-session does without a session, and live paths answer 503: an error would be a 500, which an event takes for its end. */
export class RedisStore extends Store {
  readonly #client: ReturnType<typeof createClient>;

  private constructor(url: string) {
    super();
    this.#client = createClient({
      url,
      disableOfflineQueue: true,
      socket: { reconnectStrategy: (tries) => Math.min(20 * 2 ** tries, PAUSE) },
    }) as ReturnType<typeof createClient>;
    this.#client.on('error', () => this.emit('disconnect'));
    this.#client.on('ready', () => this.emit('connect'));
  }

  static async open(url: string): Promise<RedisStore> {
    const store = new RedisStore(url);
    await store.#client.connect();
    return store;
  }

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    this.#client.get(`sess:${id}`).then((text) => done(null, text === null ? null : JSON.parse(String(text))), done);
  }

  override set(id: string, data: SessionData, done: Done = () => {}): void {
    this.#client.set(`sess:${id}`, JSON.stringify(data), { EX: LIFE }).then(() => done(), done);
  }

  override touch(id: string, _data: SessionData, done: () => void = () => {}): void {
    this.#client.expire(`sess:${id}`, LIFE).then(() => done(), done);
  }

  override destroy(id: string, done: Done = () => {}): void {
    this.#client.del(`sess:${id}`).then(() => done(), done);
  }
}
