// Owns the way of a test's requests to the router without HTTP: Node's own request and response, over a socket that is only memory. So everything
// behind the socket is real: the router, signatures, sessions, frames.

import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { parseFrames } from '../../protocol/frame.ts';
import { PROTOCOL_VERSION } from '../../protocol/names.ts';
import type { Handler } from '../router.ts';
import type { Link, LinkAnswer } from './link.ts';

/** What a request has beside its address. */
export interface MemoryRequest {
  readonly method: string;
  /** Below the router's path. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** What middleware would have put on it: the session, and so on. */
  readonly extra: object;
}

/** A socket that hands on what is written to it. */
class MemorySocket extends Duplex {
  readonly #wrote: (text: string) => void;
  readonly #decoder = new TextDecoder();

  constructor(wrote: (text: string) => void) {
    super();
    this.#wrote = wrote;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.#wrote(this.#decoder.decode(chunk, { stream: true }));
    done();
  }
}

/** Makes a request as Express hands one on. */
export function createRequest(
  { method, url, headers = {}, body, extra }: MemoryRequest,
  socket = new MemorySocket(() => {}),
): IncomingMessage {
  const request = new IncomingMessage(socket as unknown as Socket);
  const length: Record<string, string> = body ? { 'content-length': String(body.length) } : {};
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  // in HTTP/1.0 a body ends with its connection: it is what comes after the head, as it is
  Object.assign(request, { method, url, httpVersionMajor: 1, httpVersionMinor: 0, httpVersion: '1.0' });
  request.headers = { host: 'localhost', ...length, ...Object.fromEntries(lower) };
  Object.assign(request, { protocol: 'http', originalUrl: url }, extra);
  if (body?.length) request.push(body);
  request.push(null);
  request.complete = true;
  return request;
}

/** Sends a request. `received` gets what comes of the answer's body, as it comes; the result cuts the connection. */
export function send(
  handler: Handler,
  wanted: MemoryRequest,
  received: (text: string) => void,
  ended: (head: string) => void,
): () => void {
  let [head, isBody] = ['', false];
  const socket = new MemorySocket((text) => {
    if (isBody) return received(text);
    head += text;
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    isBody = true;
    const rest = head.slice(end + 4);
    head = head.slice(0, end);
    if (rest) received(rest);
  });
  const request = createRequest(wanted, socket);
  const response = new ServerResponse(request);
  response.assignSocket(socket as unknown as Socket);
  response.once('finish', () => socket.destroy());
  socket.once('close', () => ended(head));
  handler(request, response, (error) => socket.destroy((error ?? new Error(`no route for ${wanted.url}`)) as Error));
  socket.on('error', (error) => {
    head = `HTTP/1.1 500 ${error.message}`;
  });
  return () => socket.destroy();
}

/** The way of one page to a router. `handler` and `extra` are asked for each request: a restart gives others. */
export function memoryLink(handler: () => Handler, extra: () => object): Link {
  return {
    open(received, ended) {
      let text = '';
      const take = (chunk: string) => {
        text += chunk;
        const end = text.lastIndexOf('\n\n') + 2;
        if (end < 2) return;
        const whole = text.slice(0, end);
        text = text.slice(end);
        for (const frame of parseFrames(whole)) if (frame.event) received(frame);
      };
      const url = `/stream?v=${PROTOCOL_VERSION}`;
      return send(handler(), { method: 'GET', url, extra: extra() }, take, (head) =>
        ended(head.split('\r\n')[0] ?? ''),
      );
    },
    post({ endpoint, query, headers, body }) {
      return new Promise<LinkAnswer>((resolve) => {
        let text = '';
        const wanted = { method: 'POST', url: `/${endpoint}${query}`, headers, body, extra: extra() };
        const take = (chunk: string) => {
          text += chunk;
        };
        send(handler(), wanted, take, (head) => resolve({ ...readHead(head), text }));
      });
    },
  };
}

function readHead(head: string): Omit<LinkAnswer, 'text'> {
  return {
    status: Number(head.split(' ')[1] ?? 0),
    type: /^content-type: *(.*)$/im.exec(head)?.[1]?.trim() ?? '',
  };
}
