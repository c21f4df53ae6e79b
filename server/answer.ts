// Owns HTTP's way out: how each result becomes a response.

import type { ServerResponse } from 'node:http';
import { encodeFrame } from '../protocol/frame.ts';
import { MEDIA } from '../protocol/names.ts';
import type { Answer } from './dispatch.ts';
import { accept, REFUSALS, type Refusal, type RefusalKind, type Result, refuse } from './errors.ts';
import type { LiveRequest } from './express.ts';
import type { Settings } from './settings.ts';

/** Seconds after which one that was turned away may try again. */
const RETRY_AFTER = 1;
/** Milliseconds for which the rest of an upload is thrown away after it was refused. */
const LINGER = 30_000;

/** Refusals of one who has not proved to be a reader: nothing is read for them. */
const UNPROVED: ReadonlySet<RefusalKind> = new Set(['origin', 'media', 'signature', 'session', 'method']);

const NEVER_KEPT = 'private, no-store, no-transform';
const EMPTY = { 'Cache-Control': NEVER_KEPT };

/** What a request is answered with. Plain data: another node may have made it. */
export interface HttpAnswer {
  readonly status: number;
  /** The media type of the body; without one there is no body. */
  readonly type?: string;
  readonly body?: string | Buffer;
  /** Whether nobody waits for it, so that it may go out together with others. */
  readonly canWait?: true;
  /** What caches may do. Default: nothing live may be kept by a cache, or changed on its way. */
  readonly cache?: string;
}

/** It was taken, and there is nothing to say. */
export const NOTHING: HttpAnswer = { status: 204 };
/** The same, to an ack. */
export const ACKNOWLEDGED: HttpAnswer = { status: 204, canWait: true };

/** Responses whose answers nobody waits for. */
let waiting: ServerResponse[] = [];

/** Answers an ack once everything that has come is read: a client that sleeps is woken once for all of them (docs/decisions/010-event-path.md). */
function writeLater(response: ServerResponse): void {
  if (waiting.push(response) > 1) return;
  setImmediate(() => {
    const responses = waiting;
    waiting = [];
    for (const one of responses) writeAlone(one);
  });
}

/** Nobody would catch what is thrown here, by an app's hook on the response or because something has answered already: it would end the process. */
function writeAlone(response: ServerResponse): void {
  try {
    writeAnswer(response, NOTHING);
  } catch {
    if (!response.headersSent) response.destroy();
  }
}

/** Writes an answer: head and body leave in one write. */
export function writeAnswer(response: ServerResponse, answer: HttpAnswer): void {
  const { status, type, body, cache } = answer;
  if (answer.canWait) return writeLater(response);
  if (type === undefined || body === undefined) {
    response.writeHead(status, cache === undefined ? EMPTY : { 'Cache-Control': cache });
    response.end();
    return;
  }
  response.writeHead(status, {
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': cache ?? NEVER_KEPT,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** The answer carries the effect: the updates, then the settlement where the status does not say it. */
export function answerFrames({ settled, updates }: Answer): HttpAnswer {
  let frames = '';
  for (const update of updates) frames += encodeFrame('update', update);
  if (settled && (settled.status !== 200 || settled.orders)) frames += encodeFrame('settled', JSON.stringify(settled));
  if (frames === '') return settled ? NOTHING : { status: 202 };
  return { status: settled ? 200 : 202, type: MEDIA.frames, body: frames };
}

/** For a client that reads frames from the stream alone. */
export function answerSettled({ settled }: Answer): Result<HttpAnswer> {
  if (!settled) return accept({ status: 202 });
  if (settled.status === 200) return accept(NOTHING);
  const kind = settled.status === 422 ? 'invalid' : 'failed';
  return refuse(kind, `event ${settled.number} ended with ${settled.status}`, { id: settled.id });
}

/** What can be read on, or thrown away: a request, or what stands for one that came in elsewhere. */
interface Flowing {
  resume(): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Throws away what is still to come of an upload that was refused, for a while: a browser that is cut off while it sends never
 * reads the answer, and would send it all again.
 */
export function linger(request: Flowing): void {
  request.resume();
  const timer = setTimeout(() => request.destroy(), LINGER).unref();
  request.once('close', () => clearTimeout(timer));
}

/** RFC 9457. The body says the kind and no more, so it is the same for the same refusal. */
export function answerRefusal(
  settings: Settings,
  request: LiveRequest,
  response: ServerResponse,
  { kind, ...refusal }: Refusal,
): void {
  settings.onRefusal({ kind, ...refusal });
  const status = REFUSALS[kind];
  if (status === 429 || status === 503) response.setHeader('Retry-After', RETRY_AFTER);
  const isUpload = request.headers['content-type']?.startsWith(MEDIA.multipart) && !UNPROVED.has(kind);
  if (!request.complete && isUpload) linger(request);
  else if (!request.complete) response.setHeader('Connection', 'close');
  const body = JSON.stringify({ type: `urn:htmx-liveview:${kind}`, title: kind, status });
  writeAnswer(response, { status, type: MEDIA.problem, body });
}
