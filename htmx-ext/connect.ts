// Owns the stream in the browser: opens it, opens it again, and notices when it has fallen silent.
// EventSource gives up for good on any answer but 200, and cannot see a stall: so it is watched from here.

import { FRAME_NAMES, type FrameName, PROTOCOL_VERSION } from '../protocol/names.ts';
import type { Hello } from '../protocol/patch.ts';

/** What a stream tells the page. */
export interface StreamListener {
  /** A stream is open and can sign. Everything must be subscribed to it anew. */
  opened(): void;
  /** The stream is gone, and will be opened again. */
  lost(): void;
  /** A frame about a component. */
  received(event: FrameName, data: unknown): void;
  /** The server ended the stream for good. */
  ended(): void;
}

/** Milliseconds before the first try after a refusal, and at most. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
/** How many heartbeats may be missed before a stream counts as stalled. */
const PATIENCE = 2.25;

/** The page's one stream. */
export class Connection {
  /** What the server said when the stream opened; undefined while there is none. */
  hello: Hello | undefined;
  /** The last hello: its key signs a goodbye though a browser ends the stream before it tells the page. */
  lastHello: Hello | undefined;
  /** The count of the last frame, for acknowledgement. */
  lastId = '';
  readonly #base: () => string;
  readonly #listener: StreamListener;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #lastFrame = 0;
  #clockOffset = 0;

  constructor(base: () => string, listener: StreamListener) {
    this.#base = base;
    this.#listener = listener;
  }

  /** The path of the router. */
  get base(): string {
    return this.#base();
  }

  /** The server's time in milliseconds, as far as it can be known here. */
  now(): number {
    return Date.now() + this.#clockOffset;
  }

  /** Opens the stream, unless it is open or being opened. */
  open(): void {
    if (this.#source) return;
    clearTimeout(this.#timer);
    const source = new EventSource(`${this.base}stream?v=${PROTOCOL_VERSION}`);
    this.#source = source;
    this.#lastFrame = Date.now();
    for (const name of FRAME_NAMES) {
      source.addEventListener(name, (event) => this.#receive(name, event as MessageEvent<string>));
    }
    source.onerror = () => this.#failed(source);
    this.#watch();
  }

  /** Closes the stream; `open` opens a new one. */
  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
    this.#lose();
  }

  #lose(): void {
    if (!this.hello) return;
    this.hello = undefined;
    this.#listener.lost();
  }

  /** Opens a new stream in place of one that has turned out to be dead. */
  reopen(): void {
    this.close();
    this.open();
  }

  /** After a sleep or in a page that comes back: timers may have stood still, so the stream may be dead without a sign. */
  check(): void {
    if (this.#source && this.#isStalled()) this.reopen();
  }

  #receive(name: FrameName, event: MessageEvent<string>): void {
    this.#lastFrame = Date.now();
    if (event.lastEventId) this.lastId = event.lastEventId;
    const data: unknown = JSON.parse(event.data);
    if (name === 'hello') this.#greet(data as Hello);
    else if (name === 'bye') this.#end();
    else this.#listener.received(name, data);
  }

  #greet(hello: Hello): void {
    this.hello = hello;
    this.lastHello = hello;
    this.#failures = 0;
    this.#clockOffset = hello.time - Date.now();
    this.#listener.opened();
  }

  #end(): void {
    this.close();
    this.#listener.ended();
  }

  /** EventSource comes back by itself after a clean drop. Where it has given up, this does, later each time. */
  #failed(source: EventSource): void {
    this.#lose();
    if (source.readyState !== EventSource.CLOSED) return;
    this.close();
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.open(), longest * (0.5 + Math.random() / 2));
  }

  #isStalled(): boolean {
    const heartbeat = this.hello?.heartbeat ?? 15_000;
    return Date.now() - this.#lastFrame > heartbeat * PATIENCE;
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        if (this.#isStalled()) this.reopen();
        else this.#watch();
      },
      (this.hello?.heartbeat ?? 15_000) / 4,
    );
  }
}
