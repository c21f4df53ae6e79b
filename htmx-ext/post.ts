// Owns the signed POST in the browser: digest, signature, fetch. At most two are in flight, so that a page's six connections are never used up.

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { PostEndpoint } from '../protocol/names.ts';
import type { Hello } from '../protocol/patch.ts';
import { contentDigest, signRequest } from '../protocol/signature.ts';
import type { Body } from './body.ts';
import type { Connection } from './connect.ts';

/** A POST to one of the live endpoints. */
export interface Post {
  readonly endpoint: PostEndpoint;
  /** With its question mark; `?` where there is none. */
  readonly query: string;
  readonly type: string;
  /** A Blob is sent as an upload: authenticated, but without a digest. */
  readonly body: Body;
  readonly onProgress?: ((loaded: number, total: number) => void) | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Whether it must get out though the page is being left. */
  readonly keepalive?: boolean;
}

const IN_FLIGHT = 2;
/** Milliseconds after which a POST without an answer counts as lost: the server answers within one second, and a dead network never says so. */
const TIMEOUT = 10_000;
let inFlight = 0;
let isUploading = false;
const waiting: { readonly isUpload: boolean; readonly start: () => void }[] = [];

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** Sends a POST, signed with the stream's key and the server's time. Rejects where the network fails, or no stream is open. */
export async function post(connection: Connection, request: Post): Promise<Response> {
  if (request.keepalive) return send(connection, request);
  const isUpload = typeof request.body !== 'string';
  await new Promise<void>((start) => {
    waiting.push({ isUpload, start });
    startNext();
  });
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  request.signal?.addEventListener('abort', giveUp);
  const timer = isUpload ? undefined : setTimeout(giveUp, TIMEOUT);
  connection.inFlight.add(stop);
  try {
    if (request.signal?.aborted) throw new TypeError('taken back before its turn');
    return await send(connection, { ...request, signal: stop.signal });
  } finally {
    connection.inFlight.delete(stop);
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', giveUp);
    inFlight--;
    if (isUpload) isUploading = false;
    startNext();
  }
}

/** Starts the first POST that may. One upload at a time, so that clicks always have a way beside it. */
function startNext(): void {
  const at = inFlight < IN_FLIGHT ? waiting.findIndex(({ isUpload }) => !(isUpload && isUploading)) : -1;
  const [next] = at < 0 ? [] : waiting.splice(at, 1);
  if (!next) return;
  inFlight++;
  isUploading ||= next.isUpload;
  next.start();
}

function send(connection: Connection, request: Post): Promise<Response> {
  const { body, signal, keepalive } = request;
  const hello = keepalive ? connection.lastHello : connection.hello;
  if (!hello) throw new TypeError('no stream');
  const query = withAck(request.query, connection.takeAck());
  const signed = { ...request, query };
  const url = connection.base + request.endpoint + (query === '?' ? '' : query);
  if (typeof body !== 'string') return upload(url, sign(connection, hello, signed), signed, body);
  const bytes = new TextEncoder().encode(body);
  return fetch(url, {
    method: 'POST',
    headers: sign(connection, hello, signed, contentDigest(base64(sha256(bytes)))),
    body: bytes as BodyInit,
    cache: 'no-store',
    credentials: 'same-origin',
    ...(signal ? { signal } : {}),
    ...(keepalive ? { keepalive } : {}),
  });
}

/** Every POST says which frames have come. */
function withAck(query: string, ack: string): string {
  if (!ack) return query;
  return query === '?' ? `?ack=${ack}` : `${query}&ack=${ack}`;
}

/** All header fields of a request. */
function sign(connection: Connection, hello: Hello, request: Post, digest?: string): Record<string, string> {
  const { endpoint, query, type, headers } = request;
  const created = Math.floor(connection.now() / 1000);
  const key = fromBase64Url(hello.key);
  const mac = (text: string) => base64(hmac(sha256, key, new TextEncoder().encode(text)));
  const params = { created, keyid: hello.stream, tag: endpoint };
  return { ...headers, ...signRequest({ method: 'POST', query, type, digest }, params, mac), 'Content-Type': type };
}

/** Sends a multipart body. By XMLHttpRequest: fetch says nothing of its progress. */
function upload(
  url: string,
  headers: Record<string, string>,
  { signal, onProgress }: Post,
  body: Blob,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded, total);
    xhr.onload = () => {
      const { status, responseText } = xhr;
      const type = xhr.getResponseHeader('content-type') ?? '';
      resolve(new Response(responseText || null, { status, headers: { 'content-type': type } }));
    };
    xhr.onerror = xhr.onabort = () => reject(new TypeError('the network failed'));
    signal?.addEventListener('abort', () => xhr.abort());
    xhr.send(body);
  });
}

/** The kind of a refusal. */
export async function kindOf(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => ({}))) as { title?: string };
  return problem.title ?? '';
}
