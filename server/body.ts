// Owns the reading of a POST's body, with its limit. In: a request. Out: its bytes.

import { accept, LiveError, type Result, refuse } from './errors.ts';
import type { LiveRequest } from './express.ts';

/** Reads a body whole. Refuses one that is larger than `limit` bytes, without reading it to its end. */
export async function readBody(request: LiveRequest, limit: number): Promise<Result<Buffer>> {
  if (Number(request.headers['content-length'] ?? 0) > limit)
    return refuse('too-large', 'Content-Length is over the limit');
  if (Buffer.isBuffer(request.body)) return accept(request.body);
  if (request.readableDidRead) throw eaten();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) return refuse('too-large', `the body is over ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch {
    return refuse('malformed', 'the body was cut off');
  }
  return accept(Buffer.concat(chunks));
}

function eaten(): LiveError {
  const cure = 'Mount live.router before a body parser that takes every media type';
  return new LiveError(
    'ERR_LIVE_BODY_PARSED',
    `something has read the body of a live POST before the router. ${cure}.`,
  );
}
