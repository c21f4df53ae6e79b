// Owns the question what fires: which elements with lv-event a DOM event reaches, by hx-trigger as htmx reads it.

import type { CheerioAPI } from 'cheerio';
import type { Clock } from '../clock.ts';
import {
  all,
  around,
  attributeOf,
  closest,
  describe,
  type Element,
  isButton,
  isControl,
  refused,
  SENDERS,
  typeOf,
} from './dom.ts';

/** A DOM event, as far as it matters here. */
export interface DomEvent {
  readonly type: string;
  readonly target: Element;
  readonly submitter?: Element | undefined;
  /** A CustomEvent's. */
  readonly detail?: unknown;
  /** Default true. */
  readonly bubbles?: boolean;
}

/** When an element fires. */
interface Trigger {
  readonly event: string;
  readonly filter: string | undefined;
  readonly options: Readonly<Record<string, string>>;
}

/** An element that an event reaches. */
interface Listener {
  readonly element: Element;
  readonly trigger: Trigger;
  /** Where it listens: the element itself, or another one; undefined for the document. */
  readonly on: Element | undefined;
  /** How far out that is. */
  readonly at: number;
}

/** What is known of an element's firing. */
interface State {
  values: WeakMap<Element, string>;
  hasFired?: boolean;
  isLoaded?: boolean;
  /** Until when it keeps still. */
  rest?: number;
  cancel?: () => void;
}

/** Finds what DOM events fire. */
export class Triggers {
  readonly #$: CheerioAPI;
  readonly #clock: Clock;
  readonly #valueOf: (control: Element) => string;
  readonly #fire: (element: Element, event: DomEvent) => void;
  readonly #states = new WeakMap<Element, State>();
  readonly #waiting = new Map<Element, DomEvent>();

  /** @param fire is called for each element that fires: at once, or when its delay is over. */
  constructor(
    $: CheerioAPI,
    clock: Clock,
    read: (control: Element) => string,
    fire: (element: Element, event: DomEvent) => void,
  ) {
    this.#$ = $;
    this.#clock = clock;
    this.#valueOf = read;
    this.#fire = fire;
  }

  /** Whether something waits for its delay. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Lets an event reach whoever listens. Says whether anybody does, and whether the browser's own action is prevented. */
  dispatch(event: DomEvent): { readonly isHeard: boolean; readonly isPrevented: boolean } {
    const path = event.bubbles === false ? [event.target] : [...around(event.target)];
    const listeners = this.#listeners(event.type, path);
    let end = Number.POSITIVE_INFINITY;
    for (const { element, trigger, at } of listeners) {
      if (at > end || !this.#isMeant(element, trigger, event)) continue;
      if ('consume' in trigger.options) end = at;
      this.#hear(element, trigger, event);
    }
    const isPrevented = event.type === 'click' && listeners.some(({ on }) => on !== undefined && isSubmitting(on));
    return { isHeard: listeners.length > 0, isPrevented };
  }

  /** What has come to the page fires, where it is to fire on `load`. */
  load(isMeant: (element: Element) => boolean): void {
    for (const target of all(this.#$, SENDERS)) {
      const state = this.#stateOf(target);
      if (state.isLoaded || !isMeant(target)) continue;
      state.isLoaded = true;
      this.dispatch({ type: 'load', target, bubbles: false });
    }
  }

  /** A submit says more than what its form's fields still had to send. */
  supersede(form: Element): void {
    for (const element of this.#waiting.keys())
      if (element !== form && closest(element, (it) => it === form)) this.#cancel(element);
  }

  /** Who listens, from the inside out. */
  #listeners(type: string, path: readonly Element[]): Listener[] {
    const found = all(this.#$, SENDERS).flatMap((element): Listener[] => {
      const trigger = triggersOf(element).find(({ event }) => event === type);
      const { from } = trigger?.options ?? {};
      if (!trigger) return [];
      if (from === 'document' || from === 'window') return [{ element, trigger, on: undefined, at: path.length }];
      const at = path.findIndex((it) => (from === undefined ? it === element : this.#isFrom(element, from, it)));
      return at < 0 ? [] : [{ element, trigger, on: path[at], at }];
    });
    return found.sort((one, other) => one.at - other.at);
  }

  /** htmx's extended selectors, as far as one element can be asked. */
  #isFrom(element: Element, from: string, asked: Element): boolean {
    const [word = '', ...rest] = from.split(' ');
    const selector = rest.join(' ');
    if (from === 'this') return asked === element;
    if (word === 'closest') return this.#$(element).closest(selector)[0] === asked;
    if (word === 'find') return this.#$(element).find(selector)[0] === asked;
    if (word === 'next' || word === 'previous')
      throw refused(`hx-trigger="from:${from}"`, 'the test kit does not know it; use view.trigger()');
    return this.#$(asked).is(from);
  }

  #isMeant(element: Element, { event: name, filter, options }: Trigger, event: DomEvent): boolean {
    if (filter !== undefined)
      throw refused(
        `hx-trigger="${name}[${filter}]"`,
        `a filter is JavaScript, which the test kit does not run; test ${describe(element)} in a browser`,
      );
    const state = this.#stateOf(element);
    if (options.target !== undefined && !this.#$(event.target).is(options.target)) return false;
    if ('once' in options && state.hasFired) return false;
    if (!('changed' in options)) return true;
    const value = this.#valueOf(event.target);
    const before = state.values.get(event.target) ?? event.target.attribs.value ?? '';
    state.values.set(event.target, value);
    return value !== before;
  }

  #hear(element: Element, { options: { delay, throttle } }: Trigger, event: DomEvent): void {
    const state = this.#stateOf(element);
    state.hasFired = true;
    this.#cancel(element);
    if (throttle !== undefined) {
      if ((state.rest ?? 0) > this.#clock.now()) return;
      state.rest = this.#clock.now() + milliseconds(throttle);
    }
    if (delay === undefined) return this.#fire(element, event);
    this.#waiting.set(element, event);
    state.cancel = this.#clock.after(milliseconds(delay), () => {
      this.#waiting.delete(element);
      if (closest(element, ({ name }) => name === 'html')) this.#fire(element, event); // it is still on the page
    });
  }

  #cancel(element: Element): void {
    this.#stateOf(element).cancel?.();
    this.#waiting.delete(element);
  }

  #stateOf(element: Element): State {
    const state = this.#states.get(element) ?? { values: new WeakMap() };
    this.#states.set(element, state);
    return state;
  }
}

/** When an element fires: what hx-trigger says, or else htmx's own choice. */
export function triggersOf(element: Element): Trigger[] {
  const said = attributeOf(element, 'hx-trigger');
  if (said?.trim()) return splitAtCommas(said).map(parseTrigger);
  const event = element.name === 'form' ? 'submit' : isControl(element) && !isButton(element) ? 'change' : 'click';
  return [{ event, filter: undefined, options: {} }];
}

/** Commas in brackets are a filter's, or a selector's. */
function splitAtCommas(text: string): string[] {
  return text.match(/(?:\[[^\]]*\]|\([^)]*\)|\{[^}]*\}|[^,])+/g) ?? [];
}

function parseTrigger(text: string): Trigger {
  const [, event = '', filter, rest = ''] = /^\s*([^\s[]+)\s*(?:\[(.*?)\])?\s*(.*)$/s.exec(text) ?? [];
  const options: Record<string, string> = {};
  // a value goes to the next word with a colon, or to the next flag: those of `from` and `target` may hold spaces
  for (const [, name = '', value = ''] of rest.matchAll(
    /(\w+)(?::((?:(?!\s+(?:\w+:|changed\b|once\b|consume\b)).)*))?\s*/gs,
  ))
    options[name] = value.trim().replace(/^[({](.*)[)}]$/s, '$1');
  return { event, filter, options };
}

function milliseconds(text: string): number {
  const number = Number.parseFloat(text);
  return /\dms$/.test(text) ? number : /\ds$/.test(text) ? number * 1000 : /\dm$/.test(text) ? number * 60_000 : number;
}

/** Whether htmx keeps a click on this element from submitting a form: its own event takes the place of that. */
function isSubmitting(element: Element): boolean {
  const button = closest(element, isButton);
  return button !== undefined && typeOf(button) === 'submit';
}
