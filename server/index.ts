// The public face of htmx-liveview.

export type { Field, Fields } from '../protocol/event.ts';
export { type Content, escapeHtml, Html, html, raw } from '../views/html.ts';
export type { Root } from '../views/root.ts';
export type { Backplane, BackplaneObserver } from './backplane.ts';
export type { Clock } from './clock.ts';
export { type Browser, type InvalidEvent, LiveComponent, type LiveEvent } from './component.ts';
export type { Viewer } from './departures.ts';
export { LiveError, type Refusal, type RefusalKind } from './errors.ts';
export type { InspectorOptions } from './inspector/option.ts';
export type { Limits } from './limits.ts';
export { type Disconnect, type Live, liveview } from './live.ts';
export type { Logger } from './logger.ts';
export type {
  DrainMessage,
  EventMessage,
  MonitorMessages,
  MountMessage,
  PatchMessage,
  RefusalMessage,
  RenderMessage,
  StreamMessage,
} from './monitor.ts';
export { type Member, type Presence, type PresenceOptions, type Present, presence } from './presence.ts';
export type { BaseOptions, ErrorPlace, Options } from './settings.ts';
export type { Stats } from './stats.ts';
export { type Topic, topic } from './topic.ts';
export type { Checked, ComponentClass, ContextOf, Params, SessionOf } from './types.ts';
export type { UploadIssue, Uploads } from './upload.ts';
export { unwrap } from './watch.ts';
