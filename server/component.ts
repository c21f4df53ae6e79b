// Owns what a user extends. A LiveComponent holds no machinery: it asks its host, which is the instance or a throw-away one.

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Fields } from '../protocol/event.ts';
import type { Content, Html } from '../views/html.ts';
import type { Root } from '../views/root.ts';
import { LiveError } from './errors.ts';
import type { Helpers } from './helpers.ts';
import type { Presence, PresenceOptions, Present } from './presence.ts';
import type { Topic } from './topic.ts';
import type { ChildArguments, ComponentClass } from './types.ts';
import type { Uploads } from './upload.ts';

/**
 * Gives orders to browsers. Orders ride in updates, in the order in which they were given. In the static render they have no effect.
 * @example
 * ```ts
 * const greet = (browser: Browser) => browser.push('toast', { text: 'Hello' });
 * class Lobby extends LiveComponent {
 *   static component = 'demo.Lobby';
 *   mount() {
 *     greet(this.browser);
 *   }
 *   render() {
 *     return html`<p>Welcome</p>`;
 *   }
 * }
 * (await mountLive(Lobby)).pushes; // => [{ name: 'toast', detail: { text: 'Hello' } }]
 * ```
 */
export interface Browser {
  /**
   * Dispatches a CustomEvent `name` on the component's root element; it bubbles. `detail` must be JSON.
   * @example save(_: Fields, { browser }: LiveEvent) { browser.push('toast', { text: 'Saved' }); }
   */
  push(name: string, detail?: unknown): void;
  /**
   * Leaves the page for `url`, a path of this site. `external: true` allows an http or https address of another one.
   * @throws LiveError `ERR_LIVE_REDIRECT` for `//host`, `javascript:` and their kind.
   * @example pay(_: Fields, { browser }: LiveEvent) { browser.redirect('https://pay.example/', { external: true }); }
   */
  redirect(url: string, options?: { external?: boolean }): void;
  /**
   * Sets the page's title.
   * @example mount() { this.subscribe(cards, ({ title }) => this.browser.title(title)); }
   */
  title(text: string): void;
  /**
   * Adds a history entry for `url`, a path of this site, and calls `navigate()`.
   * @example next() { this.browser.pushUrl(`?page=${this.page + 1}`); }
   */
  pushUrl(url: string): void;
  /**
   * The same without a new history entry: Back passes over the address from before. For what changes as one types.
   * @example search({ q }: { q: string }) { this.browser.replaceUrl(`?q=${encodeURIComponent(q)}`); }
   */
  replaceUrl(url: string): void;
}

/**
 * An event, as a handler gets it.
 * @example
 * ```ts
 * static events = { rename: z.object({ title: z.string() }) };
 * rename({ title }: { title: string }, { browser, context }: LiveEvent<{ user: User }>) {
 *   browser.title(`${title}, by ${context.user.name}`);
 * }
 * ```
 */
export interface LiveEvent<Context = unknown> {
  /** Its name: that of the handler. */
  readonly name: string;
  /** The form's fields, raw and untrusted, also where a schema gave the params. */
  readonly fields: Fields;
  /** The name of the control that fired; undefined where it has none. */
  readonly field: string | undefined;
  /** What the app's `context(req)` returned for the stream of the one who acted. */
  readonly context: Context;
  /** The browser of the one who acted. */
  readonly browser: Browser;
  /**
   * Aborted when the handler's time is up or the instance ends.
   * @example async search({ text }: Fields, { signal }: LiveEvent) { this.found = await db.search(String(text), signal); }
   */
  readonly signal: AbortSignal;
}

/**
 * Why an event's schema refused its params, or an upload its files.
 * @example invalid({ messages }: InvalidEvent) { this.error = messages.email ?? 'That can\'t be taken.'; }
 */
export interface InvalidEvent {
  /** The event's name. */
  readonly event: string;
  /** What the schema said. */
  readonly issues: readonly StandardSchemaV1.Issue[];
  /** The first message for each field, by name; a name without a message is absent. */
  readonly messages: Readonly<Record<string, string>>;
  /** What was sent. */
  readonly fields: Fields;
  /** The name of the control that fired; undefined where it has none. */
  readonly field: string | undefined;
}

/** What a component asks of the instance that holds it. */
export interface Host {
  readonly id: string;
  readonly connected: boolean;
  readonly session: unknown;
  readonly context: unknown;
  readonly browser: Browser;
  /** What ends with it. */
  readonly help: Helpers;
  changed(): void;
  publish(topic: string, value: unknown): void;
  child(type: ComponentClass, session: unknown, key: string | number | undefined): Html;
  view(name: string, locals: object): Promise<Html>;
}

/** Hands a host to the constructor of LiveComponent: field initialisers may already read `this.session`. */
let arriving: Host | undefined;

/** Makes a component that belongs to a host. */
export function construct<T extends LiveComponent<any, any>>(type: new (...args: never) => T, host: Host): T {
  const before = arriving;
  arriving = host;
  try {
    return new (type as new () => T)();
  } finally {
    arriving = before;
  }
}

/**
 * A live component. Extend it with `static component = 'unique.Name'`, `static events`, fields, handlers and `render()`.
 *
 * `Session` is the payload of `data-session`, JSON, signed but readable by the browser. `Context` is what the `context(req)`
 * option returns.
 *
 * Optional statics: `events` names what a browser may call, as `true` or a Standard Schema; `root` changes the root element; `uploads` lets events
 * bring files: `static uploads = { bytes: 5_000_000, files: 3, types: ['image/*', '.pdf'] }`. Files are deleted after their handler. `scope` says whose
 * state it is: `'page'` (default) gives each place where it is rendered its own, `'session'` one to all tabs of an express-session, `'app'` one to
 * all viewers of the same session payload on this node. A shared one is mounted with its first viewer and unmounted with its last; it is rendered once
 * for all of them. `durable = true` or `'sync'` keeps its state in Redis, so that it outlives the node: docs/cluster.md.
 * @example
 * ```ts
 * class Counter extends LiveComponent<{ start: number }> {
 *   static component = 'demo.Counter';
 *   static events = { increment: true };
 *   count = 0;
 *   mount() {
 *     this.count = this.session.start;
 *   }
 *   increment() {
 *     this.count += 1;
 *   }
 *   render() {
 *     return html`<p>Count: ${this.count}</p><button lv-event="increment">+1</button>`;
 *   }
 * }
 * ```
 */
export abstract class LiveComponent<Session = {}, Context = unknown> {
  readonly #host: Host;

  constructor() {
    if (!arriving) {
      const cure = 'Render it with live.render(), or mount it with the test kit.';
      throw new LiveError('ERR_LIVE_CONSTRUCT', `new ${new.target.name}(): a component is made by the server. ${cure}`);
    }
    this.#host = arriving;
  }

  /**
   * The verified payload of `data-session`. Not `req.session`.
   * @example mount() { this.count = this.session.start; }
   */
  get session(): Session {
    return this.#host.session as Session;
  }

  /**
   * The instance's id: `data-id` of the root element.
   * @example render() { return html`<label for="${this.id}-q">Find</label><input id="${this.id}-q" name="q">`; }
   */
  get id(): string {
    return this.#host.id;
  }

  /**
   * False while the page is rendered statically, true once a browser has subscribed.
   * @example render() { return html`<button disabled="${!this.connected}">Send</button>`; }
   */
  get connected(): boolean {
    return this.#host.connected;
  }

  /**
   * What the app's `context(req)` returned for this page or stream.
   * @throws LiveError `ERR_LIVE_SHARED_CONTEXT` in a shared component, which has many viewers: use `event.context`.
   * @example render() { return html`<p>Hello ${this.context.user.name}</p>`; }
   */
  get context(): Context {
    return this.#host.context as Context;
  }

  /**
   * The browser of every viewer of this instance.
   * @example mount() { this.browser.title('Board'); }
   */
  get browser(): Browser {
    return this.#host.browser;
  }

  /**
   * Says that something changed which watching can't see: a `#private` field, a class instance, a module's variable.
   * @example
   * ```ts
   * #seen = new WeakSet<Card>();
   * mount() {
   *   this.#seen.add(card);
   *   this.changed();
   * }
   * ```
   */
  changed(): void {
    this.#host.changed();
  }

  /**
   * Calls `work` every `ms` milliseconds, one thing at a time, until unmount or until the result is called.
   * @example mount() { this.every(1000, () => { this.seconds += 1; }); }
   */
  every(ms: number, work: () => unknown): () => void {
    return this.#host.help.every(ms, work);
  }

  /**
   * Calls `work` once after `ms` milliseconds, unless unmounted or cancelled by then.
   * @example mount() { this.after(3000, () => { this.greeting = ''; }); }
   */
  after(ms: number, work: () => unknown): () => void {
    return this.#host.help.after(ms, work);
  }

  /**
   * Calls `work` with each value published under the topic, until unmount or until the result is called.
   * @example mount() { this.subscribe(cards, (card) => { this.last = card.title; }); }
   */
  subscribe<Value>(topic: Topic<Value>, work: (value: Value) => unknown): () => void {
    return this.#host.help.subscribe(topic.name, work);
  }

  /**
   * Publishes a value to all subscribers of the topic, on every node. Never waits for them.
   * @throws LiveError `ERR_LIVE_PUBLISH_JSON` where other nodes are joined by Redis, and the value is not JSON.
   * @example add({ title }: Fields) { this.publish(cards, { id: crypto.randomUUID(), title: String(title) }); }
   */
  publish<Value>(topic: Topic<Value>, value: NoInfer<Value>): void {
    this.#host.publish(topic.name, value);
  }

  /**
   * Is there, under the name of a presence, until unmount; gives the live list of all who are, on every node. Call it in `mount()`. Without `meta` it
   * only looks. A shared component is there once for each node, not for each viewer.
   * @throws LiveError `ERR_LIVE_PRESENCE_JSON` where `meta` is not JSON.
   * @example mount() { this.people = this.presence(inRoom('lobby'), { name: 'Ada' }, { id: this.context.user.id }); }
   */
  presence<Meta>(where: Presence<Meta>, meta?: Meta, options: PresenceOptions<Meta> = {}): Present<Meta> {
    return this.#host.help.presence(where.name, meta, options as PresenceOptions<any>) as Present<Meta>;
  }

  /**
   * Starts work outside the one-at-a-time queue. Another task of the same name, unmount, and calling the result abort `signal`.
   * What throws goes to `failed()`, unless it was aborted.
   * @example mount() { this.task('load', async (signal) => { this.found = await db.search('', signal); }); }
   */
  task(name: string, work: (signal: AbortSignal) => unknown): () => void {
    return this.#host.help.task(name, work);
  }

  /**
   * Puts another component inside this one: call it in `render()`, and put what it returns into the content. The child is
   * mounted after the render, and unmounted when a render no longer asks for it. When its session payload changes it is
   * not mounted again: its `session` is another one, and it renders. What this component renders never touches its inside.
   *
   * `key` tells the children of one class apart; without it the order of the calls does. In a list, give each its key. A component without a session
   * payload needs none: `this.child(Clock)`.
   * @example render() { return html`<ul>${['c1', 'c2'].map((id) => this.child(CardView, { id }, { key: id }))}</ul>`; }
   */
  child<C extends ComponentClass>(type: C, ...[session, options]: ChildArguments<C>): Html {
    return this.#host.child(type, session, options?.key);
  }

  /**
   * Renders a view through Express' own view engine (`app.set('view engine', 'ejs')` and the like). `this` is there as `it`.
   * @example render() { return this.view('counter', { count: this.count }); }
   */
  view(name: string, locals: object = {}): Promise<Html> {
    return this.#host.view(name, { it: this, ...locals });
  }

  /**
   * The component's content: an `html` template, or the trusted text of any other renderer. It must not write to the component.
   * @example render() { return html`<p>Count: ${this.count}</p>`; }
   */
  abstract render(): Content | Promise<Content>;
}

/** The optional hooks; merged, so that editors complete them. */
// biome-ignore lint/correctness/noUnusedVariables: a merged interface must repeat the class's type parameters
export interface LiveComponent<Session = {}, Context = unknown> {
  /**
   * Sets up state. Awaited in the static render (`connected` is false) and again when a browser subscribes.
   * @example async mount() { this.cards = await db.cards(); }
   */
  mount?(): unknown;
  /**
   * Cleans up, once, when the instance ends. Timers, subscriptions and tasks end by themselves.
   * @example unmount() { this.socket?.end(); }
   */
  unmount?(): unknown;
  /**
   * Called in place of `mount()` where a durable instance goes on at another node, with its fields as they were. Timers, subscriptions and tasks ended with
   * the old node: start them here again.
   * @example
   * ```ts
   * static durable = 'sync';
   * mount() {
   *   this.start();
   * }
   * resumed() {
   *   this.start();
   * }
   * start() {
   *   this.every(1000, () => this.changed());
   * }
   * ```
   */
  resumed?(): unknown;
  /**
   * Called in place of `unmount()` on the node that gives a durable instance away. A node that dies calls nothing.
   * @example suspended() { this.socket?.end(); }
   */
  suspended?(): unknown;
  /**
   * Called with the page's address after `mount`, after `pushUrl` and `replaceUrl`, and on Back and Forward.
   * @example navigate(url: URL) { this.page = Number(url.searchParams.get('page') ?? 1); }
   */
  navigate?(url: URL): unknown;
  /**
   * Called instead of the handler when the event's schema refused its params. The form keeps what was typed.
   * @example invalid({ messages }: InvalidEvent) { this.error = Object.values(messages)[0] ?? ''; }
   */
  invalid?(failure: InvalidEvent): unknown;
  /**
   * Called when messages of other nodes may have been missed, because Redis was away: query again what subscriptions keep up to date. The instance
   * renders after it, and renders without it too.
   * @example async missed() { this.cards = await db.cards(); }
   */
  missed?(): unknown;
  /**
   * Content to show when `mount`, `render` or a task threw.
   * @example failed() { return html`<p role="alert">This can't be shown now.</p>`; }
   */
  failed?(error: unknown): Content | Promise<Content>;
}

/** The statics of a component class, as the server reads them. */
export interface ComponentStatics {
  readonly component: string;
  readonly events?: Readonly<Record<string, true | StandardSchemaV1>>;
  readonly root?: Root;
  readonly uploads?: Uploads;
  readonly scope?: string;
  readonly durable?: Durable;
}

/** How the state of a component outlives its node. `true`: it is written soon after each turn. `'sync'`: before anybody sees what the turn did. */
export type Durable = boolean | 'sync';
