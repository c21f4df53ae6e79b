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

/** Answers with a body: head and body leave in one write. Nothing live may be kept by a cache, or changed on its way. */
export function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  cache = NEVER_KEPT,
): Result<void> {
  response.writeHead(status, {
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': cache,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
  return accept(undefined);
}

/** Answers with a status alone. */
export function answerEmpty(response: ServerResponse, status: number, cache = NEVER_KEPT): Result<void> {
  response.writeHead(status, cache === NEVER_KEPT ? EMPTY : { 'Cache-Control': cache });
  response.end();
  return accept(undefined);
}

/** The answer carries the effect: the updates, then the settlement where the status does not say it. */
export function answerFrames(response: ServerResponse, { settled, updates }: Answer): Result<void> {
  let frames = '';
  for (const update of updates) frames += encodeFrame('update', update);
  if (settled && (settled.status !== 200 || settled.orders)) frames += encodeFrame('settled', JSON.stringify(settled));
  if (frames === '') return answerEmpty(response, settled ? 204 : 202);
  return answer(response, settled ? 200 : 202, MEDIA.frames, frames);
}

/** For a client that reads frames from the stream alone. */
export function answerSettled(response: ServerResponse, { settled }: Answer): Result<void> {
  if (!settled) return answerEmpty(response, 202);
  if (settled.status === 200) return answerEmpty(response, 204);
  const kind = settled.status === 422 ? 'invalid' : 'failed';
  return refuse(kind, `event ${settled.number} ended with ${settled.status}`, { id: settled.id });
}

/**
 * Throws away what is still to come of an upload that was refused, for a while: a browser that is cut off while it sends never
 * reads the answer, and would send it all again.
 */
export function linger(request: LiveRequest): void {
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
  answer(response, status, MEDIA.problem, JSON.stringify({ type: `urn:htmx-liveview:${kind}`, title: kind, status }));
}
