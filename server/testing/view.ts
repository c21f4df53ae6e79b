// Owns a component as a test sees and uses it. What it does is a user's; what it shows is what a browser would.

import type { CheerioAPI } from 'cheerio';
import { ATTRIBUTES } from '../../protocol/names.ts';
import { type Browser, PATIENCE, type Pushed } from './browser.ts';
import {
  all,
  describeAll,
  type Element,
  type Elements,
  narrower,
  ROOTS,
  refused,
  SENDERS,
  type Target,
  textOf,
} from './dom.ts';
import type { Answers } from './events.ts';
import { Refused } from './sender.ts';
import type { Value } from './user.ts';

/**
 * How an action ended.
 * @example
 * ```ts
 * const { status }: Ending = await view.click('[lv-event=increment]');
 * status; // => 200
 * ```
 */
export interface Ending {
  /** 200; 422 where the params were refused; 500 where a handler threw. 0: nothing was sent. */
  readonly status: number;
}

/**
 * How an action is done.
 * @example
 * ```ts
 * class Faulty extends LiveComponent {
 *   static component = 'demo.Faulty';
 *   static events = { fail: true };
 *   fail() {
 *     throw new Error('on purpose');
 *   }
 *   render() {
 *     return html`<button lv-event="fail">Fail</button>`;
 *   }
 * }
 * const expected: ActionOptions = { fails: true };
 * await (await mountLive(Faulty)).click('button', expected); // => { status: 500 }
 * ```
 */
export interface ActionOptions extends Answers {
  /** Whether a handler is expected to throw: then the call does not reject with that, but where none did. */
  readonly fails?: boolean;
}

/**
 * A component on a page, in the hands of a user. Selectors are looked for inside it, children included, and, where nothing is found there, in the rest of
 * the page. Every action resolves when its events have settled and their effect is on the page; it rejects where a browser could not do it, and with
 * what a handler threw.
 * @example
 * ```ts
 * const countIn = (view: View) => Number(view.find('output').text());
 * await view.click('[lv-event=increment]');
 * countIn(view); // => 1
 * ```
 */
export class View {
  /** What is behind it; not for tests. */
  readonly #browser: Browser;
  readonly #id: string;
  #root: Element;

  /** Views are made by `mountLive()` and `connectLive()`. */
  constructor(browser: Browser, root: Element) {
    this.#browser = browser;
    this.#root = root;
    this.#id = root.attribs[ATTRIBUTES.id] as string;
  }

  // --- What it shows ---------------------------------------------------------------------------------------------

  /**
   * Its root element, as cheerio gives it.
   * @example view.root.attr('data-component'); // => 'demo.Counter'
   */
  get root(): Elements {
    const { page } = this.#browser;
    const isHere = ({ attribs }: Element) => attribs[ATTRIBUTES.id] === this.#id;
    if (!page.entries.has(this.#root)) this.#root = all(page.$, ROOTS).find(isHere) ?? this.#root;
    return page.$(this.#root);
  }

  /**
   * Finds elements in it, children included. What a user has typed is in {@link values}, not in the elements.
   * @example view.find('button').length; // => 3
   */
  find(selector: string): Elements {
    return this.root.find(selector);
  }

  /**
   * The whole page, as cheerio.
   * @example view.page('body').attr('hx-ext'); // => 'liveview'
   */
  get page(): CheerioAPI {
    return this.#browser.page.$;
  }

  /**
   * Its text, with each run of white space as one space.
   * @example view.text; // => 'Count: 0 −1 +1 Reset'
   */
  get text(): string {
    return textOf(this.root[0] as Element)
      .replace(/\s+/g, ' ')
      .trim();
  }

  /**
   * Its content as HTML.
   * @example expect(view.html).toContain('<output>0</output>');
   */
  get html(): string {
    return this.root.html() ?? '';
  }

  /**
   * What a form, or any other element, would send now: what has been typed, and what the server says of the rest.
   * @example
   * ```ts
   * const todo = await mountLive(TodoList, { context: { owner: 'ada' } });
   * await todo.fill('form', { text: 'Milk' });
   * todo.values('form'); // => { text: 'Milk' }
   * ```
   */
  values(target: Target = 'form'): Record<string, string | File | (string | File)[]> {
    const element = this.#one(target, 'values');
    const values: Record<string, string | File | (string | File)[]> = {};
    for (const [name, value] of this.#browser.controls.entries(element)) {
      const before = values[name];
      values[name] = before === undefined ? value : [before, value].flat();
    }
    return values;
  }

  /**
   * What one control shows: its text, whether it is checked, the values that are chosen where there may be several, or its files.
   * @example
   * ```ts
   * const chat = await mountLive(Chat, { session: { room: 'lobby' } });
   * await chat.change('[name=from]', 'Ada');
   * chat.value('[name=from]'); // => 'Ada'
   * ```
   */
  value(control: Target): string | boolean | readonly string[] | readonly File[] {
    return this.#browser.controls.shown(this.#one(control, 'value'));
  }

  /**
   * What was pushed to the browser so far, by all components of the page.
   * @example view.pushes; // => []
   */
  get pushes(): readonly Pushed[] {
    return this.#browser.pushes;
  }

  /**
   * Where the browser was sent, if it was.
   * @example view.redirected; // => undefined
   */
  get redirected(): string | undefined {
    return this.#browser.redirected;
  }

  /**
   * The page's title, where it has one.
   * @example view.title; // => undefined
   */
  get title(): string | undefined {
    return this.#browser.title;
  }

  /**
   * The page's address.
   * @example view.url; // => 'http://localhost/'
   */
  get url(): string {
    return this.#browser.page.url;
  }

  /**
   * Why it is not live, if it is not: `expired`, `refused`, `failed`, `ended`, `session`, `offline`.
   * @example
   * ```ts
   * await view.disconnect();
   * view.gone; // => 'offline'
   * ```
   */
  get gone(): string | undefined {
    const entry = this.#browser.page.entries.get(this.root[0] as Element);
    if (!entry) return 'removed';
    return entry.state === 'gone' ? entry.reason : entry.state === 'waiting' ? 'offline' : undefined;
  }

  // --- What a user does ------------------------------------------------------------------------------------------

  /**
   * Clicks. A button of a form submits it, a checkbox changes, a label clicks its control.
   * @example await view.click('[lv-event=increment]'); // => { status: 200 }
   */
  click(target: Target, options?: ActionOptions): Promise<Ending> {
    return this.#act('click', target, options, (element, doing) => this.#browser.user.click(element, doing));
  }

  /**
   * Fills in fields by their names: texts, `true` for a checkbox, values for radios, selects and groups of checkboxes. Each makes `input` and `change`.
   * @example
   * ```ts
   * const chat = await mountLive(Chat, { session: { room: 'lobby' } });
   * await chat.fill('form', { from: 'Ada', text: 'Hello' });
   * ```
   */
  fill(target: Target, values: Readonly<Record<string, Value>>, options?: ActionOptions): Promise<Ending> {
    return this.#act('fill', target, options, (element, doing) => this.#browser.user.fill(element, values, doing));
  }

  /**
   * Puts a value into one control.
   * @example
   * ```ts
   * const todo = await mountLive(TodoList, { context: { owner: 'bob' } });
   * await todo.submit('form', { text: 'Milk' });
   * await todo.change('li input', true);
   * todo.find('li').attr('class'); // => 'done'
   * ```
   */
  change(target: Target, value: Value, options?: ActionOptions): Promise<Ending> {
    return this.#act('change', target, options, (element, doing) => this.#browser.user.change(element, value, doing));
  }

  /**
   * Chooses files in an input. They are sent with its form.
   * @example
   * ```ts
   * const files = await mountLive(Upload);
   * await files.upload('[type=file]', new File(['hello'], 'a.txt', { type: 'text/plain' }));
   * await files.submit('form');
   * expect(files.text).toContain('5 bytes');
   * ```
   */
  upload(target: Target, files: File | readonly File[], options?: ActionOptions): Promise<Ending> {
    return this.#act('upload', target, options, (element, doing) =>
      this.#browser.user.upload(element, [files].flat() as File[], doing),
    );
  }

  /**
   * Submits a form, with its first button if it has one; `values` are filled in before.
   * @example
   * ```ts
   * const chat = await mountLive(Chat, { session: { room: 'lobby' } });
   * await chat.submit('form', { from: 'Ada', text: 'Hello' });
   * chat.find('li').last().text(); // => 'Ada Hello'
   * ```
   */
  submit(
    target: Target = 'form',
    values: Readonly<Record<string, Value>> = {},
    options?: ActionOptions,
  ): Promise<Ending> {
    return this.#act('submit', target, options, (element, doing) => {
      this.#browser.user.fill(element, values, doing);
      this.#browser.user.submit(element, doing);
    });
  }

  /**
   * Lets any other event happen at an element, such as `keyup`, or a CustomEvent with its detail. Rejects where nobody listens.
   * @example
   * ```ts
   * class Board extends LiveComponent {
   *   static component = 'demo.Board';
   *   static events = { drop: z.object({ card: z.string() }) };
   *   last = '';
   *   drop({ card }: Params<typeof Board, 'drop'>) {
   *     this.last = card;
   *   }
   *   render() {
   *     return html`<ul lv-event="drop" hx-trigger="dropped"></ul><p>${this.last}</p>`;
   *   }
   * }
   * const board = await mountLive(Board);
   * await board.trigger('ul', 'dropped', { card: 'c1' });
   * board.text; // => 'c1'
   * ```
   */
  trigger(target: Target, type: string, detail?: unknown, options?: ActionOptions): Promise<Ending> {
    return this.#act(`trigger ${type}`, target, options, (element, doing) => {
      if (this.#browser.events.dispatch({ type, target: element, detail }).isHeard) return;
      throw refused(doing, `nothing fires on ${type}; there are ${describeAll(all(this.page, SENDERS))}`);
    });
  }

  /**
   * Back and Forward: the page has another address, and `navigate()` is called.
   * @example
   * ```ts
   * class Pages extends LiveComponent {
   *   static component = 'demo.Pages';
   *   at = '';
   *   navigate(url: URL) {
   *     this.at = url.searchParams.get('page') ?? '1';
   *   }
   *   render() {
   *     return html`<p>Page ${this.at}</p>`;
   *   }
   * }
   * const pages = await mountLive(Pages);
   * await pages.navigate('?page=2');
   * pages.text; // => 'Page 2'
   * ```
   */
  navigate(url: string, options?: ActionOptions): Promise<Ending> {
    return this.#act('navigate', this.root, options, () => this.#browser.events.navigate(url));
  }

  async #act(
    what: string,
    target: Target,
    options: ActionOptions = {},
    work: (element: Element, doing: string) => void,
  ): Promise<Ending> {
    const doing = `${what}(${typeof target === 'string' ? `'${target}'` : ''})`;
    const browser = this.#browser;
    browser.acting++;
    try {
      const sent = browser.events.act(() => work(this.#one(target, what), doing), options);
      const status = Math.max(0, ...(await Promise.all(sent)));
      await browser.server.quiet();
      this.#check(doing, status, options.fails);
      return { status };
    } catch (error) {
      throw error instanceof Refused ? refused(doing, browser.server.takeRefusal() ?? error.message) : error;
    } finally {
      browser.acting--;
    }
  }

  #check(doing: string, status: number, fails = false): void {
    const [error] = this.#browser.server.takeErrors();
    if (fails && error === undefined && status !== 500) throw refused(doing, 'it was expected to fail, and did not');
    if (!fails && error !== undefined) throw error;
    if (!fails && status === 500) throw refused(doing, 'the handler failed on the server, which has reported it there');
  }

  /** What no action has to answer for. */
  #checkRest(doing: string): void {
    if (this.#browser.acting === 0) this.#check(doing, 0);
  }

  #one(target: Target, what: string): Element {
    if (typeof target !== 'string') return only(target.toArray(), `${what}()`, []);
    const found = this.find(target).toArray();
    if (found.length === 0 && this.root.is(target)) return this.root[0] as Element;
    const elements = found.length > 0 ? found : all(this.page, target);
    const those = this.find('button,input,select,textarea,form,[lv-event],[data-lv-event]').toArray();
    return only(elements, `${what}('${target}')`, those);
  }

  // --- What happens beside it ------------------------------------------------------------------------------------

  /**
   * Waits until nothing is under way: events, updates, tasks, async renders. Rejects after 5 s, and with what was thrown.
   * @example await view.settled();
   */
  async settled(): Promise<void> {
    await Promise.all(this.#browser.events.takeStrays());
    await this.#browser.server.settled();
    this.#checkRest('settled()');
  }

  /**
   * Waits until something is true. Rejects after 5 s, with what it shows.
   * @example await view.until(() => view.text.includes('Count: 0'));
   */
  async until(isTrue: () => boolean): Promise<void> {
    for (const end = performance.now() + PATIENCE; !isTrue(); await new Promise((resolve) => setTimeout(resolve, 1)))
      if (performance.now() > end)
        throw refused('until()', `it was not true within ${PATIENCE} ms. The component shows: ${this.text}`);
    this.#checkRest('until()');
  }

  /**
   * Cuts the stream: the component is offline until {@link reconnect}. What is clicked meanwhile is delivered then.
   * @example
   * ```ts
   * await view.disconnect();
   * const clicked = view.click('[lv-event=increment]');
   * await view.reconnect();
   * await clicked;
   * view.find('output').text(); // => '1'
   * ```
   */
  async disconnect(): Promise<void> {
    this.#browser.page.disconnect();
    await this.#browser.server.quiet();
  }

  /**
   * Opens a stream again, after it was cut or by cutting it now, and resumes.
   * @example await view.reconnect();
   */
  async reconnect(): Promise<void> {
    await this.disconnect();
    await this.#browser.page.connect();
    await this.#browser.server.quiet();
    this.#checkRest('reconnect()');
  }
}

function only(elements: readonly Element[], doing: string, those: readonly Element[]): Element {
  const [element] = elements;
  if (!element) throw refused(doing, `there is no such element; there are ${describeAll(those)}`);
  if (elements.length > 1)
    throw refused(doing, `it matches ${elements.length} elements: ${describeAll(elements)}. ${narrower(elements)}`);
  return element;
}
