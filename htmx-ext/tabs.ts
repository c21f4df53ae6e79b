// Owns the question whether this tab has a stream of its own, or shares one. Only tabs of the same session, user and build know of each other.
// How a stream is shared is in a part that is loaded then: shared and hub.

import type { Hello } from '../protocol/patch.ts';
import type { Carrier, CarrierListener } from './carry.ts';
import { Connection } from './connect.ts';
import type { ToTabs } from './hub.ts';
import { pollUntil, rememberPolling } from './mode.ts';
import { BUILD, load, SHARED_PART } from './parts.ts';
import { post } from './post.ts';

/** What tabs say to each other. */
type Among =
  | { readonly to: 'each'; readonly kind: 'hi' | 'here'; readonly from: string; readonly shares: boolean }
  | { readonly to: 'each'; readonly kind: 'share' }
  | { readonly to: 'each'; readonly kind: 'bye'; readonly from: string };

/** What the part for many tabs takes from this file, so that it repeats nothing. */
export const SHARED_CODE = { Connection, post, pollUntil, rememberPolling };
export type SharedCode = typeof SHARED_CODE;

/** This tab, as the part for many tabs sees it. */
export interface Tab {
  readonly base: string;
  readonly viewer: string;
  /** Over which all tabs and the hub speak. Its name is the hub's. */
  readonly channel: BroadcastChannel;
  /** Nothing can hold a stream for all. */
  takeTurns(): void;
}

/** Opens the shared way down. */
export type OpenShared = (listener: CarrierListener) => Carrier;
/** The part for many tabs. In a worker it is told of no tab: it is the hub there, and gives nothing. */
export interface SharedPart {
  (code: SharedCode, tab: Tab): OpenShared;
  (code: SharedCode): void;
}

/** From so many tabs on, one stream is shared. */
const MANY_TABS = 5;
/** So many times the part may fail to come. */
const TRIES = 2;

/** This tab among others. */
export class Tabs {
  readonly #base: () => string;
  readonly #viewer: string;
  readonly #isOn: () => boolean;
  readonly #swap: (toNothing: boolean) => void;
  #name = '';
  #channel: BroadcastChannel | undefined;
  #others = new Set<string>();
  #shares = false;
  #isBroken = false;
  #failures = 0;
  #open: OpenShared | undefined;

  /** @param swap is called when this tab must give its own stream up, for the shared one or for none, or may have one again. */
  constructor(base: () => string, viewer: string, isOn: () => boolean, swap: (toNothing: boolean) => void) {
    this.#base = base;
    this.#viewer = viewer;
    this.#isOn = isOn;
    this.#swap = swap;
  }

  /** A stream of this tab's own has opened: it tells who may share it. */
  greeted({ share }: Hello): void {
    const name = share ? `liveview ${this.#base()} ${share} ${BUILD}` : '';
    if (name === this.#name || this.#shares || this.#isBroken || !this.#isOn() || isMultiplexed()) return;
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel?.close();
    this.#name = name;
    this.#others.clear();
    if (!name) return;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<Among | ToTabs>) => data.to === 'each' && this.#hear(data);
    this.#say({ to: 'each', kind: 'hi', from: this.#viewer, shares: this.#shares });
  }

  /** The shared way down, where this tab shares. Nothing comes over it until the part for it is there. */
  open(listener: CarrierListener): Carrier | undefined {
    if (!this.#shares) return undefined;
    let isClosed = false;
    const carrier: Carrier = {
      close: () => {
        isClosed = true;
      },
    };
    this.#load().then(
      (open) => isClosed || Object.assign(carrier, open(listener)),
      () => {
        if (isClosed) return;
        if (++this.#failures === TRIES) this.#takeTurns();
        listener.failed();
      },
    );
    return carrier;
  }

  /** The page is put aside, and may come back: an open channel would keep it from that. It joins the others anew. */
  pause(): void {
    this.#say({ to: 'each', kind: 'bye', from: this.#viewer });
    this.#channel?.close();
    this.#channel = this.#open = undefined;
    this.#name = '';
    this.#shares = false;
  }

  #say(message: Among): void {
    this.#channel?.postMessage(message);
  }

  #hear(message: Among): void {
    if (message.kind === 'share') return this.#share();
    if (message.kind === 'bye') return void this.#others.delete(message.from);
    const { kind, from, shares } = message;
    this.#others.add(from);
    if (kind === 'hi') this.#say({ to: 'each', kind: 'here', from: this.#viewer, shares: this.#shares });
    if (!shares && this.#others.size + 1 < MANY_TABS) return;
    this.#say({ to: 'each', kind: 'share' });
    this.#share();
  }

  /** Streams are given up before the part is loaded: with six in use it would never get a connection. */
  #share(): void {
    if (this.#shares || this.#isBroken) return;
    if (!('SharedWorker' in globalThis) && !navigator.locks) return this.#takeTurns();
    this.#shares = true;
    this.#swap(false);
  }

  async #load(): Promise<OpenShared> {
    const base = this.#base();
    const part = await load<SharedPart>(base, 'hub.js', SHARED_PART);
    const channel = this.#channel as BroadcastChannel;
    this.#open ??= part(SHARED_CODE, { base, viewer: this.#viewer, channel, takeTurns: () => this.#takeTurns() });
    return this.#open;
  }

  /** Nothing can hold a stream for all: the tabs that nobody sees do without, and resume when they are shown. */
  #takeTurns(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#shares = false;
    document.addEventListener('visibilitychange', () => this.#swap(document.hidden));
    if (document.hidden) this.#swap(true);
  }
}

/** Whether the browser sends everything over one connection here, as HTTP/2 and 3 do. */
function isMultiplexed(): boolean {
  const [page] = performance.getEntriesByType?.('navigation') ?? [];
  return /^h[23]/.test((page as PerformanceNavigationTiming | undefined)?.nextHopProtocol ?? '');
}
