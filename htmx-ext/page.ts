// Owns what is live on the page: which element is which instance, which version it holds, and the order of its updates.
// In: elements that come and go, frames. Out: subscribes, and content for each element's View.

import { ATTRIBUTES, type FrameName } from '../protocol/names.ts';
import type { Fault, Settlement, Subscribed, Taken, Update } from '../protocol/patch.ts';
import { createView, type View, type Wiring } from './apply.ts';
import { MANY } from './backoff.ts';
import { createConnection } from './connect.ts';
import type { Connection, Sharing, State } from './connection.ts';
import { dispatch, obey, randomId, setState, wantsTransition, wasLive } from './dom.ts';
import { emptied } from './mirror.ts';
import type { EndReason } from './public.ts';
import { Misfit } from './regions.ts';
import { createSubscriber } from './subscribe.ts';
import { tap } from './tap.ts';

/** A component's root element on this page. */
export interface Entry {
  readonly root: Element;
  readonly view: View;
  id: string;
  /** The viewer under which it is subscribed. */
  readonly viewer: string;
  /** The component that it stands in. */
  readonly around: Entry | undefined;
  /** Its subscribe, until that is answered. */
  asked: Promise<void> | undefined;
  /** Which mounting the server holds; undefined until the first subscribe is answered. */
  epoch: string | undefined;
  version: number;
  state: 'waiting' | 'live' | 'gone';
  /** Whether its root has left the page: it stays subscribed until its events are sent, and shows nothing any more. */
  isLeaving: boolean;
  /** Whether Back and Forward concern it. */
  navigates: boolean;
  /** Whether a view transition is about to apply an update: the next ones wait. */
  isBusy: boolean;
  /** Updates that came before what they build on. */
  early: Update[];
  /** Runs while something is missing between the version held and an early update. */
  gap: ReturnType<typeof setTimeout> | undefined;
}

/** What others want to know of the page. */
export interface PageListener {
  /** An entry went live, came back, or is gone. */
  changed(entry: Entry): void;
  /** An entry can't be live, and won't come back by itself. */
  gone?(entry: Entry, reason: EndReason): void;
  settled(entry: Entry, settlement: Settlement): void;
  /** Resolves when it is time to look again; undefined where no event of an entry is on its way, or none gets on. */
  unsent?(entry: Entry): Promise<unknown> | undefined;
  /** The server has lost the state of an entry; `show` brings the page to the new one. */
  reset(entry: Entry, show: () => void): void;
  /** The server has taken events up to these numbers. */
  resumed?(entry: Entry, taken: Taken): void;
  /** How it goes with the connection. */
  connection?(state: State): void;
  /** A component on this page has thrown. */
  fault?(fault: Fault): void;
}

/** How long a missing update is waited for, in milliseconds: it may come over the other way. */
const GAP = 1000;
/** Milliseconds before a stream without components is closed. */
const LINGER = 1000;

/** All live components of a page, and their stream. */
export interface Page {
  readonly connection: Connection;
  readonly entries: ReadonlyMap<Element, Entry>;
  /** Takes a root element on: it is subscribed as soon as a stream is open. */
  add(root: Element): void;
  /** Lets go of root elements that have left the page, once their events are sent; without any the stream is closed. */
  sweep(): void;
  /** The entry of the component that an element belongs to. */
  entryOf(element: Element): Entry | undefined;
  /** The page is being left for good: the server may clean up at once. */
  goodbye(): void;
  /** Subscribes a component anew: what it holds can't be brought up to date otherwise. */
  refresh(entry: Entry): void;
  /** Takes a frame, over whichever way it came. */
  receive(event: FrameName, data: unknown): void;
}

/**
 * Makes the page, without any component.
 *
 * @param base gives the path of the router, once the page is there.
 * @param viewer names this page load.
 * @param sharing lets this page share a stream with other tabs.
 */
export function createPage(
  base: () => string,
  wiring: Wiring,
  listener: PageListener,
  viewer = randomId(),
  sharing?: Sharing,
): Page {
  const entries = new Map<Element, Entry>();
  let copies = 0;
  const connection = createConnection(
    base,
    {
      opened: () => subscribe([...entries.values()].filter((entry) => entry.state !== 'gone')),
      lost: () => all('live', wait),
      received: (event, data) => (tap ? tap.frame(() => receive(event, data)) : receive(event, data)),
      ended(reason) {
        all('waiting', (entry) => gone(entry, reason));
        all('live', (entry) => gone(entry, reason));
      },
      changed(state) {
        if (state.name === 'reconnecting' && state.attempt >= MANY)
          all('waiting', (entry) => setState(entry.root, 'offline'));
        listener.connection?.(state);
      },
    },
    sharing,
  );
  const { subscribe, unsubscribe, goodbye, prepareGoodbye } = createSubscriber(connection, entries, {
    waits: wait,
    subscribed,
    gone,
  });

  // --- Coming and going ------------------------------------------------------------------------------------------

  function add(root: Element): void {
    const id = root.getAttribute(ATTRIBUTES.id);
    const known = entries.get(root);
    if (known?.isLeaving) {
      known.isLeaving = false;
      return refresh(known); // what it has missed meanwhile
    }
    if (known || !id) return;
    // the same id twice on one page: the second counts as another viewer, so the server gives it an id of its own
    const isCopy = [...entries.values()].some((entry) => entry.id === id);
    const around = root.parentElement ? entryOf(root.parentElement) : undefined;
    const entry: Entry = {
      root,
      around,
      asked: undefined,
      id,
      view: createView(root, wiring),
      viewer: viewerOf(around, isCopy),
      // one that was put back without its inside, or as it was when it was live before, must get its content, whatever its token says
      epoch: emptied.has(root) || wasLive(root) ? 'none' : undefined,
      version: 0,
      state: 'waiting',
      isLeaving: false,
      navigates: false,
      isBusy: false,
      early: [],
      gap: undefined,
    };
    entries.set(root, entry);
    wait(entry);
    connection.open();
    if (connection.hello) subscribe([entry]);
  }

  /** A component inside a copy belongs to that copy's viewer. */
  function viewerOf(around: Entry | undefined, isCopy: boolean): string {
    if (around && around.viewer !== viewer) return around.viewer;
    return isCopy ? `${viewer}-${++copies}` : viewer;
  }

  function sweep(): void {
    const left = strays();
    for (const entry of left) entry.isLeaving = true;
    leave(left);
  }

  function strays(): Entry[] {
    return [...entries.values()].filter(({ root, isLeaving }) => !isLeaving && !root.isConnected);
  }

  /** All of them at once, since with a component those inside of it end at the server; and not before their events are sent. */
  function leave(left: readonly Entry[]): void {
    const unsent = left.map((entry) => listener.unsent?.(entry)).filter((it) => it !== undefined);
    const isStill = (entry: Entry) => entry.isLeaving && entries.get(entry.root) === entry;
    if (unsent.length > 0) void Promise.all(unsent).then(() => leave(left.filter(isStill)));
    else letGo(left);
  }

  function letGo(left: readonly Entry[]): void {
    if (left.length === 0) return;
    for (const entry of left) {
      entries.delete(entry.root);
      clearTimeout(entry.gap);
      entry.state = 'gone';
      listener.changed(entry);
    }
    unsubscribe(left);
    if (entries.size === 0) setTimeout(() => entries.size === 0 && connection.close(), LINGER);
  }

  function entryOf(element: Element): Entry | undefined {
    const root = element.closest(`[${ATTRIBUTES.id}][${ATTRIBUTES.component}]`);
    return root ? entries.get(root) : undefined;
  }

  function refresh(entry: Entry): void {
    if (entries.get(entry.root) !== entry || entry.state === 'gone') return;
    wait(entry);
    if (connection.hello) subscribe([entry]);
  }

  /** What came too early is asked for again by the subscribe that follows. */
  function wait(entry: Entry): void {
    entry.early = [];
    entry.state = 'waiting';
    setState(entry.root, 'connecting');
  }

  function subscribed(entry: Entry, item: Exclude<Subscribed, { gone: unknown }>): void {
    const { epoch, updates = [], taken } = item;
    if (item.as) {
      entry.id = item.as;
      entry.root.setAttribute(ATTRIBUTES.id, item.as);
      entry.root.setAttribute(ATTRIBUTES.session, item.session ?? '');
    }
    const isNew = entry.epoch !== epoch;
    const isReset = isNew && entry.epoch !== undefined && entry.epoch !== 'none';
    if (isNew) entry.version = updates[0]?.from ?? item.version;
    entry.epoch = epoch;
    entry.navigates = item.navigates ?? false;
    entry.state = 'live';
    setState(entry.root, 'connected');
    // on a stream that tabs share, what came under the old id was another tab's
    const early = entry.early.splice(0).filter((it) => it.id === entry.id);
    const show = () => {
      for (const it of [...updates, ...early]) update(entry, it);
    };
    if (taken) listener.resumed?.(entry, taken);
    if (isReset && !entry.isLeaving) {
      listener.reset(entry, show);
      dispatch(entry.root, 'liveview:reset', { id: entry.id });
    } else show();
    for (const settlement of item.settled ?? []) listener.settled(entry, settlement);
    listener.changed(entry);
  }

  function gone(entry: Entry, reason: EndReason): void {
    entry.state = 'gone';
    setState(entry.root, 'gone');
    listener.changed(entry);
    if (entry.isLeaving) return;
    listener.gone?.(entry, reason);
    dispatch(entry.root, 'liveview:gone', { reason });
  }

  function all(state: Entry['state'], work: (entry: Entry) => void): void {
    for (const entry of entries.values()) if (entry.state === state) work(entry);
  }

  // --- Frames ----------------------------------------------------------------------------------------------------

  function receive(event: FrameName, data: unknown): void {
    if (event === 'beat') void prepareGoodbye();
    if (event === 'fault' && (data as Fault).viewer === viewer) listener.fault?.(data as Fault);
    const { id } = data as { id?: string };
    // a shared instance may be there in several places
    for (const entry of [...entries.values()].filter((it) => it.id === id)) {
      if (event === 'update') update(entry, data as Update);
      else if (event === 'gone') gone(entry, (data as { reason: EndReason }).reason);
      else if (event === 'settled' && (data as Settlement).viewer === entry.viewer)
        listener.settled(entry, data as Settlement);
    }
  }

  /** Applies an update if it builds on what is held, drops it if that is as new, and otherwise waits for what is missing. */
  function update(entry: Entry, it: Update): void {
    const { from, version, html } = it;
    if (entry.isLeaving) return;
    if (entry.state === 'waiting' || entry.isBusy) return void entry.early.push(it);
    if (version <= entry.version) return;
    if (from > entry.version || (from < entry.version && html === undefined)) return waitForMissing(entry, it);
    apply(entry, it);
    catchUp(entry);
  }

  function waitForMissing(entry: Entry, it: Update): void {
    entry.early.push(it);
    entry.gap ??= setTimeout(() => {
      entry.gap = undefined;
      refresh(entry);
    }, GAP);
  }

  function catchUp(entry: Entry): void {
    clearTimeout(entry.gap);
    entry.gap = undefined;
    for (const it of entry.early.splice(0)) update(entry, it);
  }

  function apply(entry: Entry, given: Update): void {
    // where the page holds what is said to be lost, it came by another way
    const it = (given.gap ?? 0) > entry.version ? given : { ...given, gap: 0 };
    entry.version = it.version;
    tap?.update(entry, it);
    if (it.html === undefined && !it.patch) follow(entry, it);
    else if (!wantsTransition(entry.root)) write(entry, it);
    else {
      const done = () => {
        entry.isBusy = false;
        catchUp(entry);
      };
      entry.isBusy = true;
      document.startViewTransition(() => write(entry, it)).updateCallbackDone.then(done, done);
    }
  }

  /** Whether it is the first place on the page that shows its instance, which obeys for all of them. */
  function isFirst(entry: Entry): boolean {
    return entry === [...entries.values()].find((it) => it.id === entry.id && it.state !== 'gone' && !it.isLeaving);
  }

  /** The page may cancel an update: it is noted all the same, and shown when the same place changes again. */
  function write(entry: Entry, it: Update): void {
    const { id, root, view } = entry;
    const { version, html, patch } = it;
    const isShown = dispatch(root, 'liveview:before-update', { id, version });
    try {
      if (html !== undefined) view.update(html, isShown);
      else view.patch(patch ?? [], isShown);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      console.warn(`htmx-liveview: a patch did not fit at ${error.message}, so ${id} is fetched whole`);
      entry.version = 0;
      refresh(entry);
    }
    letGo(strays()); // what an update takes away has ended at the server: there is nobody to send events to
    if (isShown) dispatch(root, 'liveview:after-update', { id, version });
    follow(entry, it);
  }

  /** What comes after the content: word of orders that are lost, and those that are here. */
  function follow(entry: Entry, { gap, orders }: Update): void {
    if (gap) dispatch(entry.root, 'liveview:gap', { id: entry.id });
    obey(entry.root, orders, isFirst(entry));
  }

  return { connection, entries, add, sweep, entryOf, goodbye, refresh, receive };
}
