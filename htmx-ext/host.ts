// Owns what the adapters of both htmx versions share: which elements are ours, and how a request passes between htmx and this extension.

import type { Body } from './body.ts';
import type { Ending, LostReason } from './send.ts';

/** What sends an event. */
export const EVENT = '[lv-event],[data-lv-event]';
/** What makes an element htmx's own. */
export const ACTION = ['get', 'post', 'put', 'patch', 'delete', 'action']
  .map((verb) => `[hx-${verb}],[data-hx-${verb}]`)
  .join();
/** The root element of a component. */
export const ROOT = '[data-id][data-component][data-session]';

/** Whether hx-ext names this extension for an element. */
export function isInScope(element: Element): boolean {
  const scope = element.closest('[hx-ext],[data-hx-ext]');
  if (!scope) return false;
  const names = (scope.getAttribute('hx-ext') ?? scope.getAttribute('data-hx-ext') ?? '')
    .split(',')
    .map((name) => name.trim());
  if (names.includes('ignore:liveview')) return false;
  return names.includes('liveview') || (scope.parentElement !== null && isInScope(scope.parentElement));
}

/** An event's request on its way through htmx. */
export interface Request {
  readonly element: Element;
  readonly event: Event | undefined;
  readonly headers: Record<string, string>;
  readonly body: Body;
  /** Called while an upload is sent, with bytes. */
  readonly onProgress: (loaded: number, total: number) => void;
}

/** What the two versions of htmx do each in its way. */
export interface Host {
  /** Wires an element anew, after its attributes have changed. */
  rewire(element: Element): void;
  /** Removes an element, and what htmx has attached to it. */
  remove(element: Element): void;
}

/** Starts htmx's own request for an element's event. */
export type Trigger = (element: Element, event: Event | undefined) => void;
/** Takes over a request that htmx has composed; the ending says what became of it. */
export type Deliver = (request: Request) => { ending: Promise<Ending>; cancel: (reason: LostReason) => void };
