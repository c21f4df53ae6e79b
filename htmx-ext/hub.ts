// Owns the one stream of many tabs: opens it, and passes its frames on over a BroadcastChannel. It runs in a SharedWorker, or, where there is
// none, in the tab that holds the lock. A browser has six connections to a site on HTTP/1.1: streams must not use them up.

import { type FrameName, MEDIA } from '../protocol/names.ts';
import type { SharedCode } from './tabs.ts';

/** What tabs say to the hub. `from` is the tab's viewer. */
export type ToHub =
  | { readonly to: 'hub'; readonly kind: 'leave' | 'pong' | 'hurry'; readonly from: string }
  /** `polls`: streams are held back here. */
  | { readonly to: 'hub'; readonly kind: 'join'; readonly from: string; readonly polls: boolean }
  | { readonly to: 'hub'; readonly kind: 'dead'; readonly from: string; readonly stream: string };

/** What the hub says to tabs: to all, or only to one. */
export type ToTabs =
  | {
      readonly to: 'tabs';
      readonly kind: 'frame';
      readonly name: FrameName;
      readonly data: unknown;
      readonly only?: string;
    }
  | { readonly to: 'tabs'; readonly kind: 'lost' }
  | { readonly to: 'tabs'; readonly kind: 'ping' }
  /** The worker can't hold a stream. */
  | { readonly to: 'tabs'; readonly kind: 'broken' };

/** Milliseconds between two pings, and after which a tab that says nothing is gone: killed, or put to sleep for good. */
const PING = 20_000;
const SILENCE = 130_000;

/** Starts a hub on a channel. */
export function startHub({ createConnection, post, rememberPolling }: SharedCode, base: string, name: string): void {
  const channel = new BroadcastChannel(name);
  const heard = new Map<string, number>();
  const tell = (message: ToTabs) => channel.postMessage(message);
  const connection = createConnection(() => base, {
    opened: () => greet(),
    lost: () => tell({ to: 'tabs', kind: 'lost' }),
    received: (frame, data) => tell({ to: 'tabs', kind: 'frame', name: frame, data }),
    ended: (reason) => tell({ to: 'tabs', kind: 'frame', name: 'bye', data: { reason } }),
  });
  /** The time is told anew: the hello may be old. */
  const greet = (only?: string) =>
    tell({
      to: 'tabs',
      kind: 'frame',
      name: 'hello',
      data: { ...connection.hello, time: connection.now() },
      ...(only ? { only } : {}),
    });

  channel.onmessage = ({ data }: MessageEvent<ToHub>) => {
    if (data.to !== 'hub') return;
    if (data.kind === 'leave') return leave(data.from);
    const isBack = data.kind === 'pong' && !heard.has(data.from);
    heard.set(data.from, Date.now());
    if (data.kind === 'join') join(data.from, data.polls);
    else if (data.kind === 'dead' && data.stream === connection.hello?.stream) connection.reopen();
    else if (data.kind === 'hurry') connection.check();
    else if (isBack) join(data.from, false); // it slept for so long that it was buried
  };

  function join(viewer: string, polls: boolean): void {
    if (connection.hello) return greet(viewer);
    if (polls) rememberPolling();
    connection.open();
  }

  function leave(viewer: string): void {
    heard.delete(viewer);
    closeWithoutTabs();
  }

  function closeWithoutTabs(): void {
    if (heard.size === 0) connection.close();
  }

  /** It could not say goodbye itself. The word needs the stream, which goes with the last tab. */
  async function bury(viewer: string): Promise<void> {
    heard.delete(viewer);
    const body = JSON.stringify({ viewer });
    await post(connection, { endpoint: 'unsubscribe', query: '?', type: MEDIA.json, body }).catch(() => {});
    closeWithoutTabs();
  }

  setInterval(() => {
    for (const [viewer, at] of heard) if (Date.now() - at > SILENCE) void bury(viewer);
    tell({ to: 'tabs', kind: 'ping' });
  }, PING);
  // the hub before this one is gone, and its stream with it
  tell({ to: 'tabs', kind: 'lost' });
  tell({ to: 'tabs', kind: 'ping' });
}
