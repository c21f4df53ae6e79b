// Owns the shape of what the server sends about a component: updates, orders, settlements, and the answer to a subscribe.

/**
 * What a component orders the browser to do. Orders ride in updates, so they come in the order in which they were given.
 * `push` dispatches a CustomEvent on the component's root; `url` pushes a history entry, or changes the address of the present one.
 */
export type Order =
  | readonly ['push', name: string, detail: unknown]
  | readonly ['redirect', url: string]
  | readonly ['title', text: string]
  | readonly ['url', url: string, how?: 'replace'];

/**
 * An operation on a component's regions, all HTML. Regions are elements with an `id` (or a `data-id`), looked up inside the component.
 *
 * - `r`: the region is now this element.
 * - `a`, `b`: these elements come after, or before, the region.
 * - `m`: the region moves to after, or before, another one.
 * - `x`: the region goes.
 *
 * `gap` is the white space that stands between the regions of a list: it goes, and moves, along with one.
 */
export type Operation =
  | readonly ['r', id: string, html: string]
  | readonly ['a' | 'b', beside: string, html: string]
  | readonly ['m', id: string, side: 'a' | 'b', beside: string, gap: string]
  | readonly ['x', id: string, gap: string];

/**
 * The specification's update. The browser applies it if it holds `from`, drops it if it holds `version` or newer,
 * and otherwise waits for what is missing. `html` is the whole content and may be applied over any older version.
 * `patch` builds on `from` alone. With neither content nor patch only the orders are new. `gap` is the last version with
 * orders that nobody has any more: who holds an older one has missed them.
 */
export interface Update {
  readonly id: string;
  readonly from: number;
  readonly version: number;
  readonly html?: string;
  readonly patch?: readonly Operation[];
  readonly orders?: readonly Order[];
  readonly gap?: number;
}

/** How an event ended, for its own viewer alone. `status` is an HTTP status code. */
export interface Settlement {
  readonly id: string;
  /** Whose event it was: many may look at one instance, over one stream. */
  readonly viewer: string;
  /** Absent: that of clicks and forms. */
  readonly lane?: 'upload';
  /** The number of the event in its lane. */
  readonly number: number;
  readonly status: number;
  readonly orders?: readonly Order[];
}

/** The first frame of a stream. */
export interface Hello {
  readonly stream: string;
  /** The signing key, in base64url. */
  readonly key: string;
  /** The same for all tabs that may share a stream: those of one session and context. Absent where that can't be known. */
  readonly share?: string;
  /** Milliseconds between two heartbeats. */
  readonly heartbeat: number;
  /** The server's time, in milliseconds since the epoch. */
  readonly time: number;
}

/** Why a component cannot be live. `later`: not yet, since its state is still at another node. */
export type GoneReason = 'expired' | 'refused' | 'failed' | 'ended' | 'session' | 'later';

/** Why a stream ends. After `unavailable` the browser comes back, later each time; after the others it does not by itself. */
export type ByeReason = 'ended' | 'session' | 'unavailable';

/** The browser should open another stream after so many milliseconds; this one goes on until then, unless it was too slow. */
export interface Move {
  readonly ms: number;
  readonly reason: 'drain' | 'slow';
}

/** What a component threw, or which event it has not, for a page that shows it. Sent in development alone; what the page does with it changes nothing else. */
export interface Fault {
  readonly id: string;
  /** The page load that it is for: many may read one stream. */
  readonly viewer: string;
  readonly component: string;
  /** What was being done: `increment()`, `render()`, `task load`. */
  readonly doing: string;
  /** The event that was being handled. */
  readonly event?: string;
  readonly message: string;
  /** The error with its frames, its properties and its causes, as Node shows them. */
  readonly stack: string;
  /** The first frame of the program's own. */
  readonly at?: string;
  /** Nothing was thrown: the component has no such event. */
  readonly refused?: true;
}

/** The number of the last event that was taken on in each lane. */
export type Taken = Partial<Readonly<Record<'event' | 'upload', number>>>;

/** The answer to one component of a subscribe. */
export type Subscribed =
  | {
      readonly id: string;
      /** The new id of an instance whose `id` was live elsewhere; the browser writes it to the element. */
      readonly as?: string;
      /** A new session token, to replace the one in the page. */
      readonly session?: string;
      /** Which mounting this is. Another one than before means that the state is new. */
      readonly epoch: string;
      readonly version: number;
      /** What brings the browser from the version it holds to `version`; absent where it holds that already. */
      readonly updates?: readonly Update[];
      /** The last event of this viewer that has settled, in each lane. */
      readonly settled?: readonly Settlement[];
      /** The numbers of the last events that were taken on, where there were some before. */
      readonly taken?: Taken;
      /** Whether Back and Forward concern this component. */
      readonly navigates?: boolean;
    }
  | { readonly id: string; readonly gone: GoneReason };

/** The answer to a subscribe, in the order of the request. */
export interface SubscribeAnswer {
  readonly components: readonly Subscribed[];
}
