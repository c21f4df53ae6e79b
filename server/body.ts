// Owns the reading of a POST's body, with its limit. In: a request. Out: its bytes.

import { accept, LiveError, type Result, refuse } from './errors.ts';
import type { Eventually } from './eventually.ts';
import type { LiveRequest } from './express.ts';

const EMPTY = Buffer.alloc(0);

/** Reads a body whole. Refuses one that is larger than `limit` bytes, without reading it to its end. */
export function readBody(request: LiveRequest, limit: number): Eventually<Result<Buffer>> {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (Number(length ?? 0) > limit) return refuse('too-large', 'Content-Length is over the limit');
  if (Buffer.isBuffer(request.body)) return accept(request.body);
  if (request.readableDidRead) throw eaten();
  if (encoding === undefined && Number(length ?? 0) === 0) return accept(EMPTY); // there is nothing to wait for
  return collect(request, limit);
}

function collect(request: LiveRequest, limit: number): Promise<Result<Buffer>> {
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((done) => {
    const cutOff = () => done(refuse('malformed', 'the body was cut off'));
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) return chunks.push(chunk);
      request.pause();
      done(refuse('too-large', `the body is over ${limit} bytes`));
    });
    request.once('end', () => done(accept(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))));
    request.once('close', cutOff);
    request.once('error', cutOff);
  });
}

/** An upload is read elsewhere; but it must be there to be read. */
export function checkUnread(request: LiveRequest): void {
  if (!request.readableDidRead) return;
  const cure = 'Mount live.router before a middleware that parses every multipart body';
  throw new LiveError('ERR_LIVE_BODY_PARSED', `something has read the body of an upload before the router. ${cure}.`);
}

function eaten(): LiveError {
  const cure = 'Mount live.router before a body parser that takes every media type';
  return new LiveError(
    'ERR_LIVE_BODY_PARSED',
    `something has read the body of a live POST before the router. ${cure}.`,
  );
}

/** Whether an error says that a body was read before. */
export function isEaten(error: unknown): boolean {
  return error instanceof LiveError && error.code === 'ERR_LIVE_BODY_PARSED';
}
