// Owns the shape of what carries a page's requests: to a server in this process (memory.ts), or to one over HTTP (remote.ts). And their signing.

import { createHmac } from 'node:crypto';
import type { Frame } from '../../protocol/frame.ts';
import { ENDPOINTS, MEDIA, type PostEndpoint } from '../../protocol/names.ts';
import type { Hello } from '../../protocol/patch.ts';
import { contentDigest, signRequest } from '../../protocol/signature.ts';
import { digestOf } from '../token.ts';

/** The answer to a POST. */
export interface LinkAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** A POST, signed. */
export interface LinkPost {
  readonly endpoint: PostEndpoint;
  /** With its question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Carries one page's requests. */
export interface Link {
  /** Opens a stream; the result closes it. `ended` is called when it ends otherwise. */
  open(received: (frame: Frame) => void, ended: (why: string) => void): () => void;
  post(request: LinkPost): Promise<LinkAnswer>;
}

/** What is to be sent. `type`: of a multipart body; others have their endpoint's. */
export interface Unsigned {
  readonly endpoint: PostEndpoint;
  readonly query: string;
  readonly body: Buffer;
  readonly type?: string | undefined;
}

/** Signs a POST with its stream's key. `now`: the server's time in milliseconds. */
export function sign({ key, stream }: Hello, { endpoint, query, body, type: own }: Unsigned, now: number): LinkPost {
  const type = own ?? (endpoint === ENDPOINTS.event ? MEDIA.form : MEDIA.json);
  const digest = own === undefined ? contentDigest(digestOf(body)) : undefined;
  const params = { created: Math.floor(now / 1000), keyid: stream, tag: endpoint };
  const { base, headers } = signRequest({ method: 'POST', query: query || '?', type, digest }, params);
  const mac = createHmac('sha256', Buffer.from(key, 'base64url')).update(base).digest('base64');
  return { endpoint, query, body, headers: { ...headers(mac), 'Content-Type': type, Accept: MEDIA.frames } };
}
