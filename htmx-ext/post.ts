// Owns the sending of a signed POST. At most two are in flight, so that a page's six connections are never used up.

import type { Connection } from './connection.ts';
import { type Signable, type Signed, sign } from './sign.ts';
import { tap } from './tap.ts';

/** A POST to one of the live endpoints. One with a Blob is an upload. */
export interface Post extends Signable {
  readonly onProgress?: (loaded: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const IN_FLIGHT = 2;
/** Milliseconds after which a POST without an answer counts as lost: the server answers within one second, and a dead network never says so. */
const TIMEOUT = 10_000;
let inFlight = 0;
let isUploading = false;
const waiting: { readonly isUpload: boolean; readonly start: () => void }[] = [];

/** Sends a POST, signed with the stream's key and the server's time. Rejects where the network fails, or no stream is open. */
export async function post(connection: Connection, request: Post): Promise<Response> {
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
    if (request.signal?.aborted) giveUp(); // before its turn
    // every POST says which frames have come
    const ack = connection.takeAck();
    const query = request.query + (ack && `${request.query === '?' ? '' : '&'}ack=${ack}`);
    const signed = await sign(connection, { ...request, query });
    if (tap) await tap.leaves(request);
    stop.signal.throwIfAborted();
    const answer = await (isUpload
      ? upload(signed, stop.signal, request.onProgress)
      : send(signed, { signal: stop.signal }));
    if (tap) await tap.answered(request, answer);
    return answer;
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

/** Sends what has been signed. */
export function send({ url, headers, body }: Signed, options: RequestInit): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body, cache: 'no-store', ...options });
}

/** Sends a multipart body. By XMLHttpRequest: fetch says nothing of its progress. */
function upload(
  { url, headers, body }: Signed,
  signal: AbortSignal,
  onProgress: Post['onProgress'],
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
    xhr.onerror = xhr.onabort = () => reject(new TypeError());
    signal.addEventListener('abort', () => xhr.abort());
    xhr.send(body);
  });
}

/** The kind of a refusal. */
export async function kindOf(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => ({}))) as { title?: string };
  return problem.title ?? '';
}
