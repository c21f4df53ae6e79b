// Owns what is live on a test's page: its stream, which element is which instance, which version it holds, and the way of its events.
// It follows docs/protocol.md, as the extension does.

import type { CheerioAPI } from 'cheerio';
import type { Frame } from '../../protocol/frame.ts';
import { ATTRIBUTES, ENDPOINTS, type PostEndpoint } from '../../protocol/names.ts';
import type { Hello, Order, Settlement, SubscribeAnswer, Subscribed, Update } from '../../protocol/patch.ts';
import { type Clock, systemClock } from '../clock.ts';
import { Applier, Misfit } from './apply.ts';
import { all, closest, type Element, isRoot, ROOTS } from './dom.ts';
import { createEntry, type Entry, end } from './entry.ts';
import { type Link, type LinkAnswer, sign } from './link.ts';

/** What else happens to a page. */
export interface PageListener {
  ordered(entry: Entry, order: Order): void;
  controlChanged(control: Element): void;
  /** Components, or what is in them, may have come. */
  loaded(): void;
  /** The server has lost a component's state; `show` brings the page to the new one. */
  reset(entry: Entry, show: () => void): void;
}

/** One page, as one browser has loaded it. */
export class Page {
  readonly $: CheerioAPI;
  readonly entries = new Map<Element, Entry>();
  /** The page's address. */
  url: string;
  /** How many requests are under way. */
  inFlight = 0;
  /** Why the server has ended the stream for good, if it has. */
  ended: string | undefined;
  hello: Hello | undefined;
  readonly #viewer = systemClock.id();
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #listener: PageListener;
  readonly #applier: Applier;
  #ahead = 0;
  #close: () => void = () => {};
  #isAcking = false;
  #count = 0;
  #copies = 0;
  #waiting: (() => void)[] = [];

  constructor($: CheerioAPI, url: string, link: Link, clock: Clock, listener: PageListener) {
    this.$ = $;
    this.url = url;
    this.#link = link;
    this.#clock = clock;
    this.#listener = listener;
    this.#applier = new Applier($, (control) => listener.controlChanged(control));
  }

  // --- The stream ------------------------------------------------------------------------------------------------

  /** Opens a stream, and subscribes what is on the page. */
  async connect(): Promise<void> {
    this.#count = 0;
    let failed: string | undefined;
    const close = this.#link.open(this.#received, (why) => {
      failed = why;
      if (this.#close === close) this.#lost();
      this.#wake();
    });
    this.#close = close;
    await this.until(() => this.hello !== undefined || failed !== undefined);
    if (!this.hello) throw new Error(`the stream could not be opened: ${failed}`);
    await this.sync();
  }

  /** Cuts the stream, as a network does. */
  disconnect(): void {
    this.#close();
    this.#lost();
  }

  /** Says goodbye, and closes the stream. */
  async leave(): Promise<void> {
    if (this.hello)
      await this.post(ENDPOINTS.unsubscribe, '', JSON.stringify({ viewer: this.#viewer })).catch(() => {});
    this.disconnect();
    for (const entry of this.entries.values()) end(entry, 'left');
    this.#wake();
  }

  #lost(): void {
    this.hello = undefined;
    for (const entry of this.entries.values()) if (entry.state === 'live') entry.state = 'waiting';
  }

  readonly #received = ({ event, data, id }: Frame): void => {
    if (event === 'hello') {
      this.hello = data as Hello;
      this.#ahead = this.hello.time - this.#clock.now();
    } else if (event === 'bye') this.#bye((data as { reason: string }).reason);
    else this.take(event, data);
    if (id && event !== 'beat') this.#acknowledge(Number(id));
    this.#wake();
  };

  #bye(reason: string): void {
    this.ended = reason;
    for (const entry of this.entries.values()) end(entry, reason);
  }

  /** Takes a frame, over whichever way it came. */
  take(event: Frame['event'], data: unknown): void {
    const { id } = data as { id?: string };
    for (const entry of [...this.entries.values()].filter((it) => it.id === id)) {
      if (event === 'update') this.#update(entry, data as Update);
      else if (event === 'gone') end(entry, (data as { reason: string }).reason);
      else if (event === 'settled' && (data as Settlement).viewer === entry.viewer)
        this.#settle(entry, data as Settlement);
    }
  }

  #acknowledge(count: number): void {
    this.#count = count;
    if (this.#isAcking) return;
    this.#isAcking = true;
    setImmediate(() => {
      this.#isAcking = false;
      if (this.hello) this.post(ENDPOINTS.ack, `?ack=${this.#count}`, '').catch(() => {}); // the next one says as much
    });
  }

  /** Sends a signed POST. */
  async post(endpoint: PostEndpoint, query: string, body: string | Buffer, type?: string): Promise<LinkAnswer> {
    await this.until(() => this.hello !== undefined);
    const unsigned = { endpoint, query, body: Buffer.from(body), type };
    this.inFlight++;
    try {
      return await this.#link.post(sign(this.hello as Hello, unsigned, this.#clock.now() + this.#ahead));
    } finally {
      this.inFlight--;
    }
  }

  /** Waits until something is true of the page. */
  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((wake) => this.#waiting.push(wake));
  }

  readonly #wake = (): void => {
    for (const wake of this.#waiting.splice(0)) wake();
  };

  // --- Coming and going ------------------------------------------------------------------------------------------

  /** Subscribes the components that have come, and lets go of those that have left. */
  sync(): Promise<void> {
    const syncing = this.#syncing.then(() => this.#sync());
    this.#syncing = syncing.catch(() => {}); // whoever asked for it is told
    return syncing;
  }

  #syncing: Promise<void> = Promise.resolve();

  async #sync(): Promise<void> {
    const roots = new Set(all(this.$, ROOTS));
    const left = [...this.entries.values()].filter(({ root }) => !roots.has(root));
    for (const { root } of left) this.entries.delete(root);
    for (const root of roots) if (!this.entries.has(root)) this.entries.set(root, this.#enter(root));
    await this.#unsubscribe(left);
    // what stands in a shared component is refused where that is not live yet: outer ones first
    for (let level = this.#due(); level.length > 0 && this.hello; level = this.#due()) await this.#subscribe(level);
    this.#listener.loaded();
  }

  /** The same id twice on one page: the second counts as another viewer. */
  #enter(root: Element): Entry {
    const isCopy = [...this.entries.values()].some(({ id }) => id === root.attribs[ATTRIBUTES.id]);
    const outer = this.around(root)?.viewer ?? this.#viewer;
    return createEntry(root, outer === this.#viewer && isCopy ? `${outer}-${++this.#copies}` : outer);
  }

  /** The component that a root element stands in. */
  around(root: Element): Entry | undefined {
    const outer = root.parent && closest(root.parent as Element, isRoot);
    return outer ? this.entries.get(outer) : undefined;
  }

  #due(): Entry[] {
    const waiting = [...this.entries.values()].filter(({ state }) => state === 'waiting');
    return waiting.filter(({ root }) => this.around(root)?.state !== 'waiting');
  }

  async #unsubscribe(left: readonly Entry[]): Promise<void> {
    for (const viewer of new Set(left.map((entry) => entry.viewer))) {
      const ids = left.filter((entry) => entry.viewer === viewer).map(({ id }) => id);
      if (this.hello) await this.post(ENDPOINTS.unsubscribe, '', JSON.stringify({ viewer, ids }));
    }
  }

  async #subscribe(entries: readonly Entry[]): Promise<void> {
    for (const viewer of new Set(entries.map((entry) => entry.viewer))) {
      const asked = entries.filter((entry) => entry.viewer === viewer);
      const components = asked.map(({ root: { attribs }, id, epoch, version }) => {
        const names = { component: attribs[ATTRIBUTES.component], session: attribs[ATTRIBUTES.session] };
        return { id, ...names, ...(epoch === undefined ? {} : { epoch, version }) };
      });
      const { status, text } = await this.post(
        ENDPOINTS.subscribe,
        '',
        JSON.stringify({ viewer, url: this.url, components }),
      );
      const answers = status === 200 ? (JSON.parse(text) as SubscribeAnswer).components : [];
      const gone = status === 403 ? 'expired' : 'refused'; // as the extension takes it
      for (const [at, entry] of asked.entries()) this.#subscribed(entry, answers[at] ?? { id: entry.id, gone });
    }
    this.#wake();
  }

  #subscribed(entry: Entry, item: Subscribed): void {
    if ('gone' in item) return end(entry, item.gone);
    const { epoch, version, updates = [], taken = {} } = item;
    if (item.as) {
      entry.id = item.as;
      Object.assign(entry.root.attribs, { [ATTRIBUTES.id]: item.as, [ATTRIBUTES.session]: item.session });
    }
    const isReset = entry.epoch !== undefined && entry.epoch !== epoch;
    if (entry.epoch !== epoch) entry.version = updates[0]?.from ?? version;
    Object.assign(entry, { epoch, state: 'live', navigates: item.navigates ?? false });
    for (const name of ['event', 'upload'] as const)
      entry.lanes[name].number = Math.max(entry.lanes[name].number, taken[name] ?? 0);
    const show = () => {
      for (const update of [...updates, ...entry.early.splice(0)]) this.#update(entry, update);
    };
    if (isReset) this.#listener.reset(entry, show);
    else show();
    for (const settlement of item.settled ?? []) this.#settle(entry, settlement);
  }

  /** Subscribes a component anew: what it holds can't be brought up to date otherwise. */
  refresh(entry: Entry): Promise<void> {
    if (entry.state === 'live') entry.state = 'waiting';
    return this.sync();
  }

  // --- Updates ---------------------------------------------------------------------------------------------------

  /** Applies an update if it builds on what is held, drops it if that is as new, and otherwise waits for what is missing. */
  #update(entry: Entry, update: Update): void {
    const { from, version, html } = update;
    if (entry.state === 'waiting') return void entry.early.push(update);
    if (version <= entry.version) return;
    if (from > entry.version || (from < entry.version && html === undefined)) return void entry.early.push(update);
    entry.version = version;
    this.#write(entry, update);
    for (const order of update.orders ?? []) this.#listener.ordered(entry, order);
    for (const early of entry.early.splice(0)) this.#update(entry, early);
  }

  #write(entry: Entry, { html, patch }: Update): void {
    try {
      if (html !== undefined) this.#applier.update(entry.root, html);
      else if (patch) this.#applier.patch(entry.root, patch);
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      // as in a browser: it is fetched whole
      Object.assign(entry, { version: 0, state: 'waiting' });
    }
    if (html !== undefined || patch) this.sync().catch(() => {}); // components that came with it: where the network fails, they stay offline
  }

  #settle(entry: Entry, settlement: Settlement): void {
    const lane = entry.lanes[settlement.lane ?? 'event'];
    if (settlement.number !== lane.awaited) return; // it was heard before
    lane.awaited = undefined;
    lane.settled = settlement;
    for (const order of settlement.orders ?? []) this.#listener.ordered(entry, order);
  }
}
