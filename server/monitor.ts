// Owns what the server says of itself to whoever watches: Node's diagnostics channels, and what each says (docs/monitoring.md).
// Where nobody listens, nothing is made and no clock is read. No message has what a user sent, a session's id, or a component's state.

import { type Channel, channel } from 'node:diagnostics_channel';
import type { RefusalKind } from './errors.ts';
import { chain, type Eventually, recover } from './eventually.ts';

/**
 * A stream was opened, or has ended.
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('htmx-liveview:stream', (message) => {
 *   const stream = message as StreamMessage;
 *   if (stream.state === 'ended') console.log(`a reader stayed for ${stream.ms} ms`);
 * });
 * ```
 */
export type StreamMessage = {
  /** The stream's id, for traces and logs. Streams come and go: it is no label for a metric. */
  readonly id: string;
  /** Whether it is a response that stays open, or polls. */
  readonly mode: 'stream' | 'poll';
} & (
  | { readonly state: 'open' }
  | {
      readonly state: 'ended';
      /** How long it was open, in milliseconds. */
      readonly ms: number;
    }
);

/**
 * A component was mounted for a page. What a page's static render throws away is not told.
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('htmx-liveview:mount', (message) => {
 *   const { component, ms, ok } = message as MountMessage;
 *   console.log(component, ok ? `is live after ${ms} ms` : 'could not be mounted');
 * });
 * ```
 */
export interface MountMessage {
  /** The class's name: `static component`. */
  readonly component: string;
  /** The instance's id: `data-id`. */
  readonly id: string;
  /** From the start of `mount()` until the first content is there, with its children, in milliseconds. */
  readonly ms: number;
  /** Whether it went live; what `failed()` shows counts as that. */
  readonly ok: boolean;
  /** Whether it took up the state of a durable instance: `resumed()` in place of `mount()`. */
  readonly resumed: boolean;
}

/**
 * An event of a browser has settled.
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('htmx-liveview:event', (message) => {
 *   const { component, name, status } = message as EventMessage;
 *   if (status === 500) console.warn(`${component} ${name} failed`);
 * });
 * ```
 */
export interface EventMessage {
  /** The class's name: `static component`. */
  readonly component: string;
  /** The instance's id: `data-id`. */
  readonly id: string;
  /** One of the component's `static events`, or `navigate`. */
  readonly name: string;
  /** 200, 422 (the params were refused) or 500 (the handler threw). Undefined where another node has the instance now: the event is sent again. */
  readonly status: number | undefined;
  /** From when it was read until its effect was out, in milliseconds: its turn was awaited, it was handled, rendered, and, where durable, kept. */
  readonly ms: number;
}

/**
 * A component's `render()` was called.
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('htmx-liveview:render', (message) => {
 *   const { component, ms } = message as RenderMessage;
 *   if (ms > 10) console.warn(`${component} renders for ${ms} ms`);
 * });
 * ```
 */
export interface RenderMessage {
  /** The class's name: `static component`. */
  readonly component: string;
  /** The instance's id: `data-id`. */
  readonly id: string;
  /** How long it took, with the promises in its content, in milliseconds. */
  readonly ms: number;
  /** False where it threw. */
  readonly ok: boolean;
  /** False for the static render of a page. */
  readonly live: boolean;
}

/**
 * An instance's content has changed, and its readers were told. What one that was behind gets later is not told again.
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('htmx-liveview:patch', (message) => {
 *   const { component, bytes, readers } = message as PatchMessage;
 *   console.log(`${component}: ${bytes} bytes to ${readers} readers`);
 * });
 * ```
 */
export interface PatchMessage {
  /** The class's name: `static component`. */
  readonly component: string;
  /** The instance's id: `data-id`. */
  readonly id: string;
  /** The version that it leads to. */
  readonly version: number;
  /** How long its frame is, uncompressed. */
  readonly bytes: number;
  /** Whether it is the component's whole content, and not only the regions that changed. */
  readonly whole: boolean;
  /** How many streams and answers it went out by. */
  readonly readers: number;
}

/**
 * A request was refused. The detail, which may have what a browser sent, goes to `onRefusal` alone.
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('htmx-liveview:refusal', (message) => {
 *   const { kind, status } = message as RefusalMessage;
 *   if (status === 401 || status === 403) console.warn(`refused: ${kind}`);
 * });
 * ```
 */
export interface RefusalMessage {
  /** Which rejection. */
  readonly kind: RefusalKind;
  /** The HTTP status that says it. */
  readonly status: number;
  /** Where it concerns one: always the name of a class, never just what a browser called it. */
  readonly component: string | undefined;
}

/**
 * `live.drain()` has come to its end.
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('htmx-liveview:drain', (message) => {
 *   const { left, ms } = message as DrainMessage;
 *   console.log(`drained in ${ms} ms; ${left} streams were cut`);
 * });
 * ```
 */
export interface DrainMessage {
  /** How many streams there were at its start. */
  readonly streams: number;
  /** How many of these had not gone within its time. */
  readonly left: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/**
 * What is published on each channel. The channel's name has `htmx-liveview:` in front of it.
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 *
 * subscribe('htmx-liveview:event', (message) => {
 *   const { component, name, ms } = message as MonitorMessages['event'];
 *   if (ms > 200) console.warn(`slow: ${component} ${name} took ${Math.round(ms)} ms`);
 * });
 * ```
 */
export interface MonitorMessages {
  /** A stream was opened, or has ended. */
  readonly stream: StreamMessage;
  /** A component was mounted. */
  readonly mount: MountMessage;
  /** An event has settled. */
  readonly event: EventMessage;
  /** A component was rendered. */
  readonly render: RenderMessage;
  /** A change was sent. */
  readonly patch: PatchMessage;
  /** A request was refused. */
  readonly refusal: RefusalMessage;
  /** A drain has ended. */
  readonly drain: DrainMessage;
}

const named = (name: string): Channel => channel(`htmx-liveview:${name}`);

const CHANNELS: Readonly<Record<keyof MonitorMessages, Channel>> = {
  stream: named('stream'),
  mount: named('mount'),
  event: named('event'),
  render: named('render'),
  patch: named('patch'),
  refusal: named('refusal'),
  drain: named('drain'),
};

/** Publishes what `make` gives, where somebody listens. */
export function tell<Name extends keyof MonitorMessages>(name: Name, make: () => MonitorMessages[Name]): void {
  const to = CHANNELS[name];
  if (to.hasSubscribers) to.publish(make());
}

/** Does work, and publishes how long it took and how it ended, where somebody listens. `describe` gets no value where the work threw. */
export function timed<Name extends keyof MonitorMessages, T>(
  name: Name,
  work: () => Eventually<T>,
  describe: (ms: number, ok: boolean, value?: T) => MonitorMessages[Name],
): Eventually<T> {
  const to = CHANNELS[name];
  if (!to.hasSubscribers) return work();
  const start = performance.now();
  const done = (ok: boolean, value?: T) => to.publish(describe(performance.now() - start, ok, value));
  const failed = (error: unknown) => {
    done(false);
    throw error;
  };
  return chain(recover(work, failed), (value) => {
    done(true, value);
    return value;
  });
}
