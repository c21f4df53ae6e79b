// Owns one reader: what was sent to it, what it has acknowledged, and so whether there is room for more. How bytes reach it is the pipe's affair.

import { encodeFrame, numberFrame } from '../protocol/frame.ts';
import type { FrameName } from '../protocol/names.ts';
import type { Clock } from './clock.ts';
import type { Bucket } from './limits.ts';
import type { Pipe } from './pipe.ts';

/** The name of a stream says which node holds it, so that any node knows where its requests belong. */
export function nameStream(node: string, id: string): string {
  return `${node}.${id}`;
}

/** The node that holds a stream. */
export function nodeOf(streamId: string): string {
  return streamId.slice(0, streamId.indexOf('.'));
}

/** Who opened a stream. */
export interface Reader {
  readonly id: string;
  /** The signing key of its POSTs, in base64url. */
  readonly key: string;
  readonly sessionId: string;
  /** What `context(req)` returned for it. */
  readonly context: unknown;
  /** The cookie of its session, if it has one. */
  readonly cookie?: string | undefined;
}

/** What others want to know of a stream. */
export interface StreamListener {
  /** Called once, when either side has ended it, with the pipe that it had. */
  ended(stream: Stream, pipe: Pipe | undefined): void;
  /** There is room again. */
  hasRoom(stream: Stream): void;
}

/** From so much on that is not acknowledged, components are only marked dirty: a slow reader gets the latest state, never a backlog. */
const MOST_FRAMES = 32;
const MOST_LENGTH = 256 * 1024;
/** So much ends the stream, and so many milliseconds with something unacknowledged: a minute, less the time until it is looked at and has let go. */
const CAP_LENGTH = 1024 * 1024;
const CAP_TIME = 50_000;
/** Milliseconds after which a reader that was too slow comes back. */
const SLOW_RETURN = 2_000;

/** A frame that was sent and is not acknowledged. They form a queue: mostly there are none, or few. */
interface Sent {
  readonly count: number;
  readonly length: number;
  readonly at: number;
  next: Sent | undefined;
}

/** One reader's frames, in order. A pipe carries them: an open SSE response, or polls. */
export class Stream implements Reader {
  readonly id: string;
  readonly key: string;
  readonly sessionId: string;
  readonly context: unknown;
  readonly cookie: string | undefined;
  open = true;
  /** By `performance.now()`. */
  readonly openedAt = performance.now();
  /** How many more events it may bring now. */
  readonly bucket: Bucket;
  /** Undefined once it has ended. */
  pipe: Pipe | undefined;
  #count = 0;
  /** The first and the last frame that is not acknowledged; how many there are, and how long together. */
  #oldest: Sent | undefined;
  #newest: Sent | undefined;
  #unacked = 0;
  #length = 0;
  #origin: string | undefined;
  readonly #listener: StreamListener;
  readonly #clock: Clock;

  constructor(reader: Reader & { readonly bucket: Bucket }, listener: StreamListener, clock: Clock) {
    this.id = reader.id;
    this.key = reader.key;
    this.sessionId = reader.sessionId;
    this.context = reader.context;
    this.cookie = reader.cookie;
    this.bucket = reader.bucket;
    this.#listener = listener;
    this.#clock = clock;
  }

  /** Whether there is room for updates. What must not be lost, such as settlements, is sent all the same. */
  get hasRoom(): boolean {
    return this.#unacked < MOST_FRAMES && this.#length < MOST_LENGTH;
  }

  /** What was sent and is not acknowledged. `length` is in characters. */
  get unacked(): { readonly frames: number; readonly length: number } {
    return { frames: this.#unacked, length: this.#length };
  }

  /**
   * Whether a POST comes from where the first one of this reader came from. Origin can't be compared with Host: proxies
   * rewrite that. But the first POST is signed with a key that only a page of this site can have read.
   */
  isFrom(origin: string): boolean {
    this.#origin ??= origin;
    return this.#origin === origin;
  }

  /** Sends a frame of this reader's own. */
  send(event: FrameName, data: unknown): void {
    this.write(encodeFrame(event, JSON.stringify(data)));
  }

  /** Sends a frame that is already text: the same text goes to every reader of an instance. */
  write(frame: string): void {
    if (!this.open) return;
    const text = numberFrame(++this.#count, frame);
    this.#note({ count: this.#count, length: text.length, at: this.#clock.now(), next: undefined });
    this.pipe?.write(text, this.#count);
    // the reader may acknowledge what it has never read
    if (Math.max(this.#length, this.pipe?.queued ?? 0) > CAP_LENGTH) this.#tooSlow();
  }

  #note(sent: Sent): void {
    if (this.#newest) this.#newest.next = sent;
    else this.#oldest = sent;
    this.#newest = sent;
    this.#unacked++;
    this.#length += sent.length;
  }

  /** A heartbeat has no number: nobody need acknowledge it. */
  beat(frame: string): void {
    this.pipe?.beat(frame);
  }

  /** Ends the stream where something has not been acknowledged for too long. */
  look(): void {
    if (this.#clock.now() - (this.#oldest?.at ?? Number.POSITIVE_INFINITY) > CAP_TIME) this.#tooSlow();
  }

  /** The reader has all frames up to `count`. */
  acknowledge(count: number): void {
    if (count > this.#count) return;
    const wasFull = !this.hasRoom;
    for (; this.#oldest && this.#oldest.count <= count; this.#oldest = this.#oldest.next) {
      this.#unacked--;
      this.#length -= this.#oldest.length;
    }
    if (!this.#oldest) this.#newest = undefined;
    this.pipe?.acknowledged(count);
    if (wasFull && this.hasRoom) this.#listener.hasRoom(this);
  }

  #tooSlow(): void {
    if (!this.open) return;
    this.pipe?.write(
      numberFrame(++this.#count, encodeFrame('move', JSON.stringify({ ms: SLOW_RETURN, reason: 'slow' }))),
      this.#count,
    );
    this.end();
  }

  /** Ends the stream from this side. */
  end(): void {
    this.pipe?.end();
    this.closed();
  }

  /** The pipe has ended. */
  closed(): void {
    if (!this.open) return;
    const { pipe } = this;
    this.open = false;
    this.pipe = undefined;
    this.#oldest = this.#newest = undefined;
    this.#listener.ended(this, pipe);
  }
}
