// Owns one reader: an open SSE response. It writes numbered frames and ends without touching the express-session.
// Source: WHATWG HTML 9.2; the headers are the ones that keep proxies from buffering (docs/decisions).

import { ServerResponse } from 'node:http';
import { encodeFrame, numberFrame } from '../protocol/frame.ts';
import { type FrameName, MEDIA } from '../protocol/names.ts';
import type { Bucket } from './limits.ts';

/** Who opened a stream. */
export interface Reader {
  readonly id: string;
  /** The signing key of its POSTs, in base64url. */
  readonly key: string;
  readonly sessionId: string;
  /** What `context(req)` returned for it. */
  readonly context: unknown;
}

/** The headers of a stream. `no-transform` keeps compression middleware away, the next two keep proxies from holding frames back. */
const HEADERS = {
  'Content-Type': MEDIA.frames,
  'Cache-Control': 'private, no-store, no-transform',
  'X-Accel-Buffering': 'no',
  'Content-Encoding': 'identity',
  'X-Content-Type-Options': 'nosniff',
};

/** One open SSE response. */
export class Stream implements Reader {
  readonly id: string;
  readonly key: string;
  readonly sessionId: string;
  readonly context: unknown;
  open = true;
  /** How many more events it may bring now. */
  readonly bucket: Bucket;
  #count = 0;
  #origin: string | undefined;
  readonly #response: ServerResponse;

  /**
   * Starts the response.
   * @param retry milliseconds after which EventSource may come back by itself.
   * @param onEnd is called once, when either side has ended it.
   */
  constructor(
    reader: Reader & { readonly bucket: Bucket },
    response: ServerResponse,
    retry: number,
    onEnd: (stream: Stream) => void,
  ) {
    this.id = reader.id;
    this.key = reader.key;
    this.sessionId = reader.sessionId;
    this.context = reader.context;
    this.bucket = reader.bucket;
    this.#response = response;
    response.writeHead(200, HEADERS);
    response.socket?.setNoDelay(true);
    response.socket?.setKeepAlive(true, 15_000);
    response.on('error', () => {});
    response.once('close', () => {
      this.open = false;
      onEnd(this);
    });
    response.write(`retry: ${retry}\n\n`);
  }

  /**
   * Whether a POST comes from where the first one of this reader came from. Origin can't be compared with Host: proxies
   * rewrite that. But the first POST is signed with a key that only a page of this site can have read.
   */
  isFrom(origin: string): boolean {
    this.#origin ??= origin;
    return this.#origin === origin;
  }

  /** Sends a frame of this reader's own. */
  send(event: FrameName, data: unknown): void {
    this.write(encodeFrame(event, JSON.stringify(data)));
  }

  /** Sends a frame that is already text: the same text goes to every reader of an instance. */
  write(frame: string): void {
    if (!this.open) return;
    this.#response.write(numberFrame(++this.#count, frame));
    // compression() adds flush(); where it is mounted in spite of no-transform, an event must still leave at once
    (this.#response as { flush?: () => void }).flush?.();
  }

  /**
   * Ends the response. Not through `response.end`, which express-session wraps: it would save a session that was
   * destroyed meanwhile, and so bring it back.
   */
  end(): void {
    if (!this.open) return;
    this.open = false;
    const end = ServerResponse.prototype.end as (this: ServerResponse) => void;
    end.call(this.#response);
  }
}
