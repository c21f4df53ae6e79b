// Owns what the adapters of both htmx versions share: which elements are ours, and how a request passes between htmx and this extension.

import type { Body } from './body.ts';
import { attributeOf, having } from './dom.ts';
import type { LostReason } from './public.ts';
import type { Ending } from './send.ts';

/** What sends an event. */
export const EVENT = having('lv-event');
/** What makes an element htmx's own. */
export const ACTION = ['get', 'post', 'put', 'patch', 'delete', 'action'].map((verb) => having(`hx-${verb}`)).join();
/** The root element of a component. */
export const ROOT = '[data-id][data-component][data-session]';

/** Whether hx-ext names this extension for an element. */
export function isInScope(element: Element): boolean {
  const scope = element.closest(having('hx-ext'));
  if (!scope) return false;
  const names = attributeOf(scope, 'hx-ext')
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

/** The HTTP status that htmx is told: it shall not look for content. */
export function statusOf(how: Ending): number {
  return 'status' in how ? (how.status === 200 ? 204 : how.status) : 0;
}

/** Starts htmx's own request for an element's event. */
export type Trigger = (element: Element, event: Event | undefined) => void;
/** An event on its way: the ending says what became of it. */
export interface Delivery {
  readonly ending: Promise<Ending>;
  cancel(reason: LostReason): void;
}
/** Takes over a request that htmx has composed. */
export type Deliver = (request: Request) => Delivery;
