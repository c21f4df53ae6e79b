// The part for many tabs, a file of its own: in a page the way down over the hub, in a SharedWorker the hub itself. What it shares with
// the extension it takes from there.

import type { Carrier, CarrierListener } from './carry.ts';
import { startHub, type ToHub, type ToTabs } from './hub.ts';
import { BUILD, SHARED_PART } from './parts.ts';
import type { OpenShared, SharedCode, Tab } from './tabs.ts';

declare const importScripts: (url: string) => void;

/** Gives a tab its way down over the hub, which it starts as well. */
function share(code: SharedCode, { base, viewer, channel, takeTurns }: Tab): OpenShared {
  let listener: CarrierListener | undefined;
  let isWaiting = false;
  let hasWorker = 'SharedWorker' in globalThis;

  const say = (message: ToHub) => channel.postMessage(message);
  const tell = (kind: 'leave' | 'pong' | 'hurry') => say({ to: 'hub', kind, from: viewer });
  const join = () => say({ to: 'hub', kind: 'join', from: viewer, polls: Date.now() < code.pollUntil() });

  function startWorker(): void {
    try {
      new SharedWorker(`${base}hub.js?${BUILD}`, { name: channel.name }).onerror = hasNoWorker;
    } catch {
      hasNoWorker();
    }
  }

  /** A policy forbids it, say. */
  function hasNoWorker(): void {
    if (!hasWorker) return;
    hasWorker = false;
    leadByLock();
  }

  /** The lock goes to the next tab when this one is closed or killed. */
  function leadByLock(): void {
    if (navigator.locks) return void navigator.locks.request(channel.name, lead);
    takeTurns();
    listener?.failed();
  }

  function lead(): Promise<never> {
    startHub(code, base, channel.name);
    return new Promise(() => {});
  }

  /** A tab that has left says nothing: the hub would hold the stream for it. */
  function answer(): void {
    if (listener) isWaiting ? join() : tell('pong');
  }

  function obey(message: ToTabs): void {
    if (message.kind === 'ping') return answer();
    if (message.kind === 'broken') return hasNoWorker();
    if (message.kind === 'lost') {
      isWaiting = true;
      return listener?.lost();
    }
    const { name, data, only } = message;
    if (!listener || (only && only !== viewer)) return;
    if (name === 'hello') isWaiting = false;
    listener.frame(name, data, '', 0);
  }

  channel.addEventListener('message', ({ data }: MessageEvent<ToTabs>) => data.to === 'tabs' && obey(data));
  if (!hasWorker) leadByLock();
  return (given): Carrier => {
    listener = given;
    isWaiting = true;
    if (hasWorker) startWorker(); // which may have died; where it lives, this says nothing to it
    join();
    return {
      close() {
        listener = undefined;
        tell('leave');
      },
      hurry: () => tell('hurry'),
      isDead: (stream) => say({ to: 'hub', kind: 'dead', from: viewer, stream }),
    };
  };
}

/** In a SharedWorker, whose name is the channel's and whose address says where the router is. */
function runInWorker(): void {
  try {
    // not every worker can import the part for insecure origins by itself
    if (!crypto.subtle) importScripts('liveview-sha.js');
    importScripts('liveview.min.js');
    if (!isRunning) throw new TypeError('liveview.min.js is of another build');
  } catch {
    new BroadcastChannel(self.name).postMessage({ to: 'tabs', kind: 'broken' } satisfies ToTabs);
    self.close();
  }
}

let isRunning = false;
const part = (code: SharedCode, tab?: Tab): OpenShared | undefined => {
  if (tab) return share(code, tab);
  isRunning = true;
  startHub(code, new URL('.', location.href).pathname, self.name);
  return undefined;
};
Object.assign(globalThis, { [SHARED_PART]: part });
if (typeof document === 'undefined') runInWorker();
