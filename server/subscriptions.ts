// Owns the coming of viewers, for the first time or back: see departures.ts for their going.
// In: the items of a subscribe. Out: for each, what brings the page up to date, or why it can't be live.

import type { SubscribeItem, SubscribeRequest } from '../protocol/event.ts';
import type { GoneReason, Subscribed, Taken, Update } from '../protocol/patch.ts';
import type { Arrival, Arrivals } from './arrivals.ts';
import { atMost } from './clock.ts';
import type { Departures } from './departures.ts';
import { textOf } from './diff.ts';
import { accept, type Refusal, type Result, refuse } from './errors.ts';
import type { Eventually } from './eventually.ts';
import type { Instance } from './instance.ts';
import { hasJustCome, type Saved } from './keeper.ts';
import type { Mounter } from './mount.ts';
import type { Registry } from './registry.ts';
import { durableOf, ownerOf, type Scope, scopeOf, sharedId, widest } from './scope.ts';
import { pageOf, type Seat } from './seat.ts';
import type { Settings } from './settings.ts';
import type { Stream } from './stream.ts';
import { type Claims, hashContent, type Tokens } from './token.ts';
import type { ComponentClass } from './types.ts';
import type { Updates } from './updates.ts';

/** What a subscribe asks for, verified. */
interface Wanted {
  readonly stream: Stream;
  readonly viewer: string;
  readonly url: URL;
  readonly item: SubscribeItem;
  readonly type: ComponentClass;
  readonly claims: Claims;
  /** The instance: the item's own, or one that is shared. */
  readonly id: string;
  readonly scope: Scope;
}

/** Milliseconds for which a subscribe waits for a component's first state to be kept. */
const KEEP_PATIENCE = 1_000;

const GONE: Partial<Record<Refusal['kind'], GoneReason>> = {
  expired: 'expired',
  failed: 'failed',
};

/** What a page is told of each of its components alone: one that has failed fails again, so the request is not to be sent again for it. */
const SAID_ALONE: ReadonlySet<Refusal['kind']> = new Set(['unavailable', 'failed']);

/** Gives viewers their seats. */
export class Subscriptions {
  readonly #settings: Settings;
  readonly #tokens: Tokens;
  readonly #registry: Registry;
  readonly #updates: Updates;
  readonly #mounter: Mounter;
  readonly #arrivals: Arrivals;
  readonly #departures: Departures;

  constructor(
    settings: Settings,
    tokens: Tokens,
    registry: Registry,
    updates: Updates,
    mounter: Mounter,
    arrivals: Arrivals,
    departures: Departures,
  ) {
    this.#settings = settings;
    this.#tokens = tokens;
    this.#registry = registry;
    this.#updates = updates;
    this.#mounter = mounter;
    this.#arrivals = arrivals;
    this.#departures = departures;
  }

  /** Subscribes each item. Refuses as a whole only where every item was refused for the same reason, which is not the component's own. */
  async subscribe(stream: Stream, request: SubscribeRequest): Promise<Result<Subscribed[]>> {
    const url = readUrl(request.url);
    const { components, viewer } = request;
    if (!url) return refuse('malformed', 'url is not an http address');
    if (!stream.open) return refuse('stream', 'the stream has ended');
    const { limits } = this.#settings;
    if (components.length > limits.components) return refuse('too-large', `${components.length} components`);
    if (this.#registry.countOn(stream) + this.#new(stream, viewer, components) > limits.components)
      return refuse('too-large', `more than ${limits.components} components on one stream`);
    const results = await Promise.all(components.map((item) => this.#subscribeOne(stream, viewer, url, item)));
    const [first] = results;
    if (
      first?.ok === false &&
      !SAID_ALONE.has(first.refusal.kind) &&
      results.every((it) => !it.ok && it.refusal.kind === first.refusal.kind)
    )
      return first;
    return accept(results.map((result, at) => this.#orGone(result, components[at] as SubscribeItem)));
  }

  #new(stream: Stream, viewer: string, items: readonly SubscribeItem[]): number {
    return items.filter(({ id }) => this.#registry.find(id, viewer)?.stream !== stream).length;
  }

  #orGone(result: Result<Subscribed>, item: SubscribeItem): Subscribed {
    if (result.ok) return result.value;
    if (result.refusal.kind === 'unavailable') return { id: item.id, gone: 'later' }; // no refusal: it only takes a while
    this.#settings.onRefusal(result.refusal);
    return { id: item.id, gone: GONE[result.refusal.kind] ?? 'refused' };
  }

  async #subscribeOne(stream: Stream, viewer: string, url: URL, item: SubscribeItem): Promise<Result<Subscribed>> {
    const { id, component } = item;
    const type = this.#settings.components.get(component);
    if (!type) return refuse('unknown', 'no such component', { component, id });
    const verified = this.#tokens.verify(item.session, { id, component, sessionId: stream.sessionId });
    if (!verified.ok) return verified;
    const claims = verified.value;
    const around = claims.within === undefined ? undefined : this.#around(stream, viewer, claims.within);
    if (claims.within !== undefined && !around) return refuse('token', 'what it stands in is not live here', item);
    const scope = widest(scopeOf(type), around?.scope ?? 'page');
    const place = scopeOf(type) === 'page' ? id : sharedId(type, claims.session, ownerOf(scope, stream.sessionId));
    if (!this.#seatOf(stream, viewer, place) && this.#registry.find(place, viewer))
      return refuse('token', 'the viewer is of another session', item);
    return this.#seatAt({ stream, viewer, url, item, type, claims, id: place, scope });
  }

  /** What a child stands in, where it is live on the page. A page that shows a component twice is another viewer for each place. */
  #around(stream: Stream, viewer: string, id: string): Instance | undefined {
    const isOfPage = (seat: Seat) => seat.instance.id === id && pageOf(seat.viewer) === pageOf(viewer);
    return (this.#seatOf(stream, viewer, id) ?? this.#registry.seatsOn(stream).find(isOfPage))?.instance;
  }

  #seatOf({ sessionId }: Stream, viewer: string, id: string): Seat | undefined {
    const seat = this.#registry.find(id, viewer);
    return seat?.sessionId === sessionId ? seat : undefined;
  }

  /** Seats a viewer. One who is back finds her instance as it is, and is told only what she missed. */
  async #seatAt(wanted: Wanted): Promise<Result<Subscribed>> {
    const { item, stream, viewer } = wanted;
    const found = await this.#instanceFor(wanted);
    if (!found.ok) return found;
    const instance = found.value;
    const ready = await this.#ready(instance, item);
    if (!ready.ok) return ready;
    const saved = await this.#shown(instance);
    // what mount() made may be seen before it is kept, where the store is away; what came after it may not
    if (saved === 'lost' || (saved === 'away' && item.epoch !== undefined))
      return refuse('unavailable', `its state is ${saved}`, item);
    const seat = this.#seatOf(stream, viewer, instance.id);
    return seat
      ? accept(this.#welcome(seat, wanted))
      : refuse('instance', 'the viewer left while it was mounted', item);
  }

  /** Brings an instance's readers up to date. With 'sync' that waits for the store: others on the page do not wait as long. */
  async #shown(instance: Instance): Promise<Saved | 'away' | undefined> {
    const { holding } = instance;
    const isNew = holding !== undefined && hasJustCome(holding);
    const shown = Promise.resolve(this.#updates.update(instance)).then(
      () => instance.keeping ?? (isNew ? holding.saving : undefined),
    );
    return holding?.isSync || isNew ? atMost(this.#settings.clock, KEEP_PATIENCE, shown, () => 'away' as const) : shown;
  }

  #welcome(seat: Seat, { item, claims, stream }: Wanted): Subscribed {
    const { instance, epoch, lanes } = seat;
    const { version, navigates } = instance;
    const missed = missing(seat, item, claims);
    const settled = Object.values(lanes).flatMap((lane) => lane.settled ?? []);
    return {
      id: item.id,
      epoch,
      version,
      ...(navigates ? { navigates } : {}),
      ...this.#renamed(instance, item, claims, stream),
      ...(missed.length > 0 || item.epoch !== undefined ? { updates: missed } : {}),
      ...(settled.length > 0 ? { settled } : {}),
      ...takenBy(seat),
    };
  }

  /** The viewer's own; the shared one, which has another viewer then, who starts from what it shows now; or a new one. */
  #instanceFor(wanted: Wanted): Eventually<Result<Instance>> {
    const { id, type, scope, stream } = wanted;
    const found = this.#found(wanted);
    if (found) return accept(found);
    const known = this.#registry.instances.get(id);
    if (known?.isShared && known.sessionId === ownerOf(scope, stream.sessionId)) {
      this.#sitAt(known, wanted);
      return accept(known);
    }
    // live elsewhere: a duplicated tab, or a page from the HTTP cache or the history
    const free = known ? this.#settings.clock.id() : id;
    if (durableOf(type, scope)) return this.#arrivals.exclusively(free, () => this.#arrive(wanted, free));
    return this.#mount(wanted, free);
  }

  #found({ id, stream, viewer }: Wanted): Instance | undefined {
    const seat = this.#seatOf(stream, viewer, id);
    if (!seat) return undefined;
    seat.behind = undefined;
    this.#sit(seat, stream);
    return seat.instance;
  }

  /** A durable one may have been kept elsewhere. */
  async #arrive(wanted: Wanted, id: string): Promise<Result<Instance>> {
    const { stream, viewer, type, item } = wanted;
    const owner = { viewer, sessionId: stream.sessionId, component: type.component };
    const here = this.#found(wanted); // its parent was faster
    const arrival = here ? undefined : await this.#arrivals.arrive(id, owner, item.epoch !== undefined);
    const found = here ?? this.#found(wanted);
    if (found) return accept(found);
    if (arrival?.ok === false) return arrival;
    if (this.#departures.isClosed) return refuse('unavailable', 'the server is closing', item);
    const place = arrival?.value.id ?? id;
    // without the store nobody has said that another viewer was faster
    const free = this.#registry.instances.has(place) ? this.#settings.clock.id() : place;
    return this.#mount(wanted, free, arrival?.value);
  }

  #mount(wanted: Wanted, id: string, arrival?: Arrival): Result<Instance> {
    const { item, type, claims, scope, stream, url } = wanted;
    const sessionId = ownerOf(scope, stream.sessionId);
    const origin = { id, type, session: claims.session, context: stream.context, sessionId, scope };
    try {
      return accept(this.#mounter.mount(origin, url, (instance) => this.#sitAt(instance, wanted), arrival));
    } catch (error) {
      this.#settings.onError(error, { component: type.component, id, doing: 'constructor()' });
      return refuse('failed', 'its constructor threw', item);
    }
  }

  #sitAt(instance: Instance, { stream, viewer }: Wanted): void {
    const { sessionId, context } = stream;
    this.#sit(this.#registry.seat(instance, { viewer, sessionId, context }), stream);
  }

  /** Whether an instance has been mounted, and is still there. */
  async #ready(instance: Instance, item: SubscribeItem): Promise<Result<void>> {
    if (!(await isMounted(instance))) {
      await this.#mounter.failed(instance);
      return refuse('failed', 'mount() threw', item);
    }
    return instance.ended ? refuse('instance', 'it ended while it was mounted', item) : accept(undefined);
  }

  /** The page's element gets the name of the instance that it shows, and a token for that. */
  #renamed({ id }: Instance, item: SubscribeItem, claims: Claims, { sessionId }: Stream) {
    return id === item.id ? {} : { as: id, session: this.#tokens.sign({ ...claims, id }, sessionId) };
  }

  #sit(seat: Seat, stream: Stream): void {
    seat.stopWaiting?.();
    seat.stopWaiting = undefined;
    this.#registry.setAway(seat, false, 0);
    seat.context = stream.context;
    seat.isTaken = true;
    if (!seat.instance.isShared) seat.instance.viewerContext = stream.context;
    this.#registry.direct(seat, stream);
    if (!stream.open) this.#departures.wait(seat);
  }
}

/** What brings a page from what it holds to now. */
function missing({ instance, epoch }: Seat, item: SubscribeItem, claims: Claims): Update[] {
  if (item.epoch === epoch) return updatesSince(instance, item.version ?? 0);
  if (!shows(instance, item, claims)) return updatesSince(instance, 0);
  // it shows all: what led there must not be done to it again. A shared instance's orders were for those who were there
  return instance.isShared ? [] : updatesSince(instance, 1).map(({ html, patch, ...orders }) => orders);
}

/** Whether a page that comes for the first time shows this content already. One that comes back shows an earlier mounting's. */
function shows({ content }: Instance, item: SubscribeItem, claims: Claims): boolean {
  return item.epoch === undefined && content !== undefined && hashContent(textOf(content)) === claims.content;
}

function updatesSince(instance: Instance, version: number): Update[] {
  return instance.since(version).map((text) => JSON.parse(text) as Update);
}

/** What a new entry of the page for an old seat must not number again. */
function takenBy({ lanes }: Seat): { taken?: Taken } {
  const taken = Object.entries(lanes).flatMap(([name, { number }]) => (number > 0 ? [[name, number]] : []));
  return taken.length > 0 ? { taken: Object.fromEntries(taken) } : {};
}

async function isMounted(instance: Instance): Promise<boolean> {
  return (instance.mounted ?? Promise.reject(new Error('not mounted'))).then(
    () => true,
    () => false,
  );
}

function readUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}
