// What the server publishes on its diagnostics channels, for one test.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { MonitorMessages } from 'htmx-liveview';
import { afterEach, beforeEach } from 'vitest';

const NAMES = ['stream', 'mount', 'event', 'render', 'patch', 'refusal', 'drain'] as const;

type Heard = { -readonly [Name in keyof MonitorMessages]: MonitorMessages[Name][] };

/** Call it once in a suite's file: each test has lists of its own. */
export function useChannels() {
  const heard = {} as Heard;
  const stops: (() => void)[] = [];
  beforeEach(() => {
    for (const name of NAMES) {
      heard[name] = [];
      const note = (message: unknown) => void (heard[name] as unknown[]).push(message);
      subscribe(`htmx-liveview:${name}`, note);
      stops.push(() => unsubscribe(`htmx-liveview:${name}`, note));
    }
  });
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });
  return heard;
}
