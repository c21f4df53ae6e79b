// Owns the going of viewers: goodbyes, streams that end, sessions that are over, disconnects, and the server's own end.

import type { UnsubscribeRequest } from '../protocol/event.ts';
import type { ByeReason } from '../protocol/patch.ts';
import { atMost } from './clock.ts';
import type { Mounter } from './mount.ts';
import type { Registry } from './registry.ts';
import type { Seat } from './seat.ts';
import type { Settings } from './settings.ts';
import type { Stream } from './stream.ts';

/**
 * What `live.disconnect` knows of a viewer.
 * @example
 * ```ts
 * const isBanned = ({ context }: Viewer) => (context as { user: User }).user.id === 'u1';
 * live.disconnect({ match: isBanned });
 * ```
 */
export interface Viewer {
  /** `req.sessionID` of express-session. */
  readonly sessionId: string;
  /** What `context(req)` returned. */
  readonly context: unknown;
}

/** How much of a drain's time the readers' departures are spread over. */
const SPREAD = 0.8;

/** Takes viewers' seats back, at once or after a while. */
export class Departures {
  readonly #settings: Settings;
  readonly #registry: Registry;
  readonly #mounter: Mounter;
  /** Whether the server takes no more viewers. */
  isClosed = false;

  constructor(settings: Settings, registry: Registry, mounter: Mounter) {
    this.#settings = settings;
    this.#registry = registry;
    this.#mounter = mounter;
  }

  /** The page said goodbye to these components, or no longer holds them. */
  unsubscribe(streamId: string, { viewer, ids }: UnsubscribeRequest): void {
    if (!ids) return this.#endViewer(streamId, viewer);
    for (const id of ids) {
      const seat = this.#registry.find(id, viewer);
      if (seat?.streamId === streamId) this.#mounter.leave(seat);
    }
  }

  /** A tab is gone without a word: the one that holds the stream for it says so. */
  #endViewer(streamId: string, viewer: string): void {
    const stream = this.#registry.streams.get(streamId);
    for (const seat of stream ? this.#registry.seatsOn(stream) : [])
      if (seat.viewer === viewer || seat.viewer.startsWith(`${viewer}-`)) this.#mounter.leave(seat);
  }

  /** A session is no more: its streams end, for good; or, where its store has failed, until they come back and it is there again. */
  readonly sessionEnded = (sessionId: string, state: 'gone' | 'unknown'): void => {
    if (state === 'gone') return this.disconnect((viewer) => viewer.sessionId === sessionId, 'session');
    for (const stream of this.#registry.streams.values()) {
      if (stream.sessionId === sessionId) this.#bye(stream, 'unavailable');
    }
  };

  #bye(stream: Stream, reason: ByeReason): void {
    stream.send('bye', { reason });
    stream.end();
  }

  /** A stream has ended: its viewers may come back within the resume window. */
  readonly streamEnded = (stream: Stream): void => {
    this.#registry.closed(stream);
    for (const seat of this.#registry.seatsOn(stream)) this.wait(seat);
  };

  /** A seat's viewer is away: it is kept for her within the resume window. */
  wait(seat: Seat): void {
    const { resumeWindow, clock } = this.#settings;
    this.#registry.direct(seat, undefined);
    if (this.isClosed && seat.instance.holding) return; // it is given away: its viewer comes back to another node
    if (resumeWindow === 0) return this.#mounter.end(seat);
    const oldest = this.#registry.setAway(seat, true, this.#settings.limits.components);
    if (oldest) this.#mounter.end(oldest);
    if (oldest !== seat) seat.stopWaiting = clock.after(resumeWindow, () => this.#mounter.end(seat));
  }

  /** Ends the streams and instances of the viewers that are meant, at once. The browser is told, and does not come back by itself. */
  disconnect(isMeant: (viewer: Viewer) => boolean, reason: ByeReason = 'ended'): void {
    this.#endAll(isMeant);
    for (const stream of [...this.#registry.streams.values()].filter(isMeant)) this.#bye(stream, reason);
  }

  /**
   * Takes no new streams, and sends the readers away one after another, each to whoever answers it then. Resolves when all have gone, or
   * `within` milliseconds have passed; what is being handled then has its end awaited too.
   */
  async drain(within: number): Promise<void> {
    const { clock } = this.#settings;
    this.isClosed = true;
    const streams = [...this.#registry.streams.values()];
    for (const [at, stream] of streams.entries()) {
      const part = (at + Math.random()) / streams.length;
      stream.send('move', { ms: Math.round(part * within * SPREAD), reason: 'drain' });
    }
    const end = clock.now() + within;
    while (this.#registry.streams.size > 0 && clock.now() < end)
      await new Promise<void>((resolve) => clock.after(Math.min(50, within), resolve));
    // what is done, and waits only for a store that is away, has no end to wait for
    const atWork = [...this.#registry.instances.values()].filter(({ isBusy, holding }) => isBusy || !holding);
    const lanes = atWork
      .flatMap((instance) => this.#registry.seatsOf(instance))
      .flatMap((seat) => Object.values(seat.lanes));
    const done = Promise.all(lanes.map((lane) => lane.running));
    await atMost(clock, this.#settings.handlerTimeout, done, () => {});
  }

  /** Ends everything without a word, as a crash would: the pages come back by themselves. */
  close(): void {
    this.isClosed = true;
    this.#endAll(() => true, false);
    for (const stream of this.#registry.streams.values()) stream.end();
  }

  /** Durable ones stay where they may go on elsewhere: their keeper gives them away. */
  #endAll(isMeant: (viewer: Viewer) => boolean, isForGood = true): void {
    for (const instance of [...this.#registry.instances.values()]) {
      if (instance.holding && !isForGood) continue;
      for (const seat of this.#registry.seatsOf(instance)) if (isMeant(seat.stream ?? seat)) this.#mounter.end(seat);
    }
  }
}
