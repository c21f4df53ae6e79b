// Owns the small things that are done to the page beside its content: events, orders, state classes.

import type { Order } from '../protocol/patch.ts';

/** Carries out the orders of a component. */
export function obey(root: Element, orders: readonly Order[] = []): void {
  for (const order of orders) {
    if (order[0] === 'push') dispatch(root, order[1], order[2]);
    else if (order[0] === 'title') document.title = order[1];
    else if (order[0] === 'url') history.pushState({ liveview: true }, '', order[1]);
    else if (order[0] === 'redirect') location.assign(order[1]);
  }
}

/** Dispatches a DOM event that bubbles; false where a listener cancelled it. */
export function dispatch(target: EventTarget, name: string, detail: unknown): boolean {
  return target.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, cancelable: true, detail }));
}

/** Whether a component asks for view transitions, as htmx writes it. */
export function wantsTransition(root: Element): boolean {
  const swap = root.getAttribute('hx-swap') ?? root.getAttribute('data-hx-swap') ?? '';
  return /\btransition:\s*true\b/.test(swap) && 'startViewTransition' in document;
}

const STATES = ['lv-connecting', 'lv-connected', 'lv-offline', 'lv-gone'];

/** Shows the state of a component in the classes of its root. */
export function setState(root: Element, state: string): void {
  for (const name of STATES) root.classList.toggle(name, name === state);
}

/** A random id that may stand in a query. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_');
}
