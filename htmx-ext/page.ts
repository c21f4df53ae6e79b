// Owns what is live on the page: which element is which instance, which version it holds, and the order of its updates.
// In: elements that come and go, frames. Out: subscribes, and content for each element's View.

import type { SubscribeItem, SubscribeRequest, UnsubscribeRequest } from '../protocol/event.ts';
import { ATTRIBUTES, type FrameName, MEDIA } from '../protocol/names.ts';
import type { Settlement, SubscribeAnswer, Subscribed, Taken, Update } from '../protocol/patch.ts';
import { emptied, Misfit, View, type Wiring } from './apply.ts';
import { MANY } from './backoff.ts';
import { byViewer, inParts } from './batch.ts';
import { Connection, type Sharing, type State } from './connect.ts';
import { dispatch, obey, randomId, setState, wantsTransition } from './dom.ts';
import { kindOf, post, send } from './post.ts';
import { type Signable, type Signed, sign } from './sign.ts';

/** A component's root element on this page. */
export interface Entry {
  readonly root: Element;
  readonly view: View;
  id: string;
  /** The viewer under which it is subscribed. */
  readonly viewer: string;
  /** Which mounting the server holds; undefined until the first subscribe is answered. */
  epoch: string | undefined;
  version: number;
  state: 'waiting' | 'live' | 'gone';
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
  settled(entry: Entry, settlement: Settlement): void;
  /** The server has lost the state of an entry; `show` brings the page to the new one. */
  reset(entry: Entry, show: () => void): void;
  /** The server has taken events up to these numbers. */
  resumed?(entry: Entry, taken: Taken): void;
  /** How it goes with the connection. */
  connection?(state: State): void;
}

/** How long a missing update is waited for, in milliseconds: it may come over the other way. */
const GAP = 1000;
/** Milliseconds before a failed subscribe is tried again, and before a stream without components is closed. */
const RETRY = 1000;
/** Milliseconds by which a goodbye is dated ahead: the server bears a minute either way, and heartbeats may be a minute apart. */
const GOODBYE_AHEAD = 30_000;

/** All live components of a page, and their stream. */
export class Page {
  readonly connection: Connection;
  readonly entries = new Map<Element, Entry>();
  readonly #wiring: Wiring;
  readonly #listener: PageListener;
  readonly #viewer: string;
  #copies = 0;
  /** Goodbyes on their way: a subscribe must not overtake one, or it would find what is about to end. */
  #leaving: Promise<unknown> = Promise.resolve();
  #batch: Set<Entry> | undefined;
  /** What says goodbye, signed beforehand: a page that is left can't wait for a signature. */
  #goodbyes: readonly Signed[] = [];
  #prepared = 0;

  /**
   * @param base gives the path of the router, once the page is there.
   * @param viewer names this page load.
   * @param sharing lets this page share a stream with other tabs.
   */
  constructor(base: () => string, wiring: Wiring, listener: PageListener, viewer = randomId(), sharing?: Sharing) {
    this.#viewer = viewer;
    this.#wiring = wiring;
    this.#listener = listener;
    this.connection = new Connection(
      base,
      {
        opened: () => this.#subscribe([...this.entries.values()].filter((entry) => entry.state !== 'gone')),
        lost: () => this.#all('live', (entry) => this.#wait(entry)),
        received: (event, data) => this.receive(event, data),
        ended: (reason) => this.#ended(reason),
        changed: (state) => {
          const isOffline = state.name === 'reconnecting' && state.attempt >= MANY;
          if (isOffline) this.#all('waiting', (entry) => setState(entry.root, 'lv-offline'));
          this.#listener.connection?.(state);
        },
      },
      sharing,
    );
  }

  /** Takes a root element on: it is subscribed as soon as a stream is open. */
  add(root: Element): void {
    const id = root.getAttribute(ATTRIBUTES.id) ?? '';
    if (this.entries.has(root) || !id) return;
    // the same id twice on one page: the second counts as another viewer, so the server gives it an id of its own
    const isCopy = [...this.entries.values()].some((entry) => entry.id === id);
    const entry: Entry = {
      root,
      id,
      view: new View(root, this.#wiring),
      viewer: this.#viewerOf(root, isCopy),
      // one that was put back without its inside must get it, whatever its token says
      epoch: emptied.has(root) ? 'none' : undefined,
      version: 0,
      state: 'waiting',
      navigates: false,
      isBusy: false,
      early: [],
      gap: undefined,
    };
    this.entries.set(root, entry);
    this.#wait(entry);
    this.connection.open();
    if (this.connection.hello) this.#subscribe([entry]);
  }

  /** A component inside a copy belongs to that copy's viewer. */
  #viewerOf(root: Element, isCopy: boolean): string {
    const around = root.parentElement && this.entryOf(root.parentElement);
    if (around && around.viewer !== this.#viewer) return around.viewer;
    return isCopy ? `${this.#viewer}-${++this.#copies}` : this.#viewer;
  }

  /** Lets go of root elements that have left the page; without any the stream is closed. */
  sweep(): void {
    const left = [...this.entries.values()].filter((entry) => !entry.root.isConnected);
    if (left.length === 0) return;
    for (const entry of left) this.#drop(entry);
    this.#unsubscribe(left);
    if (this.entries.size === 0) setTimeout(() => this.entries.size === 0 && this.connection.close(), RETRY);
  }

  /** The entry of the component that an element belongs to. */
  entryOf(element: Element): Entry | undefined {
    const root = element.closest(`[${ATTRIBUTES.id}][${ATTRIBUTES.component}]`);
    return root ? this.entries.get(root) : undefined;
  }

  /** The page is being left for good: the server may clean up at once. */
  goodbye(): void {
    if (this.entries.size > 0) for (const signed of this.#goodbyes) send(signed, { keepalive: true }).catch(() => {});
  }

  /** Dated ahead, so that it is good until the next heartbeat has renewed it. */
  async #prepareGoodbye(): Promise<void> {
    const turn = ++this.#prepared;
    const requests = byViewer(this.entries.values()).map(leaving);
    const signing = requests.map((request) => sign(this.connection, request, GOODBYE_AHEAD));
    const goodbyes = await Promise.all(signing).catch(() => undefined);
    if (goodbyes && turn === this.#prepared) this.#goodbyes = goodbyes;
  }

  /** Subscribes a component anew: what it holds can't be brought up to date otherwise. */
  refresh(entry: Entry): void {
    if (this.entries.get(entry.root) !== entry || entry.state === 'gone') return;
    this.#wait(entry);
    if (this.connection.hello) this.#subscribe([entry]);
  }

  // --- Subscribing -----------------------------------------------------------------------------------------------

  /** Entries that come in the same turn go in one request. */
  #subscribe(entries: readonly Entry[]): void {
    for (const entry of entries) this.#wait(entry);
    if (this.#batch) {
      for (const entry of entries) this.#batch.add(entry);
      return;
    }
    const batch = new Set(entries);
    this.#batch = batch;
    queueMicrotask(() => {
      this.#batch = undefined;
      void this.#prepareGoodbye();
      for (const group of byViewer(batch)) for (const part of inParts(group)) void this.#send(part);
    });
  }

  async #send(entries: readonly Entry[]): Promise<void> {
    const stream = this.connection.hello?.stream;
    const [first] = entries;
    if (!stream || !first) return;
    await this.#leaving;
    const request: SubscribeRequest = { viewer: first.viewer, url: location.href, components: entries.map(describe) };
    const answer = await post(this.connection, jsonPost('subscribe', request)).catch(() => undefined);
    if (this.connection.hello?.stream !== stream) return; // a newer stream has subscribed them meanwhile
    if (answer?.status === 413 && entries.length > 1) {
      const half = entries.length >> 1;
      return void [entries.slice(0, half), entries.slice(half)].map((part) => this.#send(part));
    }
    if (answer?.ok) return this.#subscribed(entries, (await answer.json()) as SubscribeAnswer);
    if (answer && answer.status < 500 && answer.status !== 429 && answer.status !== 404)
      return this.#refused(entries, answer);
    if (answer?.status === 404 && (await kindOf(answer)) !== 'stream') return this.#refused(entries, answer);
    if (answer?.status === 404) return this.connection.reopen();
    setTimeout(() => this.#retry(entries), RETRY * (0.5 + Math.random()));
  }

  #retry(entries: readonly Entry[]): void {
    const still = entries.filter((entry) => this.entries.get(entry.root) === entry && entry.state === 'waiting');
    if (this.connection.hello) this.#subscribe(still);
  }

  #subscribed(entries: readonly Entry[], answer: SubscribeAnswer): void {
    for (const [at, entry] of entries.entries()) {
      const item = answer.components[at];
      // it left the page while it was being subscribed
      if (this.entries.get(entry.root) !== entry) this.#leave(entry);
      else if (item && 'gone' in item) this.#gone(entry, item.gone);
      else if (item) this.#live(entry, item);
    }
    void this.#prepareGoodbye();
  }

  #live(entry: Entry, item: Exclude<Subscribed, { gone: unknown }>): void {
    if (item.as) this.#rename(entry, item.as, item.session ?? '');
    const isNew = entry.epoch !== item.epoch;
    const isReset = isNew && entry.epoch !== undefined && entry.epoch !== 'none';
    if (isNew) entry.version = item.updates?.[0] ? item.updates[0].from : item.version;
    entry.epoch = item.epoch;
    entry.navigates = item.navigates ?? false;
    entry.state = 'live';
    setState(entry.root, 'lv-connected');
    // on a stream that tabs share, what came under the old id was another tab's
    const early = entry.early.splice(0).filter((update) => update.id === entry.id);
    const show = () => {
      for (const update of [...(item.updates ?? []), ...early]) this.#update(entry, update);
    };
    if (item.taken) this.#listener.resumed?.(entry, item.taken);
    if (isReset) this.#listener.reset(entry, show);
    else show();
    for (const settlement of item.settled ?? []) this.#settled(entry, settlement);
    this.#listener.changed(entry);
  }

  #rename(entry: Entry, id: string, session: string): void {
    entry.id = id;
    entry.root.setAttribute(ATTRIBUTES.id, id);
    entry.root.setAttribute(ATTRIBUTES.session, session);
  }

  /** Says goodbye for an entry that is gone, unless the same instance is on the page again. */
  #leave(entry: Entry): void {
    const isBack = [...this.entries.values()].some(({ id, viewer }) => id === entry.id && viewer === entry.viewer);
    if (!isBack) this.#unsubscribe([entry]);
  }

  #refused(entries: readonly Entry[], answer: Response): void {
    for (const entry of entries) this.#gone(entry, answer.status === 403 ? 'expired' : 'refused');
  }

  #gone(entry: Entry, reason: string): void {
    entry.state = 'gone';
    setState(entry.root, 'lv-gone');
    this.#listener.changed(entry);
    dispatch(entry.root, 'liveview:gone', { reason });
  }

  #ended(reason: string): void {
    for (const state of ['waiting', 'live'] as const) this.#all(state, (entry) => this.#gone(entry, reason));
  }

  #all(state: Entry['state'], work: (entry: Entry) => void): void {
    for (const entry of this.entries.values()) if (entry.state === state) work(entry);
  }

  /** What came too early is asked for again by the subscribe that follows. */
  #wait(entry: Entry): void {
    entry.early = [];
    entry.state = 'waiting';
    setState(entry.root, 'lv-connecting');
  }

  #drop(entry: Entry): void {
    this.entries.delete(entry.root);
    clearTimeout(entry.gap);
    entry.state = 'gone';
    this.#listener.changed(entry);
  }

  #unsubscribe(entries: readonly Entry[]): void {
    for (const group of byViewer(entries)) {
      const left = post(this.connection, leaving(group)).catch(() => {}); // without a stream there is nothing to leave
      this.#leaving = Promise.all([this.#leaving, left]);
    }
  }

  // --- Frames ----------------------------------------------------------------------------------------------------

  /** Takes a frame, over whichever way it came. */
  receive(event: FrameName, data: unknown): void {
    if (event === 'beat') void this.#prepareGoodbye();
    const { id } = data as { id?: string };
    // a shared instance may be there in several places
    for (const entry of [...this.entries.values()].filter((it) => it.id === id)) {
      if (event === 'update') this.#update(entry, data as Update);
      else if (event === 'settled') this.#settled(entry, data as Settlement);
      else if (event === 'gone') this.#gone(entry, (data as { reason: string }).reason);
    }
  }

  /** Applies an update if it builds on what is held, drops it if that is as new, and otherwise waits for what is missing. */
  #update(entry: Entry, update: Update): void {
    if (entry.state === 'waiting' || entry.isBusy) return void entry.early.push(update);
    if (update.version <= entry.version) return;
    const isWhole = update.html !== undefined;
    if (!isWhole && update.from !== entry.version) return this.#early(entry, update);
    if (isWhole && update.from > entry.version) return this.#early(entry, update);
    this.#apply(entry, update);
    this.#catchUp(entry);
  }

  #early(entry: Entry, update: Update): void {
    entry.early.push(update);
    entry.gap ??= setTimeout(() => {
      entry.gap = undefined;
      entry.early = [];
      this.refresh(entry);
    }, GAP);
  }

  #catchUp(entry: Entry): void {
    const early = entry.early.splice(0);
    clearTimeout(entry.gap);
    entry.gap = undefined;
    for (const update of early) this.#update(entry, update);
  }

  #apply(entry: Entry, update: Update): void {
    entry.version = update.version;
    const work = () => this.#write(entry, update);
    const isContent = update.html !== undefined || update.patch !== undefined;
    if (!isContent) obey(entry.root, update.orders);
    else if (!wantsTransition(entry.root)) work();
    else {
      entry.isBusy = true;
      const done = () => this.#rested(entry);
      document.startViewTransition(work).updateCallbackDone.then(done, done);
    }
  }

  #rested(entry: Entry): void {
    entry.isBusy = false;
    this.#catchUp(entry);
  }

  /** The page may cancel an update: it is noted all the same, and shown when the same place changes again. */
  #write(entry: Entry, { version, html, patch, orders }: Update): void {
    const detail = { id: entry.id, version };
    const isShown = dispatch(entry.root, 'liveview:before-update', detail);
    try {
      if (html !== undefined) entry.view.update(html, isShown);
      else entry.view.patch(patch ?? [], isShown);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      console.warn(`htmx-liveview: a patch did not fit, so ${entry.id} is fetched whole: ${error.message}`);
      entry.version = 0;
      this.refresh(entry);
    }
    if (isShown) dispatch(entry.root, 'liveview:after-update', detail);
    obey(entry.root, orders);
  }

  #settled(entry: Entry, settlement: Settlement): void {
    if (settlement.viewer === entry.viewer) this.#listener.settled(entry, settlement);
  }
}

function jsonPost(endpoint: 'subscribe' | 'unsubscribe', body: SubscribeRequest | UnsubscribeRequest): Signable {
  return { endpoint, query: '?', type: MEDIA.json, body: JSON.stringify(body) };
}

function leaving(group: readonly Entry[]): Signable {
  const { viewer } = group[0] as Entry;
  return jsonPost('unsubscribe', { viewer, ids: group.map((entry) => entry.id) });
}

function describe({ root, id, epoch, version }: Entry): SubscribeItem {
  const [component, session] = [ATTRIBUTES.component, ATTRIBUTES.session].map((name) => root.getAttribute(name) ?? '');
  const held = epoch === undefined ? {} : { epoch, version };
  return { id, component: component as string, session: session as string, ...held };
}
