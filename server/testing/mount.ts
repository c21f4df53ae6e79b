// Owns mountLive(): a server in memory, and a page of it with one component. In: a component class. Out: a view of it, live.

import type { CheerioAPI } from 'cheerio';
import type { Express } from 'express';
import { type Html, html, raw } from '../../views/html.ts';
import type { ComponentStatics } from '../component.ts';
import type { BaseOptions } from '../settings.ts';
import type { Published, Topic } from '../topic.ts';
import type { Checked, ComponentClass, ContextOf, SessionOf } from '../types.ts';
import { type Browser, createBrowser } from './browser.ts';
import { type Elements, ROOTS, refused } from './dom.ts';
import { memoryLink } from './memory.ts';
import { loadCheerio } from './packages.ts';
import { TestServer, type Visitor } from './server.ts';
import { View } from './view.ts';

/**
 * How a component is mounted, whatever its class.
 * @example
 * ```ts
 * const atHome: BaseMountOptions = { url: 'http://localhost/home?page=2', page: (component) => html`<main>${component}</main>` };
 * const view = await mountLive(Counter, { session: { start: 0 }, ...atHome });
 * view.page('main').length; // => 1
 * ```
 */
export interface BaseMountOptions
  extends Pick<BaseOptions, 'resumeWindow' | 'handlerTimeout' | 'limits' | 'uploadDirectory' | 'onError'> {
  /** The page's address, for `navigate(url)`. Default `http://localhost/`. */
  readonly url?: string;
  /** The classes of its children. */
  readonly components?: readonly ComponentClass[];
  /** The Express app whose view engines `this.view()` uses. */
  readonly app?: Express;
  /** The page around it. Default: a body with nothing else in it. */
  readonly page?: (component: Html) => Html | string;
}

type SessionOption<C extends ComponentClass> =
  {} extends SessionOf<C>
    ? { /** The payload of `data-session`. */ readonly session?: SessionOf<C> }
    : { /** The payload of `data-session`. */ readonly session: SessionOf<C> };
type ContextOption<C extends ComponentClass> =
  unknown extends ContextOf<C>
    ? { /** What `context(req)` returns. */ readonly context?: unknown }
    : { /** What `context(req)` returns. */ readonly context: ContextOf<C> };

/**
 * How a component is mounted. `session` and `context` are required where its class says so.
 * @example
 * ```ts
 * const options: MountOptions<typeof Vote> = { session: { question: 'Tea?' }, context: { owner: 'ada' } };
 * await mountLive(Vote, options);
 * ```
 */
export type MountOptions<C extends ComponentClass> = BaseMountOptions & SessionOption<C> & ContextOption<C>;

/**
 * The last argument of {@link mountLive}: optional where nothing in it is required.
 * @example const mountCounter = (...[options]: MountArgument<typeof Counter>) => mountLive(Counter, options);
 */
export type MountArgument<C extends ComponentClass> =
  {} extends MountOptions<C> ? [options?: MountOptions<C>] : [options: MountOptions<C>];

/**
 * How somebody else joins: with the first one's session payload and context, unless these say otherwise.
 * @example
 * ```ts
 * const otherTab: JoinOptions<typeof Counter> = { sameSession: true };
 * const tab = await view.join(otherTab);
 * ```
 */
export type JoinOptions<C extends ComponentClass> = Partial<
  Pick<BaseMountOptions, 'url' | 'page'> & { readonly session: SessionOf<C>; readonly context: ContextOf<C> }
> & {
  /** Whether it is another tab of the same express-session. Default: another session. */
  readonly sameSession?: boolean;
};

/**
 * Mounts a component without HTTP or a browser, and gives it to a user. Everything between is real: the static render, its token, the stream, signed
 * POSTs, dispatch, diffs and patches. Time stands still until {@link MountedView.elapse}.
 * @throws LiveError `ERR_LIVE_TEST_MISSING` where the package cheerio is not installed; and what `mount` or `render` throws.
 * @example
 * ```ts
 * const view = await mountLive(Counter, { session: { start: 0 } });
 * await view.click('[lv-event=increment]');
 * expect(view.text).toContain('Count: 1');
 * ```
 */
export async function mountLive<C extends ComponentClass>(
  component: C & Checked<C>,
  ...[options]: MountArgument<C>
): Promise<MountedView<C>> {
  const given = (options ?? {}) as Loose;
  const load = await loadCheerio('mountLive()');
  return open(new TestServer(component, given), load, component, given);
}

/** The options, whatever the class. */
export type Loose = BaseMountOptions & { readonly session?: unknown; readonly context?: unknown };
type Load = (html: string) => CheerioAPI;

async function open<C extends ComponentClass>(
  server: TestServer,
  load: Load,
  component: C,
  options: Loose,
  tab?: Visitor,
): Promise<MountedView<C>> {
  const { url = 'http://localhost/', context, session = {}, page = pageFor(component), app } = options;
  const visitor = server.visitor(context, app, tab);
  const $ = load(String(page(await server.render(component, session, url, visitor))));
  const link = memoryLink(
    () => server.handler,
    () => visitor,
  );
  const browser = createBrowser($, url, link, server.clock, server);
  server.browsers.add(browser);
  await browser.page.connect();
  await server.quiet();
  server.throwErrors();
  const view = new MountedView<C>(server, browser, $.root().find(ROOTS).first(), (joined) => {
    const { sameSession, ...other } = joined;
    return open(server, load, component, { ...options, ...other }, sameSession ? visitor : undefined);
  });
  if (view.gone)
    throw refused(`mountLive(${component.name})`, `it did not go live: ${server.takeRefusal() ?? view.gone}`);
  return view;
}

/** Tags that stand only inside of others. */
const PLACES: Readonly<Record<string, readonly [before: string, after: string]>> = {
  tr: ['<table><tbody>', '</tbody></table>'],
  td: ['<table><tbody><tr>', '</tr></tbody></table>'],
  tbody: ['<table>', '</table>'],
  li: ['<ul>', '</ul>'],
  option: ['<select>', '</select>'],
  g: ['<svg>', '</svg>'],
};

function pageFor(component: ComponentClass): (rendered: Html) => Html {
  const { root } = component as unknown as ComponentStatics;
  const [before, after] = PLACES[root?.tag ?? ''] ?? ['', ''];
  return (rendered) => html`<!doctype html><body hx-ext="liveview">${raw(before)}${rendered}${raw(after)}</body>`;
}

/**
 * A component that {@link mountLive} has mounted.
 * @example
 * ```ts
 * const view: MountedView<typeof Chat> = await mountLive(Chat, { session: { room: 'lobby' } });
 * await view.close();
 * ```
 */
export class MountedView<C extends ComponentClass = ComponentClass> extends View {
  readonly #server: TestServer;
  readonly #browser: Browser;
  readonly #join: (options: JoinOptions<C>) => Promise<MountedView<C>>;

  /** Views are made by {@link mountLive}. */
  constructor(
    server: TestServer,
    browser: Browser,
    root: Elements,
    join: (options: JoinOptions<C>) => Promise<MountedView<C>>,
  ) {
    super(browser, root[0] as Elements[number]);
    this.#server = server;
    this.#browser = browser;
    this.#join = join;
  }

  /**
   * Publishes a value to all who have subscribed to the topic, and waits for the effect.
   * @example await view.publish(cards, { id: 'c1', title: 'Milk' });
   */
  async publish<Value>(topic: Topic<Value>, ...value: Published<Value>): Promise<void> {
    this.#server.live.publish(topic, ...value);
    await this.#server.quiet();
    this.#server.throwErrors();
  }

  /**
   * Lets time pass, in milliseconds: `every`, `after`, `delay:` and time limits. `Date` is not moved.
   * @example
   * ```ts
   * const view = await mountLive(Clock);
   * await view.elapse(3000);
   * expect(view.text).toContain('3 ticks');
   * ```
   */
  async elapse(ms: number): Promise<void> {
    await this.#server.clock.pass(ms, () => this.#server.quiet());
    await this.#server.strays();
    this.#server.throwErrors();
  }

  /**
   * Somebody else opens the page: with an express-session of their own, or in another tab.
   * @example
   * ```ts
   * const ada = await mountLive(Chat, { session: { room: 'lobby' } });
   * const bob = await ada.join();
   * await ada.submit('form', { from: 'Ada', text: 'Hello, Bob' });
   * bob.find('li').last().text(); // => 'Ada Hello, Bob'
   * ```
   */
  join(options: JoinOptions<C> = {}): Promise<MountedView<C>> {
    return this.#join(options);
  }

  /**
   * Leaves the page: the component is unmounted.
   * @example await view.close();
   */
  async close(): Promise<void> {
    this.#server.browsers.delete(this.#browser);
    await this.#browser.page.leave();
    await this.#server.quiet();
    this.#server.throwErrors();
  }

  /**
   * The server stops, and another one starts that knows the same secrets and store; every page comes back to it. A durable component goes on there, others
   * are mounted anew from their session payload.
   * @example
   * ```ts
   * await view.click('[lv-event=increment]');
   * await view.restart();
   * view.find('output').text(); // => '0'
   * ```
   */
  async restart(): Promise<void> {
    await this.#server.restart();
    this.#server.throwErrors();
  }
}
