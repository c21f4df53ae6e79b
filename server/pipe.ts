// Owns how frames reach a reader: over one response that stays open, or over polls that end with what there is.
// Source: WHATWG HTML 9.2; the headers are the ones that keep proxies from buffering (docs/proxies.md).

import type { EventEmitter } from 'node:events';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { MEDIA } from '../protocol/names.ts';
import type { Clock } from './clock.ts';
import { canDetach, detach } from './detach.ts';
import { Gzip } from './gzip.ts';

/** Carries a stream's frames. */
export interface Pipe {
  /** Sends a frame; `count` is its number. */
  write(text: string, count: number): void;
  /** Sends a heartbeat, which has no number and need not be kept. */
  beat(text: string): void;
  acknowledged(count: number): void;
  /** How much of it the network has not taken yet, in bytes. */
  readonly queued: number;
  /** Ends it; what was written still goes out. */
  end(): void;
}

/** `no-transform` keeps compression middleware away, `X-Accel-Buffering` nginx from holding frames back, `identity` the gzip of proxies. */
const HEADERS = {
  'Content-Type': MEDIA.frames,
  'Cache-Control': 'private, no-store, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
};

/** Milliseconds after which EventSource may come back by itself. The extension does so itself, and earlier. */
const RETRY = 2_000;
const START = `retry: ${RETRY}\n\n`;
/** Milliseconds for which a reader that does not read any more may keep an ended response open. */
const LINGER = 5_000;
/** Milliseconds for which a poll waits for frames; and after which a reader that does not poll again is gone. */
export const POLL = 8_000;
export const POLL_GAP = 12_000;

/** What a body says of its encoding: see the options `compression` and `identityEncoding`. */
export type Coding = 'gzip' | 'identity' | undefined;

/** Starts a response that is never cached, changed or held back. */
function writeHead(response: ServerResponse, coding: Coding): void {
  // compression() asks for it when the head is written; it would lose what an answer ends with, for that does not come past it
  response.req.headers['accept-encoding'] = 'identity';
  response.writeHead(200, { ...HEADERS, ...(coding ? { 'Content-Encoding': coding } : {}) });
  response.socket?.setNoDelay?.(true); // a connection may be any Duplex
  response.on('error', () => {});
}

/**
 * Ends a response. Not through `response.end`, which express-session wraps: it would save a session that was
 * destroyed meanwhile, and so bring it back.
 */
function endRaw(response: ServerResponse, last: string | Buffer): void {
  const end = ServerResponse.prototype.end as (this: ServerResponse, last: string | Buffer) => void;
  end.call(response, last);
}

/** Whoever wants to know that a pipe has ended, whoever ended it: its stream. */
export interface PipeOwner {
  closed(): void;
}

/** What makes a body of frames. */
interface Coder {
  write(text: string, isSecret: boolean): string | Buffer;
  end(): string | Buffer;
}

const PLAIN: Coder = { write: (text) => text, end: () => '' };

/** The first frame is hello, which has the stream's key. */
const HELLO = 1;

/** Begins to send frames over a response: over its bare socket, where nobody else needs the response. */
export function openPipe(request: IncomingMessage, response: ServerResponse, coding: Coding, owner: PipeOwner): Pipe {
  const isFree = canDetach(request, response);
  if (isFree) response.setHeader('Connection', 'close'); // the HTTP server will not read another request from it
  writeHead(response, coding);
  const coder = coding === 'gzip' ? new Gzip() : PLAIN;
  response.socket?.setKeepAlive?.(true, 15_000);
  if (!isFree) return new ResponsePipe(response, coder, owner);
  response.flushHeaders();
  return new SocketPipe(detach(response), response.chunkedEncoding, coder, owner);
}

/** An open SSE response. */
class ResponsePipe implements Pipe {
  readonly #response: ServerResponse;
  readonly #coder: Coder;

  constructor(response: ServerResponse, coder: Coder, owner: PipeOwner) {
    this.#response = response;
    this.#coder = coder;
    response.once('close', () => owner.closed());
    this.write(START);
  }

  write(text: string, count?: number): void {
    this.#response.write(this.#coder.write(text, count === HELLO));
    // compression() adds flush(); where it is mounted in spite of no-transform, an event must still leave at once
    (this.#response as { flush?: () => void }).flush?.();
  }

  beat(text: string): void {
    this.write(text);
  }

  acknowledged(): void {}

  get queued(): number {
    return this.#response.writableLength;
  }

  end(): void {
    const { socket } = this.#response;
    endRaw(this.#response, this.#coder.end());
    if (socket) destroyLater(socket, this.#response);
  }
}

/** Destroys the socket where the reader does not take the rest of what has been ended: a response, or the socket itself. */
function destroyLater(socket: Socket, ended: EventEmitter): void {
  const timer = setTimeout(() => socket.destroy(), LINGER).unref();
  ended.once('close', () => clearTimeout(timer));
}

const OWNER = Symbol('owner');

/** A socket that says who is to be told of its end, so that all sockets share their listeners. */
interface OwnedSocket extends Socket {
  [OWNER]?: PipeOwner;
}

function onClose(this: OwnedSocket): void {
  this[OWNER]?.closed();
}

/** What broke a socket is of no interest: `close` follows. */
function onError(): void {}

/**
 * What is left of an SSE response that was detached: its socket. It writes the body's chunks itself (RFC 9112, 7.1); for HTTP/1.0, which has
 * none, the body ends with the connection.
 */
class SocketPipe implements Pipe {
  readonly #socket: Socket;
  readonly #isChunked: boolean;
  readonly #coder: Coder;

  constructor(socket: Socket, isChunked: boolean, coder: Coder, owner: PipeOwner) {
    this.#socket = socket;
    this.#isChunked = isChunked;
    this.#coder = coder;
    (socket as OwnedSocket)[OWNER] = owner;
    socket.on('close', onClose).on('error', onError);
    this.write(START);
  }

  write(text: string, count?: number): void {
    this.#send(this.#coder.write(text, count === HELLO));
  }

  #send(data: string | Buffer): void {
    if (data.length === 0 || !this.#socket.writable) return;
    const bytes = Buffer.byteLength(data);
    // of ASCII every encoding makes the same, and of this one the network layer has the least work
    const encoding = bytes === data.length ? 'latin1' : 'utf8';
    this.#socket.write(this.#isChunked ? chunk(data, bytes) : data, encoding);
  }

  beat(text: string): void {
    this.write(text);
  }

  acknowledged(): void {}

  get queued(): number {
    return this.#socket.writableLength;
  }

  end(): void {
    this.#send(this.#coder.end());
    this.#socket.end(this.#isChunked ? '0\r\n\r\n' : '');
    destroyLater(this.#socket, this.#socket);
  }
}

function chunk(data: string | Buffer, bytes: number): string | Buffer {
  const head = `${bytes.toString(16)}\r\n`;
  return typeof data === 'string' ? `${head}${data}\r\n` : Buffer.concat([Buffer.from(head), data, END]);
}

const END = Buffer.from('\r\n');

/** Whoever waits for a poll's frames. */
export interface Poller {
  /** Gives it the frames, with which the poll ends. */
  end(frames: string): void;
  /** Calls `work` when it has gone without them. */
  onGone(work: () => void): void;
}

/** A browser that waits for a poll's frames. */
export class ResponsePoller implements Poller {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, coding: Coding) {
    this.#response = response;
    writeHead(response, coding);
  }

  end(frames: string): void {
    endRaw(this.#response, frames);
  }

  onGone(work: () => void): void {
    this.#response.once('close', work);
  }
}

/** Polls: frames wait for the next one, and stay until it says that they have come. */
export class PollPipe implements Pipe {
  #held: { readonly text: string; readonly count: number }[] = [];
  #poller: Poller | undefined;
  #cancel: () => void = () => {};
  #isEnded = false;
  readonly #clock: Clock;
  readonly #owner: PipeOwner;

  /** @param owner is told when no poll has come for too long. */
  constructor(clock: Clock, owner: PipeOwner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  /** Whether there are frames that no poll has acknowledged. */
  get hasWords(): boolean {
    return this.#held.length > 0;
  }

  /** A poll has come: it is answered with what there is, or as soon as there is something, or with nothing after a while. */
  poll(poller: Poller): void {
    this.#answer();
    this.#poller = poller;
    poller.onGone(() => {
      if (this.#poller === poller) this.#away();
    });
    this.#cancel();
    if (this.#held.length > 0 || this.#isEnded) this.#answer();
    else this.#cancel = this.#clock.after(POLL, () => this.#answer());
  }

  write(text: string, count: number): void {
    this.#held.push({ text, count });
    if (this.#held.length === 1) setImmediate(() => this.#answer());
  }

  readonly queued = 0;

  beat(): void {} // a poll that is answered says as much

  acknowledged(count: number): void {
    this.#held = this.#held.filter((frame) => frame.count > count);
  }

  end(): void {
    this.#isEnded = true;
    this.#answer();
    this.#cancel();
  }

  #answer(): void {
    const poller = this.#poller;
    if (!poller) return;
    this.#away();
    poller.end(this.#held.map(({ text }) => text).join(''));
  }

  #away(): void {
    this.#poller = undefined;
    this.#cancel();
    if (!this.#isEnded) this.#cancel = this.#clock.after(POLL_GAP, () => this.#owner.closed());
  }
}
