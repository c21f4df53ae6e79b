// Owns the page's way down: opens it, notices when it has ended or fallen silent, and opens it again. EventSource gives up for good on any
// answer but 200, knows no back-off, and can't see a stall or a proxy that holds frames back; so all of that is decided here.

import { type FrameName, MEDIA, PROTOCOL_VERSION } from '../protocol/names.ts';
import type { ByeReason, Hello, Move } from '../protocol/patch.ts';
import { Acks } from './acks.ts';
import { Backoff, type Delay, SHORT_LIFE } from './backoff.ts';
import { type Carrier, type CarrierListener, openPolls, openSource, POLL_PATIENCE } from './carry.ts';
import { Lag, pollUntil, rememberPolling } from './mode.ts';
import { kindOf, post } from './post.ts';

/** How frames come: over a stream, over polls, or over a stream that tabs share. */
export type Mode = 'stream' | 'poll' | 'shared';

/** How it goes with the connection. `attempt` counts the tries that have failed; the next one is `ms` milliseconds away. */
export type State =
  | { readonly name: 'connected'; readonly mode: Mode }
  | { readonly name: 'disconnected' }
  /** On purpose: nothing on the page is live, or may be. */
  | { readonly name: 'closed' }
  | { readonly name: 'reconnecting'; readonly attempt: number; readonly ms: number };

/** What a connection tells the page. */
export interface ConnectionListener {
  /** There is a stream, and it can sign. Everything must be subscribed to it anew. */
  opened(): void;
  /** The stream is gone, and will be opened again. */
  lost(): void;
  /** A frame about a component. */
  received(event: FrameName, data: unknown): void;
  /** There is nothing to come back to: the server said so. */
  ended(reason: string): void;
  changed?(state: State): void;
}

/** A way down that is shared with other tabs. */
export interface Sharing {
  /** A stream has opened. */
  greeted(hello: Hello): void;
  /** Undefined where this tab has a stream of its own. */
  open(listener: CarrierListener): Carrier | undefined;
}

/** Milliseconds for which `hello` is waited for, before polls are tried. */
const HELLO_PATIENCE = 4_000;
/** Milliseconds after which a stream is tried beside the polls, on a page that had one before: perhaps its network was only dead for a while. */
const SECOND_LOOK = 3_000;
/** How many heartbeats may be missed before a stream counts as stalled. */
const PATIENCE = 2.25;
/** A try that somebody waits for may be made so many milliseconds after the last one. */
const HURRY = 1_000;
/** Milliseconds until it is known why a try has failed. */
const UNTIL_KNOWN = 30_000;

/** The page's one way down. */
export class Connection {
  /** What the server said when the stream opened; undefined while there is none. */
  hello: Hello | undefined;
  /** POSTs on their way: they are given up, and sent again, when the network turns out to be dead. */
  readonly inFlight = new Set<AbortController>();
  mode: Mode = 'stream';
  readonly #base: () => string;
  readonly #listener: ConnectionListener;
  readonly #sharing: Sharing | undefined;
  #carrier: Carrier | undefined;
  /** A stream that is tried beside the polls. */
  #trial: Carrier | undefined;
  /** Whether the last stream that was tried got through. */
  #hasStreamed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #greeting: ReturnType<typeof setTimeout> | undefined;
  #moving: ReturnType<typeof setTimeout> | undefined;
  #lastTry = 0;
  #lastFrame = 0;
  #greeted = 0;
  #notBefore = 0;
  #clockOffset = 0;
  readonly #acks = new Acks(() => this.#acknowledge());
  readonly #backoff = new Backoff();
  #lag = new Lag();

  constructor(base: () => string, listener: ConnectionListener, sharing?: Sharing) {
    this.#base = base;
    this.#listener = listener;
    this.#sharing = sharing;
  }

  /** The path of the router. */
  get base(): string {
    return this.#base();
  }

  /** The server's time in milliseconds, as far as it can be known here. */
  now(): number {
    return Date.now() + this.#clockOffset;
  }

  /** The number of the last frame, for a POST to carry; empty where there is none. */
  takeAck(): string {
    return this.hello ? this.#acks.take() : '';
  }

  // --- Opening and closing ---------------------------------------------------------------------------------------

  /** Opens a stream, unless there is one, or a try is due. */
  open(): void {
    if (!this.#carrier && !this.#retry) this.#try(Date.now() < pollUntil() ? 'poll' : 'stream');
  }

  /** Closes the stream, because nobody needs it; `open` opens a new one. */
  close(): void {
    this.#shut();
    this.#listener.changed?.({ name: 'closed' });
  }

  #shut(): void {
    for (const timer of [this.#retry, this.#watch, this.#greeting, this.#moving]) clearTimeout(timer);
    this.#acks.stop();
    this.#retry = undefined;
    this.#trial?.close();
    this.#carrier?.close();
    this.#carrier = undefined;
    this.#lose();
  }

  /** Opens another way down in place of one that is fine: it shall be shared, or not. */
  swap(): void {
    this.#shut();
    this.open();
  }

  /** Opens a new stream in place of one that has turned out to be dead. */
  reopen(): void {
    const lived = Date.now() - this.#greeted;
    if (this.hello) this.#carrier?.isDead?.(this.hello.stream);
    this.#shut();
    for (const controller of this.inFlight) controller.abort();
    if (lived < SHORT_LIFE) this.#tryIn(this.#backoff.dropped(lived));
    else this.open();
  }

  /** Somebody waits: the next try is made now, unless there was one just before. */
  hurry(): void {
    if (!this.hello) this.#carrier?.hurry?.();
    if (this.#retry && Date.now() - this.#lastTry > HURRY && Date.now() >= this.#notBefore) {
      clearTimeout(this.#retry);
      this.#retry = undefined;
      this.open();
    }
  }

  /** After a sleep or in a page that comes back: timers may have stood still, so the stream may be dead without a sign. */
  check(): void {
    if (this.#carrier && this.#isStalled()) this.reopen();
    else this.hurry();
  }

  #try(mode: Mode): void {
    this.#lastTry = this.#lastFrame = Date.now();
    this.#acks.lastId = '';
    const listener = this.#listen(() => carrier);
    const shared = this.#sharing?.open(listener);
    const carrier: Carrier = shared ?? (mode === 'poll' ? openPolls : openSource)(this.base, listener);
    this.mode = shared ? 'shared' : mode;
    this.#carrier = carrier;
    this.#greeting = setTimeout(() => this.#heldBack(), HELLO_PATIENCE);
    this.#watchOut();
  }

  /** What a carrier says counts as long as it is the one. */
  #listen(carrier: () => Carrier): CarrierListener {
    return {
      frame: (...frame) => carrier() === this.#carrier && this.#receive(...frame),
      alive: () => {
        if (carrier() !== this.#carrier) return;
        this.#lastFrame = Date.now();
        if (this.mode === 'poll' && this.hello) this.#listener.received('beat', {}); // who listens to a hub must know
      },
      failed: () => carrier() === this.#carrier && this.#failed(),
      lost: () => carrier() === this.#carrier && this.#lose(),
      lastId: () => this.#acks.lastId,
    };
  }

  /** No word in time: perhaps a proxy holds the stream back. Then polls get through. */
  #heldBack(): void {
    if (this.mode !== 'stream') return this.#failed();
    this.#carrier?.close();
    this.#try('poll');
  }

  #lose(): void {
    if (!this.hello) return;
    this.hello = undefined;
    this.#listener.lost();
    this.#listener.changed?.({ name: 'disconnected' });
  }

  // --- Frames ----------------------------------------------------------------------------------------------------

  #receive(name: FrameName, data: unknown, id: string, length: number): void {
    if (id) this.#acks.note(id, length);
    if (name === 'hello') this.#greet(data as Hello);
    else if (name === 'bye') this.#bye((data as { reason: ByeReason }).reason);
    else if (name === 'move') this.#move(data as Move);
    else {
      if (name === 'beat') this.#beat((data as { time: number }).time);
      this.#listener.received(name, data);
    }
  }

  #greet(hello: Hello): void {
    clearTimeout(this.#greeting);
    this.#backoff.greeted();
    this.#notBefore = 0;
    this.#greeted = Date.now();
    this.hello = hello;
    this.#clockOffset = hello.time - Date.now();
    this.#lag = new Lag();
    if (this.mode === 'poll') this.#polls();
    if (this.mode === 'stream') this.#hasStreamed = true;
    this.#watchOut();
    this.#listener.changed?.({ name: 'connected', mode: this.mode });
    this.#listener.opened();
    if (this.mode !== 'shared') this.#sharing?.greeted(hello);
  }

  /** Streams are tried again later: it may have been another network. */
  #polls(): void {
    const isNew = Date.now() >= pollUntil();
    const isDoubtful = isNew && this.#hasStreamed;
    this.#hasStreamed = false;
    if (isNew && !isDoubtful) rememberPolling();
    clearTimeout(this.#moving);
    this.#moving = setTimeout(() => this.#tryStream(), isDoubtful ? SECOND_LOOK : pollUntil() - Date.now());
  }

  /** Beside the polls, which go on until the stream has said hello. */
  #tryStream(): void {
    const source: Carrier = openSource(this.base, {
      ...this.#listen(() => source),
      frame: (...frame) => {
        if (this.#carrier !== source && frame[0] === 'hello') this.#adopt(source);
        if (this.#carrier === source) this.#receive(...frame);
      },
    });
    this.#trial = source;
    this.#moving = setTimeout(() => {
      if (this.#carrier === source) return;
      source.close();
      this.#polls();
    }, HELLO_PATIENCE);
  }

  #adopt(source: Carrier): void {
    this.#carrier?.close();
    this.#carrier = source;
    this.mode = 'stream';
    this.#lastFrame = Date.now(); // the polls' last answer may be older than a stream may be silent
  }

  #bye(reason: ByeReason): void {
    if (reason === 'unavailable') return this.#failed(true);
    this.close();
    this.#listener.ended(reason);
  }

  /** The server is about to go, or was too fast. This stream may go on until it is time. */
  #move({ ms }: Move): void {
    this.#notBefore = Date.now() + ms;
    clearTimeout(this.#moving);
    this.#moving = setTimeout(() => this.swap(), ms);
  }

  #beat(time: number): void {
    if (this.mode !== 'stream' || !this.#lag.isLumpy(time)) return;
    rememberPolling();
    this.reopen();
  }

  /** In poll mode the next poll says it. */
  #acknowledge(): void {
    if (!this.hello || this.mode === 'poll') return;
    post(this, { endpoint: 'ack', query: '?', type: MEDIA.json, body: '' }).catch(() => {});
  }

  // --- What goes wrong -------------------------------------------------------------------------------------------

  #failed(isRefused = !this.hello): void {
    const lived = Date.now() - this.#greeted;
    this.#shut();
    if (isRefused) return void this.#refused();
    this.#tryIn(this.#backoff.dropped(lived));
  }

  /** Asks why: EventSource tells no status. The server may say how long to wait, or that the session is no more. */
  async #refused(): Promise<void> {
    this.#backoff.failures++;
    const timer = this.#schedule(UNTIL_KNOWN);
    const answer = await this.#probe();
    if (this.#retry !== timer) return;
    if (answer?.status === 401 && (await kindOf(answer)) === 'session') {
      this.close();
      return this.#listener.ended('session');
    }
    this.#tryIn(this.#backoff.failed(answer));
  }

  async #probe(): Promise<Response | undefined> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), HELLO_PATIENCE);
    const url = `${this.base}stream?v=${PROTOCOL_VERSION}&probe`;
    const answer = await fetch(url, { cache: 'no-store', signal: stop.signal }).catch(() => undefined);
    clearTimeout(timer);
    return answer;
  }

  #tryIn({ least, spread, isOrder }: Delay): void {
    if (isOrder) this.#notBefore = Math.max(this.#notBefore, Date.now() + least);
    const ms = Math.max(least + spread * Math.random(), this.#notBefore - Date.now());
    this.#schedule(ms);
    this.#listener.changed?.({ name: 'reconnecting', attempt: this.#backoff.failures, ms });
  }

  #schedule(ms: number): ReturnType<typeof setTimeout> {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.open();
    }, ms);
    return this.#retry;
  }

  #isStalled(): boolean {
    const heartbeat = this.hello?.heartbeat ?? 15_000;
    // there are no heartbeats between polls, and one may take long
    const patience = Math.max(heartbeat * PATIENCE, this.mode === 'poll' ? POLL_PATIENCE : 0);
    return Date.now() - this.#lastFrame > patience;
  }

  #watchOut(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(
      () => {
        if (this.#isStalled()) this.reopen();
        else this.#watchOut();
      },
      (this.hello?.heartbeat ?? 15_000) / 8,
    );
  }
}
