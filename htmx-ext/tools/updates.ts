// Owns the knowledge of what an update did to the page, and how long that took. The page's own DOM events say when one begins and ends.

import type { Update } from '../../protocol/patch.ts';
import type { Entry } from '../page.ts';

/** An update that has been applied. */
export interface Done {
  readonly entry: Entry;
  readonly update: Update;
  /** How long that took, in milliseconds. */
  readonly ms: number;
  /** False where the page cancelled it. */
  readonly isShown: boolean;
  /** What the page's nodes were told, where that is asked for. */
  readonly records: readonly MutationRecord[];
}

interface Running {
  readonly entry: Entry;
  readonly update: Update;
  readonly start: number;
  readonly observer: MutationObserver | undefined;
}

const EVERYTHING = { subtree: true, childList: true, attributes: true, characterData: true } as const;

/** Gives what must be told of each update. @param isWatched whether what it does to nodes is wanted. */
export function followUpdates(
  isWatched: () => boolean,
  done: (done: Done) => void,
): (entry: Entry, update: Update) => void {
  const coming = new Map<Element, readonly [Entry, Update]>();
  let running: Running | undefined;

  /** In the page's listeners anything may happen: it begins as late, and ends as early, as may be. */
  function begin({ target }: Event): void {
    const [entry, update] = coming.get(target as Element) ?? [];
    if (!entry || !update) return;
    coming.delete(entry.root);
    const observer = isWatched() ? new MutationObserver(() => {}) : undefined;
    observer?.observe(entry.root, EVERYTHING);
    const current = { entry, update, start: performance.now(), observer };
    running = current;
    // the end is in the same turn, or never
    queueMicrotask(() => running === current && end(false));
  }

  function end(isShown: boolean): void {
    if (!running) return;
    const { entry, update, start, observer } = running;
    running = undefined;
    const records = observer?.takeRecords() ?? [];
    observer?.disconnect();
    done({ entry, update, ms: performance.now() - start, isShown, records });
  }

  addEventListener('liveview:before-update', begin, true);
  addEventListener('liveview:after-update', () => end(true), true);
  return (entry, update) => {
    if (update.html !== undefined || update.patch) coming.set(entry.root, [entry, update]);
    else done({ entry, update, ms: 0, isShown: true, records: [] });
  };
}
