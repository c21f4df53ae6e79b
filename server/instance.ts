// Owns one mounted component: it does one thing at a time, knows its version and its recent updates, and ends cleanly.
// In: events, timers, messages. Out: content. What is sent, and to whom, is dispatch's business.

import type { StandardSchemaV1 } from '@standard-schema/spec';
import { NAVIGATE } from '../protocol/names.ts';
import type { Update } from '../protocol/patch.ts';
import { type Content, Html, settle } from '../views/html.ts';
import { Children } from './child.ts';
import { atMost, type Clock } from './clock.ts';
import { type ComponentStatics, construct, type Host, type LiveComponent } from './component.ts';
import type { Rendered } from './diff.ts';
import { chain, type Eventually, ensure, isLater, recover } from './eventually.ts';
import { noContent, sharedContext, tookTooLong, wroteInRender } from './faults.ts';
import { type Call, checkMethods, invoke, type Outcome, refuseEvent, settled } from './handler.ts';
import { Helpers, type HelpersOwner } from './helpers.ts';
import type { Holding, Saved } from './keeper.ts';
import { timed } from './monitor.ts';
import { type OrderOwner, Orders } from './orders.ts';
import type { InstanceSetup, Origin } from './origin.ts';
import type { Presences } from './presences.ts';
import { Recent } from './recent.ts';
import type { Scope } from './scope.ts';
import { Turns } from './turns.ts';
import type { ComponentClass } from './types.ts';
import { Watcher, type WatchOwner } from './watch.ts';

const FAILED: Outcome = { status: 500 };

/** One component, mounted for a page or thrown away after a static render. */
export class Instance implements Host, HelpersOwner, OrderOwner, WatchOwner {
  readonly id: string;
  readonly type: ComponentClass;
  readonly sessionId: string;
  readonly scope: Scope;
  session: unknown;
  readonly browser: Orders;
  readonly children: Children;
  /** The context of its viewer, where it has only one. */
  viewerContext: unknown;
  /** Resolves when `mount()` is done; rejects with what it threw. */
  mounted: Promise<void> | undefined;
  /** Counts the contents that were sent. 0 is the static render. */
  version = 0;
  /** What was sent last. */
  content: Rendered | undefined;
  /** Whether the state was written to since the last render. */
  dirty = false;
  ended = false;
  /** What its keeper notes of it, where it is durable. */
  holding: Holding | undefined;
  /** How the writing of its last turn ends, where that holds the turn's effect back. */
  keeping: Eventually<Saved> | undefined;
  /** The update that is being made, if one is: see dispatch. */
  updating: Promise<void> | undefined;

  readonly #setup: InstanceSetup;
  readonly #component: LiveComponent<any, any>;
  readonly #watcher: Watcher;
  // what few instances need is made when it is: thousands of them are idle
  #recent: Recent | undefined;
  #helpers: Helpers | undefined;
  readonly #turns = new Turns();
  /** Which mounting this is; versions of different mountings can't be compared. */
  readonly #epoch: string;
  /** How many seats it has given: each has an epoch of its own. */
  #seats = 0;
  /** The event that is being handled. */
  #call: Call | undefined;
  #url: string | undefined;
  #hasWarned = false;
  /** Whether what was written between two turns is about to be kept. */
  #isStray = false;

  constructor(origin: Origin, setup: InstanceSetup) {
    this.#setup = setup;
    this.id = origin.id;
    this.type = origin.type;
    this.sessionId = origin.sessionId;
    this.scope = origin.scope;
    this.#epoch = origin.epoch ?? setup.clock.id().slice(0, 8);
    this.session = origin.session;
    this.viewerContext = origin.context;
    this.children = new Children(this);
    this.browser = new Orders(this);
    try {
      this.#component = construct(this.type as unknown as new () => LiveComponent<any, any>, this);
      checkMethods(this.#component);
    } catch (error) {
      this.#helpers?.end(); // what its fields started: nobody will unmount it
      throw error;
    }
    this.#watcher = new Watcher(this.#component, this);
    this.#watcher.adopt();
  }

  get statics(): ComponentStatics {
    return this.type as unknown as ComponentStatics;
  }

  get connected(): boolean {
    return this.#setup.connected;
  }

  /** Whether it is for many viewers. */
  get isShared(): boolean {
    return this.scope !== 'page';
  }

  get context(): unknown {
    if (this.isShared) throw sharedContext(this.statics);
    return this.viewerContext;
  }

  /** The epoch of a new seat. A viewer who comes back after hers was given up has another one: what she sent before must not count again. */
  nextEpoch(): string {
    const seat = this.#seats++;
    return seat === 0 ? this.#epoch : `${this.#epoch}-${seat}`;
  }

  /** The page's address, as far as it is known. */
  get url(): URL {
    return new URL(this.#url ?? 'http://localhost/');
  }

  /** Whether Back and Forward concern this component. */
  get navigates(): boolean {
    return !this.isShared && typeof this.#component.navigate === 'function';
  }

  // --- One thing at a time ---------------------------------------------------------------------------------------

  /**
   * Runs `work`, and after its end takes new fields under watch. It has a limited time, so that what comes after it gets
   * its turn. Once the instance has ended, nothing runs.
   */
  #run<T>(doing: string, work: () => Eventually<T>): Eventually<T | undefined> {
    if (this.ended) return undefined;
    this.#turning();
    return ensure(
      () => this.#inTime(doing, work()),
      () => this.#turned(),
    );
  }

  #turning(): void {
    if (this.holding?.since !== undefined) this.#setup.turning(this, this.holding);
  }

  #turned(): void {
    this.#watcher.adopt();
    if (this.holding && !this.ended) this.#setup.turned(this, this.holding);
  }

  /** The write that comes before anybody may see what it shows now; undefined where there is none. */
  get unkept(): Promise<Saved> | undefined {
    return this.holding?.isSync ? this.holding.saving : undefined;
  }

  /** Whether something is at work in it. */
  get isBusy(): boolean {
    return this.#turns.isBusy;
  }

  /** Runs work of the server's own between two turns. */
  between<T>(work: () => Eventually<T>): Promise<T> {
    return this.#turns.later(work);
  }

  /** Work of its own, such as a timer's: what it throws is reported. */
  later(doing: string, work: () => unknown): Promise<void> {
    return this.#turns
      .later(() => chain(this.#setup.thaw(this), () => this.#run(doing, () => settled(work()))))
      .then(
        () => undefined,
        (error) => this.#setup.report(this, error, doing),
      );
  }

  /** Calls `mount()` and `navigate()`. Rejects with what they throw. */
  async mount(url: URL): Promise<void> {
    this.#url = url.href;
    await this.#turns.take(() =>
      this.#run('mount()', async () => {
        await this.#component.mount?.();
        if (this.navigates) await this.#component.navigate?.(url);
      }),
    );
  }

  /** Takes up what was kept elsewhere, and calls `resumed()` in place of `mount()`. Rejects with what that throws. */
  async resume(url: URL, state: Readonly<Record<string, unknown>>, lastOrders = 0): Promise<void> {
    this.#url = url.href;
    this.#watcher.restore(state);
    this.#recent = new Recent(lastOrders);
    await this.#turns.take(() => this.#run('resumed()', async () => this.#component.resumed?.()));
  }

  /** The state that is to be kept: every own field of the component, but the functions that its constructor made. */
  state(): Record<string, unknown> {
    return this.#watcher.state();
  }

  /** The last version that brought orders, or will: those that were given and are not sent yet count. */
  lastOrders(version: number): number {
    return this.browser.isEmpty ? (this.#recent?.ordered ?? 0) : version + 1;
  }

  /** The state as it is, for those who only look: see {@link Watcher.fields}. */
  fields(): [name: string, field: PropertyDescriptor][] {
    return this.#watcher.fields();
  }

  /** Messages may have been missed: lets the component query again, and renders. */
  async missed(): Promise<void> {
    if (this.#component.missed) await this.later('missed()', () => this.#component.missed?.());
    this.changed();
  }

  /** Ends the instance: stops what it started, then calls `unmount()` after what is running now. */
  async unmount(): Promise<void> {
    if (this.#end()) await this.#last('unmount()', () => this.#component.unmount?.());
  }

  /** Ends the instance here, since it goes on at another node: calls `suspended()`. */
  async suspend(): Promise<void> {
    if (this.#end()) await this.#last('suspended()', () => this.#component.suspended?.());
  }

  #end(): boolean {
    if (this.ended) return false;
    this.ended = true;
    this.#helpers?.end();
    this.#call?.abort();
    this.#recent = undefined;
    return true;
  }

  async #last(doing: string, hook: () => unknown): Promise<void> {
    await this.#turns.later(() => {});
    try {
      await hook();
    } catch (error) {
      this.#setup.report(this, error, doing);
    }
  }

  // --- Events ----------------------------------------------------------------------------------------------------

  /** Whether a browser may call this event. */
  allows(name: string): boolean {
    if (name === NAVIGATE) return this.navigates;
    return Object.hasOwn(this.statics.events ?? {}, name);
  }

  /**
   * Checks an event's params and calls its handler. Never throws or rejects: what a handler throws is reported, and is a 500. `note` gets the outcome
   * before anything else has its turn: what is kept of this turn says that the event is done.
   */
  handle(
    call: Call,
    issues: readonly StandardSchemaV1.Issue[] = [],
    note: (outcome: Outcome) => void = () => {},
  ): Eventually<Outcome> {
    const doing = `${call.name}()`;
    const failed = (error: unknown) => {
      call.abort();
      this.#setup.report(this, error, doing, call.name);
      return FAILED;
    };
    return this.#turns.take(() => {
      if (this.ended) return FAILED;
      this.#turning();
      const handled = recover(() => this.#inTime(doing, this.#handleNow(call, issues)), failed);
      return ensure(
        () =>
          chain(handled, (outcome) => {
            note(outcome);
            return outcome;
          }),
        () => this.#turned(),
      );
    });
  }

  #handleNow(call: Call, issues: readonly StandardSchemaV1.Issue[]): Eventually<Outcome> {
    if (issues.length > 0) return refuseEvent(this.#component, call, issues);
    if (call.name === NAVIGATE) return this.#navigate(call.fields.url);
    this.#call = call;
    return ensure(
      () => invoke(this.#component, this.statics, call),
      () => {
        if (this.#call === call) this.#call = undefined;
      },
    );
  }

  /** Waits where there is something to wait for; rejects where it takes too long. */
  #inTime<T>(doing: string, running: Eventually<T>): Eventually<T> {
    if (!isLater(running)) return running;
    const { clock, handlerTimeout } = this.#setup;
    return atMost(clock, handlerTimeout, running, () => {
      throw tookTooLong(doing, handlerTimeout);
    });
  }

  async #navigate(to: unknown): Promise<Outcome> {
    const url = typeof to === 'string' && URL.canParse(to, this.#url) ? new URL(to, this.#url) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) return { status: 422 };
    this.#url = url.href;
    await this.#component.navigate?.(url);
    return { status: 200 };
  }

  /** The page's address was changed by `pushUrl` or `replaceUrl`: calls `navigate()`. */
  pushed(path: string): void {
    const url = new URL(path, this.#url);
    this.#url = url.href;
    if (this.navigates) void this.later('navigate()', () => this.#component.navigate?.(url));
  }

  #wroteInRender(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#setup.report(this, wroteInRender(this.statics), 'render()');
  }

  // --- Content ---------------------------------------------------------------------------------------------------

  /** Renders the component. Throws, or rejects with, what `render()` throws. */
  render(): Eventually<Content> {
    this.children.begin();
    return recover(
      () =>
        timed(
          'render',
          () => this.#rendered(),
          (ms, ok) => ({ component: this.statics.component, id: this.id, ms, ok, live: this.connected }),
        ),
      (error) => {
        this.children.keep();
        throw error;
      },
    );
  }

  #rendered(): Eventually<Content> {
    return chain(this.#inTime('render()', settled(this.#made()) as Eventually<Content>), (made) => this.#content(made));
  }

  #made(): unknown {
    return this.#setup.render(this, () => this.#watcher.unwatched(() => this.#component.render()));
  }

  #content(made: unknown): Eventually<Content> {
    if (made instanceof Html) return this.#inTime('render()', settle(made));
    if (typeof made === 'string') return made;
    throw noContent(this.statics, made);
  }

  /** What to show after a failure: what `failed()` makes of it, or undefined for what was there before. */
  async contentFor(error: unknown): Promise<Content | undefined> {
    try {
      const made = await this.#inTime('failed()', settled(this.#component.failed?.(error)));
      return made instanceof Html ? await this.#inTime('failed()', settle(made)) : (made as string | undefined);
    } catch (second) {
      this.#setup.report(this, second, 'failed()');
      return undefined;
    }
  }

  /** Takes the next version: gives its update as text, and keeps it for readers that are a little behind. */
  advance(change: Omit<Update, 'id' | 'from' | 'version'>): string {
    const update: Update = { id: this.id, from: this.version, version: ++this.version, ...change };
    const text = JSON.stringify(update);
    this.#recent ??= new Recent();
    this.#recent.keep(update, text);
    return text;
  }

  /** The updates, as text, that lead from `version` to now: the recent ones, or one with the whole content. Empty where nothing is missing. */
  since(version: number): readonly string[] {
    return version === this.version ? [] : (this.#recent?.from(version) ?? [this.#whole(version)]);
  }

  /** For a page that comes anew, nothing was ordered before. */
  #whole(held: number): string {
    const html = this.#setup.fill(this, String(this.content?.content));
    const orders = held > 0 ? this.#recent?.ordersFor(held) : {};
    return JSON.stringify({ id: this.id, from: 0, version: this.version, html, ...orders } satisfies Update);
  }

  // --- What a component asks of its host -------------------------------------------------------------------------

  wrote(isPaused: boolean): void {
    if (isPaused) this.#wroteInRender();
    else this.changed();
  }

  ordered(): void {
    this.changed();
  }

  changed(): void {
    if (this.ended) return;
    if (this.holding && !this.isBusy && !this.#isStray) this.#noteStray();
    if (this.dirty) return;
    this.dirty = true;
    this.#setup.onDirty(this);
  }

  /** It was written to between two turns, by a task or a promise of its own. What it wrote is kept as a turn's work is, and before its update. */
  #noteStray(): void {
    this.#isStray = true;
    queueMicrotask(() => {
      this.#isStray = false;
      if (!this.isBusy) this.#turned();
    });
  }

  get help(): Helpers {
    this.#helpers ??= new Helpers(this);
    return this.#helpers;
  }

  get clock(): Clock {
    return this.#setup.clock;
  }

  get isLive(): boolean {
    return this.connected && !this.ended;
  }

  listen(topic: string, work: (value: unknown) => void): () => void {
    return this.#setup.listen(topic, work);
  }

  attend(...given: Parameters<Presences['attend']>): ReturnType<Presences['attend']> {
    return this.#setup.attend(...given);
  }

  publish(topic: string, value: unknown): void {
    if (this.connected) this.#setup.publish(topic, value);
  }

  child(type: ComponentClass, session: unknown, key: string | number | undefined): Html {
    return this.children.ask(type, session, key);
  }

  view(name: string, locals: object): Promise<Html> {
    return this.#setup.view(name, locals);
  }

  taskEnded(name: string, error: unknown): void {
    this.#watcher.adopt();
    if (error === undefined) return;
    this.#setup.report(this, error, `task ${name}`);
    this.failure = { error };
    this.changed();
  }

  /** What a task threw, until the next update shows it. */
  failure: { readonly error: unknown } | undefined;
}
