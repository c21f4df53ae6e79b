// Owns the question whether this tab has a stream of its own, or shares one. Only tabs of the same session, user and build know of each other.

import type { Hello } from '../protocol/patch.ts';
import type { Carrier, CarrierListener } from './carry.ts';
import { startHub, type ToHub, type ToTabs } from './hub.ts';
import { pollUntil } from './mode.ts';

/** What tabs say to each other. */
type Among =
  | { readonly to: 'each'; readonly kind: 'hi' | 'here'; readonly from: string; readonly shares: boolean }
  | { readonly to: 'each'; readonly kind: 'share' }
  | { readonly to: 'each'; readonly kind: 'bye'; readonly from: string };

/** From so many tabs on, one stream is shared. */
const MANY_TABS = 5;

/** Set when the extension is built: tabs that run another build speak another language. */
declare const LIVEVIEW_BUILD: string;
const BUILD = typeof LIVEVIEW_BUILD === 'string' ? LIVEVIEW_BUILD : 'source';

/** This tab among others. */
export class Tabs {
  readonly #base: () => string;
  readonly #viewer: string;
  readonly #isOn: () => boolean;
  readonly #swap: (toNothing: boolean) => void;
  #name = '';
  #channel: BroadcastChannel | undefined;
  #carrier: CarrierListener | undefined;
  #others = new Set<string>();
  #shares = false;
  #isBroken = false;
  #isWaiting = false;
  #hasWorker = false;

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
    this.#channel.onmessage = ({ data }: MessageEvent<Among | ToTabs>) => {
      if (data.to === 'each') this.#hear(data);
      else if (data.to === 'tabs') this.#obey(data);
    };
    this.#say({ to: 'each', kind: 'hi', from: this.#viewer, shares: this.#shares });
  }

  /** The shared way down, where this tab shares. */
  open(listener: CarrierListener): Carrier | undefined {
    if (!this.#shares) return undefined;
    this.#carrier = listener;
    this.#isWaiting = true;
    if (this.#hasWorker) this.#startWorker(); // which may have died; where it lives, this says nothing to it
    this.#join();
    return {
      close: () => {
        this.#carrier = undefined;
        this.#tell('leave');
      },
      hurry: () => this.#tell('hurry'),
      isDead: (stream) => this.#say({ to: 'hub', kind: 'dead', from: this.#viewer, stream }),
    };
  }

  /** The page is put aside, and may come back: an open channel would keep it from that. It joins the others anew. */
  pause(): void {
    this.#say({ to: 'each', kind: 'bye', from: this.#viewer });
    this.#channel?.close();
    this.#channel = undefined;
    this.#name = '';
    this.#shares = false;
  }

  #say(message: Among | ToHub): void {
    this.#channel?.postMessage(message);
  }

  #join(): void {
    this.#say({ to: 'hub', kind: 'join', from: this.#viewer, polls: Date.now() < pollUntil() });
  }

  #tell(kind: 'leave' | 'pong' | 'hurry'): void {
    this.#say({ to: 'hub', kind, from: this.#viewer });
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

  #share(): void {
    if (this.#shares || this.#isBroken) return;
    this.#shares = true;
    this.#hasWorker = 'SharedWorker' in globalThis;
    if (this.#hasWorker || this.#isByLock()) this.#swap(false);
  }

  #startWorker(): void {
    try {
      const worker = new SharedWorker(`${this.#base()}hub.js?${BUILD}`, { name: this.#name });
      worker.onerror = () => this.#hasNoWorker();
    } catch {
      this.#hasNoWorker();
    }
  }

  /** A policy forbids it, say. */
  #hasNoWorker(): void {
    if (!this.#hasWorker) return;
    this.#hasWorker = false;
    if (!this.#isByLock()) this.#carrier?.failed();
  }

  /** The lock goes to the next tab when this one is closed or killed. */
  #isByLock(): boolean {
    if (navigator.locks) void navigator.locks.request(this.#name, () => this.#lead());
    else this.#takeTurns();
    return navigator.locks !== undefined;
  }

  #lead(): Promise<never> {
    startHub(this.#base(), this.#name);
    return new Promise(() => {});
  }

  /** Nothing can hold a stream for all: the tabs that nobody sees do without, and resume when they are shown. */
  #takeTurns(): void {
    this.#isBroken = true;
    this.#shares = false;
    document.addEventListener('visibilitychange', () => this.#swap(document.hidden));
    if (document.hidden) this.#swap(true);
  }

  #obey(message: ToTabs): void {
    if (message.kind === 'ping') return this.#isWaiting && this.#carrier ? this.#join() : this.#tell('pong');
    if (message.kind === 'lost') {
      this.#isWaiting = true;
      return this.#carrier?.lost();
    }
    const { name, data, only } = message;
    if (!this.#carrier || (only && only !== this.#viewer)) return;
    if (name === 'hello') this.#isWaiting = false;
    this.#carrier.alive();
    this.#carrier.frame(name, data, '', 0);
  }
}

/** Whether the browser sends everything over one connection here, as HTTP/2 and 3 do. */
function isMultiplexed(): boolean {
  const [page] = performance.getEntriesByType?.('navigation') ?? [];
  return /^h[23]/.test((page as PerformanceNavigationTiming | undefined)?.nextHopProtocol ?? '');
}
