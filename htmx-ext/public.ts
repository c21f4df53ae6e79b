// Owns what a page's own scripts see of the extension, as types: the details of its DOM events, and `window.liveview`. It is built as dist/liveview.d.ts.
// Nothing is added to `Window` or to the DOM's own tables of events: both belong to the page.

import type { GoneReason } from '../protocol/patch.ts';

export type { LiveviewTools } from './tools-api.ts';

/**
 * How frames come: over a stream, over polls, or over a stream that tabs share.
 * @example
 * ```ts
 * const badges: Record<Mode, string> = { stream: 'live', poll: 'live, slowly', shared: 'live' };
 * document.title = badges.stream;
 * ```
 */
export type Mode = 'stream' | 'poll' | 'shared';

/**
 * Why a component can't be live: its token is too old, it was refused, it threw, the server or its session ended it.
 * @example const shouldReload = (reason: EndReason) => reason === 'session' || reason === 'expired';
 */
export type EndReason = Exclude<GoneReason, 'later'>;

/**
 * Why an event could not be delivered.
 * @example const isOurs = (reason: LostReason) => reason === 'aborted' || reason === 'superseded';
 */
export type LostReason = 'aborted' | 'full' | 'gone' | 'reset' | 'superseded' | 'timeout';

/**
 * Which content of a component an update brings.
 * @example
 * ```ts
 * document.addEventListener('liveview:after-update', (event) => {
 *   const { id, version } = (event as CustomEvent<UpdateDetail>).detail;
 *   console.log(`${id} is at version ${version}`);
 * });
 * ```
 */
export interface UpdateDetail {
  /** The instance: `data-id` of the root element. */
  readonly id: string;
  /** The version of the new content. */
  readonly version: number;
}

/**
 * The `detail` of each DOM event, by its name. Those of the connection are dispatched on the document, the others on a component's root element;
 * all of them bubble.
 * @example
 * import type { LiveviewEvents } from 'htmx-liveview/liveview.js';
 * document.addEventListener('liveview:event-lost', (event) => {
 *   const { name, reason } = (event as CustomEvent<LiveviewEvents['liveview:event-lost']>).detail;
 *   console.warn(`${name} was not delivered: ${reason}`);
 * });
 */
export interface LiveviewEvents {
  /** Frames come. */
  'liveview:connected': { readonly mode: Mode };
  /** Frames come no longer. */
  'liveview:disconnected': {};
  /** So many tries have failed; the next one is `ms` milliseconds away. */
  'liveview:reconnecting': { readonly attempt: number; readonly ms: number };
  /** An update is about to be shown. Cancelled, it is shown when the same place changes again. */
  'liveview:before-update': UpdateDetail;
  /** An update has been shown. */
  'liveview:after-update': UpdateDetail;
  /** The event `name` of this component could not be delivered, and won't be. On the body, where the component has left the page. */
  'liveview:event-lost': { readonly name: string; readonly reason: Exclude<LostReason, 'aborted' | 'superseded'> };
  /** The server has lost the component's state: it was mounted anew. */
  'liveview:reset': { readonly id: string };
  /** Orders of the component (`push`, `title`, `pushUrl`, `redirect`) were lost while the page was away. Its content is right. */
  'liveview:gap': { readonly id: string };
  /** The component can't be live, and won't come back by itself. */
  'liveview:gone': { readonly reason: EndReason };
}
