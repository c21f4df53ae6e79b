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
import { checkUnread, readBody } from './body.ts';
import { accept, type Result, refuse } from './errors.ts';
import { chain, type Eventually } from './eventually.ts';
import { isAttached, isCrossSite, type LiveRequest, sessionOf } from './express.ts';
import type { Registry } from './registry.ts';
import type { Settings } from './settings.ts';
import type { Stream } from './stream.ts';
import { digestOf, type Tokens } from './token.ts';

/** A POST that has been proved to come from a stream's reader, unaltered. */
export interface SignedPost {
  readonly endpoint: PostEndpoint;
  /** The stream whose key signed. It may have ended: the goodbye of a page that is left comes after its stream's end. */
  readonly streamId: string;
  readonly sender: Sender;
  readonly query: URLSearchParams;
  /** Empty where {@link isUpload}. */
  readonly body: string;
  /** Whether the body is multipart, and has not been read: it is authenticated, but has no digest. */
  readonly isUpload: boolean;
}

/** Where a POST came from, as far as that is not signed. */
export interface Sender {
  readonly origin: string;
  /** Its express-session; undefined where a request came past Express. */
  readonly sessionId: string | undefined;
  /** Its cookies, where it came past Express: they must name the stream's session. */
  readonly cookies: string | undefined;
  /** Whether it came past Express, and so past express-session. */
  readonly isAttached: boolean;
}

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
    const { streamId, sender } = signer.value;
    // each field by its name: a spread would cost as much as the rest of these checks
    const proved = (body: string) =>
      accept({ endpoint, streamId, sender, query: new URLSearchParams(query), body, isUpload });
    if (isUpload) {
      checkUnread(request);
      return proved('');
    }
    return chain(readBody(request, this.#settings.limits.body), (body) => {
      if (!body.ok) return body;
      if (contentDigest(digestOf(body.value)) !== digest) return refuse('signature', 'the body is not what was signed');
      return proved(body.value.toString());
    });
  }

  #verify(
    request: LiveRequest,
    endpoint: PostEndpoint,
    signed: SignedRequest,
  ): Result<Pick<SignedPost, 'streamId' | 'sender'>> {
    const { headers } = request;
    const found = readSignature(field(headers[SIGNATURE_HEADERS.input]), field(headers[SIGNATURE_HEADERS.signature]));
    if (!found) return refuse('signature', 'no signature, or one of another form');
    const { keyid: streamId, tag, created } = found.params;
    const base = signatureBase(signedComponents(signed), found.text);
    const stream = this.#registry.streams.get(streamId);
    if (!this.#tokens.isSigned(stream?.key ?? this.#tokens.streamKey(streamId), base, found.mac))
      return refuse('signature', 'the signature is wrong');
    if (tag !== endpoint) return refuse('signature', `signed for ${tag}, sent to ${endpoint}`);
    if (Math.abs(created - this.#settings.clock.now() / 1000) > LEEWAY)
      return refuse('signature', 'signed too long ago');
    if (stream && !isAttached(request) && !request.session)
      return refuse('unavailable', 'the express-session’s store has failed');
    const sender = senderOf(request);
    const checked = stream ? checkSender(stream, sender) : accept(undefined);
    return checked.ok ? accept({ streamId, sender }) : checked;
  }
}

function senderOf(request: LiveRequest): Sender {
  const { origin = '', cookie } = request.headers;
  const wasPast = isAttached(request);
  return {
    origin,
    sessionId: wasPast ? undefined : sessionOf(request),
    cookies: wasPast ? cookie : undefined,
    isAttached: wasPast,
  };
}

/** Whether a POST is from the reader of its stream. Past express-session, a session is known by its cookie. */
export function checkSender(stream: Stream, { origin, sessionId, cookies, isAttached }: Sender): Result<void> {
  if (!stream.isFrom(origin)) return refuse('origin', `from ${origin}, not as before`);
  const { cookie } = stream;
  const isOwn = isAttached ? !cookie || cookies?.split('; ').includes(cookie) : sessionId === stream.sessionId;
  return isOwn ? accept(undefined) : refuse('session', 'the stream is of another session');
}

function field(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
