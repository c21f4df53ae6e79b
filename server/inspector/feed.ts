// Owns the inspector's ear: it hears what one server says on the diagnostics channels, while a page of the inspector is open and not otherwise.
// In: messages. Out: entries, and a word now and then that there are new ones.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Refusal } from '../errors.ts';
import type { MonitorMessages } from '../monitor.ts';
import type { Registry } from '../registry.ts';
import type { ErrorPlace, Settings } from '../settings.ts';
import { nodeOf } from '../stream.ts';
import { type Entry, instanceOf, KINDS, type Kind, type Noted, Ring } from './entries.ts';
import { Totals } from './totals.ts';

/** How many entries of each kind are kept: a busy kind does not push out a rare one. */
export const MOST_ENTRIES = 200;
/** How many characters of what a refusal or an error says: that may be what anybody sent. */
const MOST_TEXT = 500;
/** How many of one instance. */
const MOST_FOLLOWED = 30;
/** Milliseconds between two words that there is something new, and for which what belongs together is awaited. */
const PACE = 250;
const GATHER = 20;
/** From so many entries in that time on, the next word comes after so many milliseconds: nobody reads that fast, and a busy server has other things to do. */
const MANY = 50;
const BUSY_PACE = 1_000;

type Heard = Exclude<keyof MonitorMessages, 'refusal'>;

const CHANNELS: readonly Heard[] = ['stream', 'mount', 'event', 'render', 'patch', 'drain'];

/** A page of the inspector, which watches. */
export interface Watch {
  /** The last entries of the followed instance, the newest first. */
  readonly followed: readonly Entry[];
  /** Keeps what happens to one instance from now on, however busy the others are. */
  follow(id: string): void;
  close(): void;
}

interface Watching {
  readonly changed: () => void;
  id: string;
  ring: Ring;
}

/** What one server does, as far as somebody watches. */
export class Feed {
  readonly totals: Totals;
  readonly #settings: Settings;
  readonly #registry: Registry;
  readonly #rings = new Map<Kind, Ring>(KINDS.map((kind) => [kind, new Ring(MOST_ENTRIES)]));
  readonly #watching = new Set<Watching>();
  #stops: (() => void)[] = [];
  #number = 0;
  /** When it was told last, and how many entries there have been since. */
  #told = 0;
  #untold = 0;
  #pace = PACE;
  #stopTelling: (() => void) | undefined;

  constructor(settings: Settings, registry: Registry) {
    this.#settings = settings;
    this.#registry = registry;
    this.totals = new Totals(settings.clock);
  }

  /** Begins to watch. `changed` is called after new entries, a few times a second at most. */
  watch(changed: () => void): Watch {
    const watching: Watching = { changed, id: '', ring: new Ring(MOST_FOLLOWED) };
    this.#watching.add(watching);
    if (this.#watching.size === 1) this.#listen();
    const followed = () => watching.ring.newest();
    return {
      get followed() {
        return followed();
      },
      follow: (id) => this.#follow(watching, id),
      close: () => {
        if (this.#watching.delete(watching) && this.#watching.size === 0) this.#stop();
      },
    };
  }

  /** The kept entries of these kinds, the newest first. */
  entries(kinds: Iterable<Kind>): Entry[] {
    const found = [...kinds].flatMap((kind) => this.#rings.get(kind)?.newest() ?? []);
    return found.sort((one, other) => other.number - one.number);
  }

  /** The number of the newest entry. */
  get last(): number {
    return this.#number;
  }

  /** A request was refused. Kept also while nobody watches: it happens seldom, and is what one looks for afterwards. */
  refused(refusal: Refusal): void {
    const { detail } = refusal;
    this.#note('refusal', { ...refusal, detail: detail.slice(0, MOST_TEXT) });
  }

  /** A component threw. Kept like a refusal. */
  threw(error: unknown, place: ErrorPlace): void {
    this.#note('error', { ...place, ...textOf(error) });
  }

  /** Ends. */
  close(): void {
    this.#watching.clear();
    this.#stop();
  }

  #listen(): void {
    this.totals.clear();
    this.#stops = CHANNELS.map((name) => {
      const hear = (message: unknown) => {
        if (this.#isOurs(name, message as Noted[Heard])) this.#note(name, message as Noted[Heard]);
      };
      subscribe(`htmx-liveview:${name}`, hear);
      return () => unsubscribe(`htmx-liveview:${name}`, hear);
    });
  }

  #stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#stopTelling?.();
    this.#stopTelling = undefined;
  }

  /**
   * The channels are the process's: other servers, and the inspector itself, speak on them too. A page's static render is known by its component alone,
   * since its instance was never registered.
   */
  #isOurs(name: Heard, message: Noted[Heard]): boolean {
    if (name === 'drain') return true;
    if (name === 'stream') return nodeOf((message as Noted['stream']).id) === this.#settings.backplane.node;
    const { component, id, live = true } = message as Noted['event'] & { readonly live?: boolean };
    return this.#settings.components.has(component) && (!live || this.#registry.instances.has(id));
  }

  #note<K extends Kind>(kind: K, about: Noted[K]): void {
    const entry = { kind, number: ++this.#number, at: this.#settings.clock.now(), about } as Entry;
    this.#rings.get(kind)?.add(entry);
    this.totals.add(entry);
    if (this.#watching.size === 0) return;
    for (const { id, ring } of this.#watching) if (id !== '' && instanceOf(entry) === id) ring.add(entry);
    this.#untold++;
    if (!this.#stopTelling) this.#tellSoon();
  }

  #follow(watching: Watching, id: string): void {
    if (watching.id === id) return;
    watching.id = id;
    watching.ring = new Ring(MOST_FOLLOWED);
    const known = this.entries(KINDS).filter((entry) => instanceOf(entry) === id);
    for (const entry of known.slice(0, MOST_FOLLOWED).reverse()) watching.ring.add(entry);
  }

  #tellSoon(): void {
    const { clock } = this.#settings;
    const wait = Math.max(GATHER, this.#told + this.#pace - clock.now());
    this.#stopTelling = clock.after(Math.min(wait, this.#pace), () => {
      this.#stopTelling = undefined;
      this.#told = clock.now();
      this.#pace = this.#untold > MANY ? BUSY_PACE : PACE;
      this.#untold = 0;
      for (const { changed } of this.#watching) changed();
    });
  }
}

/** What was thrown, as text: it may be anything. */
function textOf(error: unknown): { message: string; stack: string } {
  try {
    const { message, stack } = error as Error;
    return { message: String(message ?? error).slice(0, MOST_TEXT), stack: String(stack ?? '').slice(0, 4_000) };
  } catch {
    return { message: 'something that cannot be read', stack: '' };
  }
}
