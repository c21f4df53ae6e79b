// Owns the secrets: session tokens, the keys of streams, and the binding of both to an express-session.
// Source: RFC 5869 (HKDF), one key for each purpose, so that a token of one kind is worth nothing as another.

import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from './clock.ts';
import { accept, type Result, refuse } from './errors.ts';

/** What a session token says. */
export interface Claims {
  readonly id: string;
  readonly component: string;
  /** The payload: what the component sees as `this.session`. */
  readonly session: unknown;
  /** The hash of the content that was rendered with the token. */
  readonly content: string;
  /** The shared instance that it stands in. Then the token is of no express-session: it holds for whoever has that one. */
  readonly within?: string | undefined;
}

/** What a token must have been made for. */
export interface Holder {
  readonly id: string;
  readonly component: string;
  readonly sessionId: string;
}

/** Signs and verifies with a list of secrets: the first signs, all verify. */
export interface Tokens {
  /** Makes the text of `data-session`. */
  sign(claims: Claims, sessionId: string): string;
  /** Verifies it. Refuses as `token` what is not ours, or another holder's, and as `expired` what is too old. */
  verify(token: string, holder: Holder): Result<Claims>;
  /**
   * What all streams of one session and context have in common, without saying either; undefined where the context can't be compared, because
   * it is not plain data.
   */
  shareKey(sessionId: string, context: unknown): string | undefined;
  /** The signing key of a stream, in base64url: any node derives the same from the secret and the stream's id. */
  streamKey(streamId: string): string;
  /** HMAC-SHA256 of `base` under a stream's key, compared in constant time with `mac`, in base64. */
  isSigned(streamKey: string, base: string, mac: string): boolean;
}

/** Signs what nodes say to each other or leave for each other, for one purpose. */
export interface Seal {
  close(text: string): string;
  /** Undefined for what is not ours. */
  open(sealed: string): string | undefined;
}

/** The fields of a token, short because they stand in every page. */
interface Payload {
  readonly i: string;
  readonly c: string;
  readonly s: string;
  readonly h: string;
  /** When it expires, in seconds. */
  readonly e: number;
  readonly p: unknown;
  readonly w?: string | undefined;
}

const VERSION = 'v1';

/** What tells contexts apart. */
function contextText(context: unknown): string | undefined {
  try {
    return JSON.stringify(context) ?? '';
  } catch {
    return undefined; // it goes in circles
  }
}

/** Hashes a component's content: 96 bits, for the comparison of the static and the first live render. */
export function hashContent(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 16);
}

/** A digest in base64, as Content-Digest has it. */
export function digestOf(body: Uint8Array): string {
  return hash('sha256', body, 'base64');
}

function hmac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Makes a seal; the first secret closes, all open. */
export function createSeal(secrets: readonly string[], purpose: string): Seal {
  const keys = secrets.map((secret) => derive(secret, purpose));
  const mac = (key: Buffer, text: string) => hmac(key, text).toString('base64url');
  return {
    close: (text) => `${mac(keys[0] as Buffer, text)}.${text}`,
    open(sealed) {
      const at = sealed.indexOf('.');
      const [found, text] = [Buffer.from(sealed.slice(0, at)), sealed.slice(at + 1)];
      return keys.some((key) => isEqual(Buffer.from(mac(key, text)), found)) ? text : undefined;
    },
  };
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'htmx-liveview', purpose, 32));
}

/**
 * Makes the tokens of a server.
 * @param maxAge how long a token is valid, in milliseconds.
 */
export function createTokens(secrets: readonly string[], maxAge: number, clock: Clock): Tokens {
  const tokenKeys = secrets.map((secret) => derive(secret, 'session token'));
  const [signingKey] = tokenKeys as [Buffer];
  const streamKey = derive(secrets[0] as string, 'stream key');
  const shareKey = derive(secrets[0] as string, 'share key');

  const bind = (key: Buffer, sessionId: string, within: string | undefined) => {
    const holder = within === undefined ? `express-session ${sessionId}` : `within ${within}`;
    return hmac(key, holder).toString('base64url').slice(0, 22);
  };
  const seal = (key: Buffer, text: string) => hmac(key, `${VERSION}.${text}`);

  function sign(claims: Claims, sessionId: string): string {
    const payload: Payload = {
      i: claims.id,
      c: claims.component,
      s: bind(signingKey, sessionId, claims.within),
      h: claims.content,
      e: Math.floor((clock.now() + maxAge) / 1000),
      p: claims.session,
      w: claims.within,
    };
    const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
    return `${VERSION}.${text}.${seal(signingKey, text).toString('base64url')}`;
  }

  function verify(token: string, holder: Holder): Result<Claims> {
    const [version, text = '', mac = '', ...rest] = token.split('.');
    const found = Buffer.from(mac, 'base64url');
    const key =
      version === VERSION && rest.length === 0 ? tokenKeys.find((it) => isEqual(seal(it, text), found)) : undefined;
    if (!key) return refuse('token', 'the session token is not signed by us', holder);
    const payload = JSON.parse(Buffer.from(text, 'base64url').toString()) as Payload;
    if (payload.i !== holder.id || payload.c !== holder.component) {
      return refuse('token', `the session token is for ${payload.c} ${payload.i}`, holder);
    }
    if (!isEqual(Buffer.from(payload.s), Buffer.from(bind(key, holder.sessionId, payload.w)))) {
      return refuse('token', 'the session token is of another express-session', holder);
    }
    if (payload.e * 1000 < clock.now()) return refuse('expired', 'the session token has expired', holder);
    return accept({ id: payload.i, component: payload.c, session: payload.p, content: payload.h, within: payload.w });
  }

  return {
    sign,
    verify,
    shareKey(sessionId, context) {
      const text = contextText(context);
      return text === undefined ? undefined : hmac(shareKey, `${sessionId} ${text}`).toString('base64url').slice(0, 16);
    },
    streamKey: (streamId) => hmac(streamKey, streamId).toString('base64url'),
    isSigned: (key, base, mac) => isEqual(hmac(Buffer.from(key, 'base64url'), base), Buffer.from(mac, 'base64')),
  };
}
