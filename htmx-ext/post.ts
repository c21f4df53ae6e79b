// Owns the signed POST in the browser: digest, signature, fetch. At most two are in flight, so that a page's six connections are never used up.

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { PostEndpoint } from '../protocol/names.ts';
import { contentDigest, signRequest } from '../protocol/signature.ts';
import type { Connection } from './connect.ts';

/** A POST to one of the live endpoints. */
export interface Post {
  readonly endpoint: PostEndpoint;
  /** With its question mark; `?` where there is none. */
  readonly query: string;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Whether it must get out though the page is being left. */
  readonly keepalive?: boolean;
}

const IN_FLIGHT = 2;
let inFlight = 0;
const waiting: (() => void)[] = [];

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** Sends a POST, signed with the stream's key and the server's time. Rejects where the network fails, or no stream is open. */
export async function post(connection: Connection, request: Post): Promise<Response> {
  if (!request.keepalive) await takeTurn();
  try {
    return await send(connection, request);
  } finally {
    if (!request.keepalive) giveTurn();
  }
}

async function takeTurn(): Promise<void> {
  if (inFlight < IN_FLIGHT) inFlight++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
}

function giveTurn(): void {
  const next = waiting.shift();
  if (next) next();
  else inFlight--;
}

function send(connection: Connection, request: Post): Promise<Response> {
  const { endpoint, query, type, body, signal, keepalive } = request;
  const hello = keepalive ? connection.lastHello : connection.hello;
  if (!hello) throw new TypeError('no stream');
  const bytes = new TextEncoder().encode(body);
  const digest = contentDigest(base64(sha256(bytes)));
  const created = Math.floor(connection.now() / 1000);
  const key = fromBase64Url(hello.key);
  const mac = (text: string) => base64(hmac(sha256, key, new TextEncoder().encode(text)));
  const signature = signRequest(
    { method: 'POST', query, type, digest },
    { created, keyid: hello.stream, tag: endpoint },
    mac,
  );
  return fetch(connection.base + endpoint + (query === '?' ? '' : query), {
    method: 'POST',
    headers: { ...request.headers, ...signature, 'Content-Type': type },
    body: bytes as BodyInit,
    cache: 'no-store',
    credentials: 'same-origin',
    ...(signal ? { signal } : {}),
    ...(keepalive ? { keepalive } : {}),
  });
}

/** The kind of a refusal. */
export async function kindOf(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => ({}))) as { title?: string };
  return problem.title ?? '';
}
