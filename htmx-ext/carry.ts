// Owns how frames come down: over an EventSource, or over polls where a proxy holds streams back. Neither tries again: that is connect's affair.

import { parseFrames } from '../protocol/frame.ts';
import { FRAME_NAMES, type FrameName, MEDIA, PROTOCOL_VERSION } from '../protocol/names.ts';
import type { Hello } from '../protocol/patch.ts';

/** What a carrier tells. */
export interface CarrierListener {
  /** `id` is empty for a frame that need not be acknowledged. */
  frame(name: FrameName, data: unknown, id: string, length: number): void;
  /** A poll has been answered, even if with nothing. */
  polled(): void;
  /** It has ended, for whatever reason. Called once, and not after `close`. */
  failed(): void;
  /** There is no stream for now: whoever holds it opens another. */
  lost(): void;
  /** The number of the last frame that came. */
  lastId(): string;
}

/** A way down. */
export interface Carrier {
  close(): void;
  /** Somebody waits. */
  hurry?(): void;
  /** A stream has turned out to be dead. */
  isDead?(stream: string): void;
}

/** A poll's answer may take so long, in milliseconds: the server holds it for up to 8 s. */
export const POLL_PATIENCE = 15_000;
/** Milliseconds from one poll to the next: after one that brought frames, and after one that brought none, however soon it came. */
const POLL_PAUSE = 50;
const EMPTY_PAUSE = 1_000;

/** Opens an SSE stream. An EventSource comes back by itself in some cases, in some browsers; here it never does. */
export function openSource(base: string, listener: CarrierListener): Carrier {
  const source = new EventSource(`${base}stream?v=${PROTOCOL_VERSION}`);
  for (const name of FRAME_NAMES) {
    source.addEventListener(name, (event) => {
      const { data, lastEventId } = event as MessageEvent<string>;
      const id = name === 'beat' ? '' : lastEventId;
      listener.frame(name, JSON.parse(data), id, data.length);
    });
  }
  source.onerror = () => {
    source.close();
    listener.failed();
  };
  return { close: () => source.close() };
}

/** Polls, one after the other. The first one is answered at once, with `hello`. */
export function openPolls(base: string, listener: CarrierListener): Carrier {
  let stop = new AbortController();
  let isClosed = false;

  async function poll(query: string): Promise<string> {
    stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), POLL_PATIENCE);
    try {
      const answer = await fetch(`${base}stream?v=${PROTOCOL_VERSION}&mode=poll${query}`, {
        headers: { Accept: MEDIA.frames },
        cache: 'no-store',
        signal: stop.signal,
      });
      if (!answer.ok) throw new TypeError();
      return await answer.text();
    } finally {
      clearTimeout(timer);
    }
  }

  async function run(): Promise<void> {
    for (let id = ''; !isClosed; ) {
      const began = Date.now();
      const text = await poll(id && `&stream=${id}&ack=${listener.lastId()}`);
      if (isClosed) return;
      listener.polled();
      const frames = parseFrames(text);
      for (const { event, data, id: count = '' } of frames) {
        if (event === 'hello') id = (data as Hello).stream;
        if (!isClosed) listener.frame(event, data, count, 0);
      }
      if (!id) throw new TypeError(); // no hello
      const pause = frames.length > 0 ? POLL_PAUSE : EMPTY_PAUSE - (Date.now() - began);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  run().catch(() => isClosed || listener.failed());
  return {
    close() {
      isClosed = true;
      stop.abort();
    },
  };
}
