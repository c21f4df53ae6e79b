// Owns the signing of a POST, by WebCrypto. It is asynchronous: what can't wait for it, as a goodbye, is signed beforehand.

import type { PostEndpoint } from '../protocol/names.ts';
import { contentDigest, signRequest } from '../protocol/signature.ts';
import type { Body } from './body.ts';
import type { Connection } from './connection.ts';
import { load } from './parts.ts';

/** What is signed of a POST to one of the live endpoints. */
export interface Signable {
  readonly endpoint: PostEndpoint;
  /** With its question mark; `?` where there is none. */
  readonly query: string;
  readonly type: string;
  /** A Blob is authenticated, but without a digest. */
  readonly body: Body;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A signed POST, as the network gets it. */
export interface Signed {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Body;
}

type Bytes = Uint8Array<ArrayBuffer>;

type May<T> = T | Promise<T>;

/** What signing takes of WebCrypto. */
export interface Sha<Key> {
  digest(name: string, bytes: Bytes): May<ArrayBuffer | Uint8Array>;
  importKey(format: 'raw', key: Bytes, how: typeof HMAC, canExport: false, uses: ['sign']): May<Key>;
  sign(name: string, key: Key, text: Bytes): May<ArrayBuffer | Uint8Array>;
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' };

/** Signs a POST with the stream's key, and the server's time or one that is `ahead` of it, in milliseconds. Throws where no stream is open. */
export async function sign(connection: Connection, request: Signable, ahead = 0): Promise<Signed> {
  const { endpoint, query, type, body, headers } = request;
  const { hello } = connection;
  const base = connection.base();
  if (!hello) throw new TypeError(); // no stream
  const created = Math.floor((connection.now() + ahead) / 1000);
  // an insecure origin has no WebCrypto: a file of its own brings what it needs
  const sha: Sha<CryptoKey> = crypto.subtle ?? (await load(base, 'liveview-sha.js', 'liveviewSha'));
  const digest =
    typeof body === 'string' ? contentDigest(base64(await sha.digest(HMAC.hash, toBytes(body)))) : undefined;
  const params = { created, keyid: hello.stream, tag: endpoint };
  const unsigned = signRequest({ method: 'POST', query, type, digest }, params);
  const key = await sha.importKey('raw', fromBase64Url(hello.key), HMAC, false, ['sign']);
  const mac = base64(await sha.sign(HMAC.name, key, toBytes(unsigned.base)));
  return {
    url: base + endpoint + (query === '?' ? '' : query),
    headers: { ...headers, ...unsigned.headers(mac), 'Content-Type': type },
    body,
  };
}

function toBytes(text: string): Bytes {
  return new TextEncoder().encode(text);
}

function base64(bytes: ArrayBuffer | Uint8Array): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

function fromBase64Url(text: string): Bytes {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
