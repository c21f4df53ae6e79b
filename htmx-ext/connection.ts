// What the page's way down is to those who use it, as types.

import type { FrameName } from '../protocol/names.ts';
import type { Hello } from '../protocol/patch.ts';
import type { Carrier, CarrierListener } from './carry.ts';
import type { EndReason, Mode } from './public.ts';

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
  ended(reason: EndReason): void;
  changed?(state: State): void;
}

/** A way down that is shared with other tabs. */
export interface Sharing {
  /** A stream has opened. */
  greeted(hello: Hello): void;
  /** Undefined where this tab has a stream of its own. */
  open(listener: CarrierListener): Carrier | undefined;
}

/** The page's one way down. */
export interface Connection {
  /** The path of the router. */
  base(): string;
  /** What the server said when the stream opened; undefined while there is none. */
  hello: Hello | undefined;
  /** POSTs on their way: they are given up, and sent again, when the network turns out to be dead. */
  readonly inFlight: Set<AbortController>;
  /** The server's time in milliseconds, as far as it can be known here. */
  now(): number;
  /** The number of the last frame, for a POST to carry; empty where there is none. */
  takeAck(): string;
  /** Opens a stream, unless there is one, or a try is due. */
  open(): void;
  /** Closes the stream, because nobody needs it; `open` opens a new one. */
  close(): void;
  /** Opens another way down in place of one that is fine: it shall be shared, or not. */
  swap(): void;
  /** Opens a new stream in place of one that has turned out to be dead. */
  reopen(): void;
  /** Somebody waits: the next try is made now, unless there was one just before. */
  hurry(): void;
  /** After a sleep or in a page that comes back: timers may have stood still, so the stream may be dead without a sign. */
  check(): void;
}
