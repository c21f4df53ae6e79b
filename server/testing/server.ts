// Owns the server of a test: the real one, in this process, with a clock that the test moves; and the knowledge whether anything is under way on it.

import type { Express, Request } from 'express';
import type { Html } from '../../views/html.ts';
import { createBackplane } from '../backplane.ts';
import { systemClock } from '../clock.ts';
import { LiveError } from '../errors.ts';
import type { Instance } from '../instance.ts';
import { createLive, type Live } from '../live.ts';
import type { Registry } from '../registry.ts';
import type { Handler } from '../router.ts';
import { readOptions } from '../settings.ts';
import { MemoryStore } from '../store.ts';
import type { ComponentClass } from '../types.ts';
import { type Browser, PATIENCE } from './browser.ts';
import { TestClock } from './clock.ts';
import { refused } from './dom.ts';
import { createRequest } from './memory.ts';
import type { Loose } from './mount.ts';

/** Enough turns of the event loop for anything that waits for nothing outside. */
const TURNS = 50;
/** So many on end in which nothing is under way: what was published is heard in the next one. */
const IDLE = 3;

/** What the server says in development about content that costs more than it need, or does not show what it should. */
const ADVICE = new Set(['ERR_LIVE_MARKUP', 'ERR_LIVE_DUPLICATE_ID', 'ERR_LIVE_HTML_STRING']);

const CONTEXT = Symbol('context');

/** What middleware has put on somebody's requests. */
export interface Visitor {
  readonly sessionID: string;
  readonly session: Record<string, unknown>;
  readonly app: Express | undefined;
  readonly [CONTEXT]: unknown;
}

/** A server in memory. */
export class TestServer {
  readonly clock = new TestClock();
  readonly browsers = new Set<Browser>();
  live!: Live;
  readonly #component: ComponentClass;
  readonly #options: Loose;
  readonly #secret = systemClock.id() + systemClock.id();
  /** The leases of a node hold as long as it runs. */
  readonly #store = new MemoryStore((node) => node === this.#node);
  #node = '';
  #registry!: Registry;
  #errors: unknown[] = [];
  #refusals: string[] = [];

  constructor(component: ComponentClass, options: Loose) {
    this.#component = component;
    this.#options = options;
    this.#start();
  }

  #start(): void {
    const { components = [], resumeWindow, handlerTimeout, limits, uploadDirectory, onError } = this.#options;
    const backplane = { ...createBackplane(), store: this.#store };
    this.#node = backplane.node;
    const settings = readOptions({
      secret: this.#secret,
      components: [...new Set([this.#component, ...components])],
      context: (request) => (request as unknown as Visitor)[CONTEXT],
      clock: this.clock,
      backplane,
      onError: onError ?? ((error) => this.#failed(error)),
      onRefusal: ({ kind, detail }) => this.#refusals.push(`${kind}: ${detail}`),
      // time stands still, so a limit in a second would be one for the whole test
      limits: { events: Number.MAX_SAFE_INTEGER, burst: Number.MAX_SAFE_INTEGER, ...limits },
      ...(resumeWindow === undefined ? {} : { resumeWindow }),
      ...(handlerTimeout === undefined ? {} : { handlerTimeout }),
      ...(uploadDirectory === undefined ? {} : { uploadDirectory }),
    });
    const { live, registry } = createLive(settings);
    this.live = live;
    this.#registry = registry;
  }

  /** The router, as middleware. */
  get handler(): Handler {
    return this.live.router as unknown as Handler;
  }

  /** What middleware puts on the requests of somebody: an express-session of their own, or that of another tab. */
  visitor(context: unknown, app: Express | undefined, tab?: Visitor): Visitor {
    const { sessionID = systemClock.id(), session = {} } = tab ?? {};
    return { sessionID, session, app, [CONTEXT]: context };
  }

  /** Renders a component into a page. */
  async render(component: ComponentClass, session: unknown, url: string, visitor: Visitor): Promise<Html> {
    const { host, protocol, pathname, search } = new URL(url);
    const extra = { ...visitor, protocol: protocol.slice(0, -1) };
    const request = createRequest({ method: 'GET', url: pathname + search, headers: { host }, extra });
    return this.live.render(request as unknown as Request, component, ...([session] as [never]));
  }

  // --- What is under way -----------------------------------------------------------------------------------------

  /** Waits until nothing happens any more of itself. What waits for something outside, such as a database, is not waited for. */
  async quiet(): Promise<void> {
    for (let turns = 0, idle = 0; turns < TURNS && idle < IDLE; turns++) {
      await new Promise(setImmediate);
      idle = this.#underWay().length > 0 ? 0 : idle + 1;
    }
  }

  /** Waits until nothing is under way, tasks and what waits for something outside included. */
  async settled(): Promise<void> {
    await this.quiet();
    for (const end = performance.now() + PATIENCE; this.#all().length > 0; await this.quiet()) {
      if (performance.now() > end)
        throw refused('settled()', `still under way after ${PATIENCE} ms: ${this.#all().join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #all(): string[] {
    const tasks = [...this.#registry.instances.values()].flatMap(({ statics, help }) =>
      help.running.map((name) => `task ${name} of ${statics.component}`),
    );
    return [...this.#underWay(), ...tasks];
  }

  #underWay(): string[] {
    const requests = [...this.browsers]
      .filter(({ page }) => page.inFlight > 0)
      .map(({ page }) => `${page.inFlight} requests`);
    const busy = [...this.#registry.instances.values()].filter((it) => this.#isAtWork(it));
    return [...busy.map(({ statics }) => `${statics.component} is at work`), ...requests];
  }

  #isAtWork(instance: Instance): boolean {
    const hasReader = this.#registry.seatsOf(instance).some(({ stream }) => stream);
    return instance.isBusy || instance.updating !== undefined || (instance.dirty && hasReader);
  }

  /** Waits for the events that came of themselves: after a delay, or a push. */
  async strays(): Promise<void> {
    await Promise.all([...this.browsers].flatMap(({ events }) => events.takeStrays()));
    await this.quiet();
  }

  // --- What went wrong -------------------------------------------------------------------------------------------

  /** Advice on markup is no failure: it is told, and the content is shown all the same. */
  #failed(error: unknown): void {
    if (error instanceof LiveError && ADVICE.has(error.code)) console.warn(error.message);
    else this.#errors.push(error);
  }

  /** What was thrown since this was asked last. */
  takeErrors(): unknown[] {
    return this.#errors.splice(0);
  }

  /** Throws the first of them, if there is one, and if no action has to answer for it. */
  throwErrors(): void {
    if ([...this.browsers].some(({ acting }) => acting > 0)) return;
    const [error] = this.takeErrors();
    if (error !== undefined) throw error;
  }

  /** Why the server refused something last. */
  takeRefusal(): string | undefined {
    return this.#refusals.splice(0).at(-1);
  }

  // --- Another one -----------------------------------------------------------------------------------------------

  /** Stops, and starts again as another node that uses the same store; the pages come back. */
  async restart(): Promise<void> {
    await this.live.drain({ within: 0 });
    this.#start();
    for (const { page } of this.browsers) await page.connect();
    await this.quiet();
  }
}
