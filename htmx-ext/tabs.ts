// Owns the question whether this tab has a stream of its own, or shares one. Only tabs of the same session, user and build know of each other.
// How a stream is shared is in a part that is loaded then: shared and hub.

import type { Carrier, CarrierListener } from './carry.ts';
import { createConnection } from './connect.ts';
import type { Sharing } from './connection.ts';
import type { ToTabs } from './hub.ts';
import { pollUntil, rememberPolling } from './mode.ts';
import { BUILD, load, SHARED_PART } from './parts.ts';
import { post } from './post.ts';

/** What tabs say to each other. `hi` is answered by all with `here`. */
interface Among {
  readonly to: 'each';
  readonly kind: 'hi' | 'here' | 'bye';
  readonly from: string;
  /** Whether the tab shares, so that all others must. */
  readonly shares: boolean;
}

/** What the part for many tabs takes from this file, so that it repeats nothing. */
export const SHARED_CODE = { createConnection, post, pollUntil, rememberPolling };
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
export interface Tabs extends Sharing {
  /** The page is put aside, and may come back: an open channel would keep it from that. It joins the others anew. */
  pause(): void;
}

/**
 * @param isOn whether the page wants tabs to share.
 * @param swap is called when this tab must give its own stream up, for the shared one or for none, or may have one again.
 */
export function createTabs(
  getBase: () => string,
  viewer: string,
  isOn: () => boolean,
  swap: (toNothing: boolean) => void,
): Tabs {
  const others = new Set<string>();
  let channel: BroadcastChannel | undefined;
  let shares = false;
  let isBroken = false;
  let failures = 0;
  let openShared: OpenShared | undefined;

  const say = (kind: Among['kind']) => channel?.postMessage({ to: 'each', kind, from: viewer, shares } satisfies Among);

  function hear({ kind, from, shares: theyShare }: Among): void {
    if (kind === 'bye') return void others.delete(from);
    others.add(from);
    if (kind === 'hi') say('here');
    if (theyShare || others.size + 1 >= MANY_TABS) share();
  }

  /** Streams are given up before the part is loaded: with six in use it would never get a connection. */
  function share(): void {
    if (shares || isBroken) return;
    if (!('SharedWorker' in globalThis) && !navigator.locks) return takeTurns();
    shares = true;
    say('here');
    swap(false);
  }

  async function loadShared(): Promise<OpenShared> {
    const base = getBase();
    const part = await load<SharedPart>(base, 'hub.js', SHARED_PART);
    openShared ??= part(SHARED_CODE, { base, viewer, channel: channel as BroadcastChannel, takeTurns });
    return openShared;
  }

  /** Nothing can hold a stream for all: the tabs that nobody sees do without, and resume when they are shown. */
  function takeTurns(): void {
    isBroken = true;
    shares = false;
    document.addEventListener('visibilitychange', () => swap(document.hidden));
    if (document.hidden) swap(true);
  }

  function pause(): void {
    say('bye');
    channel?.close();
    channel = openShared = undefined;
    shares = false;
  }

  return {
    greeted({ share: key }) {
      const name = key ? `liveview ${getBase()} ${key} ${BUILD}` : '';
      if (name === (channel?.name ?? '') || shares || isBroken || !isOn() || isMultiplexed()) return;
      channel?.close();
      channel = undefined;
      others.clear();
      if (!name) return;
      channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }: MessageEvent<Among | ToTabs>) => data.to === 'each' && hear(data);
      say('hi');
    },
    /** Nothing comes over it until the part for it is there. */
    open(listener) {
      if (!shares) return undefined;
      let isClosed = false;
      const carrier: Carrier = {
        close() {
          isClosed = true;
        },
      };
      loadShared().then(
        (open) => isClosed || Object.assign(carrier, open(listener)),
        () => {
          if (isClosed) return;
          if (++failures === TRIES) takeTurns();
          if (!isClosed) listener.failed();
        },
      );
      return carrier;
    },
    pause,
  };
}

/** Whether the browser sends everything over one connection here, as HTTP/2 and 3 do. */
function isMultiplexed(): boolean {
  const [page] = performance.getEntriesByType('navigation');
  return /^h[23]/.test((page as PerformanceNavigationTiming | undefined)?.nextHopProtocol ?? '');
}
