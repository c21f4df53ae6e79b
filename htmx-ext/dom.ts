// Owns the small things that are done to the page beside its content: events, orders, state classes.

import type { Order } from '../protocol/patch.ts';
import type { LiveviewEvents } from './public.ts';

/**
 * Carries out the orders of a component.
 * @param isFirst whether it is the first place on the page that shows it: in the others only what is pushed counts.
 */
export function obey(root: Element, orders: readonly Order[] = [], isFirst = true): void {
  for (const order of orders) {
    if (order[0] === 'push') dispatch(root, order[1], order[2]);
    else if (!isFirst) continue;
    else if (order[0] === 'title') document.title = order[1];
    else if (order[0] === 'url') changeUrl(order[1], order[2]);
    else if (order[0] === 'redirect') location.assign(order[1]);
  }
}

/** What others noted in a history entry stays with it: htmx knows its own by that. */
function changeUrl(url: string, how: 'replace' | undefined): void {
  if (how) history.replaceState(history.state, '', url);
  else history.pushState({ liveview: true }, '', url);
}

/** Dispatches a DOM event that bubbles; false where a listener cancelled it. */
export function dispatch<Name extends string>(
  target: EventTarget,
  name: Name,
  detail: Name extends keyof LiveviewEvents ? LiveviewEvents[Name] : unknown,
): boolean {
  return target.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, cancelable: true, detail }));
}

/** The value of an attribute that may have `data-` before its name; empty where there is none. */
export function attributeOf(element: Element, name: string): string {
  return element.getAttribute(name) ?? element.getAttribute(`data-${name}`) ?? '';
}

/** A selector of elements that have an attribute, with `data-` before its name or without. */
export function having(name: string): string {
  return `[${name}],[data-${name}]`;
}

/** Whether a component asks for view transitions, as htmx writes it. */
export function wantsTransition(root: Element): boolean {
  return /\btransition:\s*true\b/.test(attributeOf(root, 'hx-swap')) && 'startViewTransition' in document;
}

const STATES = ['connecting', 'connected', 'offline', 'gone'] as const;

/** Shows the state of a component in the classes of its root, such as `lv-gone`. */
export function setState(root: Element, state: (typeof STATES)[number]): void {
  for (const name of STATES) root.classList.toggle(`lv-${name}`, name === state);
}

/** Whether a root bears such a class: it was live before, as one from htmx's history, or a copy. */
export function wasLive(root: Element): boolean {
  return STATES.some((name) => root.classList.contains(`lv-${name}`));
}

/** A random id of 100 bits, in small letters and digits. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => (byte & 31).toString(32)).join('');
}
