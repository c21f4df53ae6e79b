// Owns the question whether a POST is from a reader of one of our streams. In: a request. Out: the stream and the body, or a refusal.

import { ENDPOINTS, MEDIA, type PostEndpoint } from '../protocol/names.ts';
import {
  contentDigest,
  readSignature,
  SIGNATURE_HEADERS,
  type SignedRequest,
  signatureBase,
  signedComponents,
} from '../protocol/signature.ts';
import { readBody } from './body.ts';
import { accept, type Result, refuse } from './errors.ts';
import { chain, type Eventually } from './eventually.ts';
import { isAttached, isCrossSite, type LiveRequest, sessionOf } from './express.ts';
import type { Registry } from './registry.ts';
import type { Settings } from './settings.ts';
import type { Stream } from './stream.ts';
import { digestOf, type Tokens } from './token.ts';

/** A POST that has been proved to come from a stream's reader, unaltered. */
export interface SignedPost {
  /** The stream whose key signed. */
  readonly streamId: string;
  /** Undefined once it has ended: the goodbye of a page that is left comes after its stream's end. */
  readonly stream: Stream | undefined;
  readonly query: URLSearchParams;
  /** Empty where {@link isUpload}. */
  readonly body: string;
  /** Whether the body is multipart, and has not been read: it is authenticated, but has no digest. */
  readonly isUpload: boolean;
}

/** Who signed. */
type Signer = Pick<SignedPost, 'streamId' | 'stream'>;

/** How far a signature's time may be from ours, in seconds: the browser reckons in our time, from `hello`. */
const LEEWAY = 60;

/** Verifies signed POSTs. */
export class Guard {
  readonly #settings: Settings;
  readonly #tokens: Tokens;
  readonly #registry: Registry;

  constructor(settings: Settings, tokens: Tokens, registry: Registry) {
    this.#settings = settings;
    this.#tokens = tokens;
    this.#registry = registry;
  }

  /** Checks everything that the head of a POST says, and only then reads its body. */
  admit(request: LiveRequest, endpoint: PostEndpoint, query: string): Eventually<Result<SignedPost>> {
    if (isCrossSite(request)) return refuse('origin', `from ${request.headers.origin ?? 'another site'}`);
    const type = request.headers['content-type'] ?? '';
    const expected = endpoint === ENDPOINTS.event ? MEDIA.form : MEDIA.json;
    const isUpload = endpoint === ENDPOINTS.event && type.startsWith(`${MEDIA.multipart};`);
    if (type !== expected && !isUpload) return refuse('media', `expected ${expected}, got ${type}`);
    const digest = isUpload ? undefined : String(request.headers[SIGNATURE_HEADERS.digest] ?? '');
    const signer = this.#verify(request, endpoint, { method: request.method ?? '', query, type, digest });
    if (!signer.ok) return signer;
    const { streamId, stream } = signer.value;
    const proved = (body: string) => accept({ streamId, stream, query: new URLSearchParams(query), isUpload, body });
    if (isUpload) return proved('');
    return chain(readBody(request, this.#settings.limits.body), (body) => {
      if (!body.ok) return body;
      if (contentDigest(digestOf(body.value)) !== digest) return refuse('signature', 'the body is not what was signed');
      return proved(body.value.toString());
    });
  }

  #verify(request: LiveRequest, endpoint: PostEndpoint, signed: SignedRequest): Result<Signer> {
    const { headers } = request;
    const found = readSignature(field(headers[SIGNATURE_HEADERS.input]), field(headers[SIGNATURE_HEADERS.signature]));
    if (!found) return refuse('signature', 'no signature, or one of another form');
    const { keyid, tag, created } = found.params;
    const base = signatureBase(signedComponents(signed), found.text);
    const stream = this.#registry.streams.get(keyid);
    if (!this.#tokens.isSigned(stream?.key ?? this.#tokens.streamKey(keyid), base, found.mac))
      return refuse('signature', 'the signature is wrong');
    if (tag !== endpoint) return refuse('signature', `signed for ${tag}, sent to ${endpoint}`);
    if (Math.abs(created - this.#settings.clock.now() / 1000) > LEEWAY)
      return refuse('signature', 'signed too long ago');
    if (stream && !stream.isFrom(headers.origin ?? ''))
      return refuse('origin', `from ${headers.origin}, not as before`);
    if (!stream) return accept({ streamId: keyid, stream });
    if (isAttached(request)) return checkCookie(stream, request);
    if (!request.session) return refuse('unavailable', 'the express-session’s store has failed');
    if (sessionOf(request) !== stream.sessionId) return refuse('session', 'the stream is of another session');
    return accept({ streamId: keyid, stream });
  }
}

/** Past express-session the session is known by its cookie. */
function checkCookie(stream: Stream, { headers }: LiveRequest): Result<Signer> {
  const { id: streamId, cookie } = stream;
  if (cookie && !headers.cookie?.split('; ').includes(cookie))
    return refuse('session', 'the stream is of another session');
  return accept({ streamId, stream });
}

function field(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
