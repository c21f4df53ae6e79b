// Owns every name that both sides must spell alike: endpoints, attributes, media types, frame names, limits of the wire.

/** The version of the wire. A server refuses a stream that asks for another one. */
export const PROTOCOL_VERSION = 1;

/** The endpoints below the path at which the router is mounted. */
export const ENDPOINTS = {
  stream: 'stream',
  subscribe: 'subscribe',
  unsubscribe: 'unsubscribe',
  event: 'event',
  ack: 'ack',
} as const;

/** One of the endpoints that take a signed POST. */
export type PostEndpoint = Exclude<keyof typeof ENDPOINTS, 'stream'>;

/** The attributes of a component's root element, and the one that sends an event. */
export const ATTRIBUTES = {
  id: 'data-id',
  component: 'data-component',
  session: 'data-session',
  event: 'lv-event',
} as const;

/**
 * Media types of bodies. The vendor types keep an application's own body parsers away: a body that
 * `express.json()` or `express.urlencoded()` has read can't be checked against its digest any more.
 */
export const MEDIA = {
  form: 'application/vnd.liveview+form',
  json: 'application/vnd.liveview+json',
  multipart: 'multipart/form-data',
  frames: 'text/event-stream',
  problem: 'application/problem+json',
} as const;

/** What `event:` may say in a frame. */
export type FrameName = 'hello' | 'update' | 'settled' | 'beat' | 'gone' | 'move' | 'bye' | 'fault';

/** All frame names, for a client that listens to each. */
export const FRAME_NAMES: readonly FrameName[] = ['hello', 'update', 'settled', 'beat', 'gone', 'move', 'bye', 'fault'];

/** The event that Back, Forward and `pushUrl` send to a component's `navigate()`; its one field is `url`. */
export const NAVIGATE = 'navigate';
