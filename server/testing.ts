// The public face of htmx-liveview/testing: components in the hands of a user, without a browser. mountLive() needs no server, connectLive() a running one.

export type { Pushed } from './testing/browser.ts';
export type { Answers } from './testing/events.ts';
export {
  type BaseMountOptions,
  type JoinOptions,
  type MountArgument,
  type MountedView,
  type MountOptions,
  mountLive,
} from './testing/mount.ts';
export { type ConnectOptions, connectLive, type LivePage } from './testing/remote.ts';
export type { Value } from './testing/user.ts';
export type { ActionOptions, Ending, View } from './testing/view.ts';
