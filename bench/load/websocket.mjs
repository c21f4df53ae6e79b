// Owns a raw websocket client. Its masking key is zero, so that a message can be built as plain text; the server unmasks it all the same.
import { open } from './http.mjs';

const HANDSHAKE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

/** Encodes a text message. */
export function encode(text) {
  const body = Buffer.from(text);
  const extended = body.length > 65535 ? 8 : body.length > 125 ? 2 : 0;
  const head = Buffer.alloc(6 + extended);
  head[0] = 0x81;
  head[1] = 0x80 | (extended === 8 ? 127 : extended === 2 ? 126 : body.length);
  if (extended === 2) head.writeUInt16BE(body.length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([head, body]);
}

/** One open websocket. `call` sends a message and gives the payload of the next one. */
export class WsSocket {
  /** Whether a message is no answer to a call. */
  isSkipped = () => false;
  #socket;
  #held = Buffer.alloc(0);
  #done;
  #isOpen = false;

  constructor(port, path, headers) {
    this.#socket = open(port);
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${HANDSHAKE}${headers}\r\n`, 'latin1');
    this.opened = new Promise((done) => {
      this.#done = done;
    });
  }

  call(message) {
    return new Promise((done) => {
      this.#done = done;
      this.#socket.write(message);
    });
  }

  #read(chunk) {
    this.#held = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    if (!this.#isOpen) return this.#readHandshake();
    for (let end = messageEnd(this.#held); end && this.#held.length >= end.at; end = messageEnd(this.#held)) {
      const payload = this.#held.subarray(end.from, end.at);
      this.#held = this.#held.subarray(end.at);
      if (!this.isSkipped(payload)) this.#done(payload);
    }
  }

  /** Sends a message that nobody waits for. */
  send(message) {
    this.#socket.write(message);
  }

  #readHandshake() {
    const end = this.#held.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.#isOpen = true;
    this.#held = this.#held.subarray(end + 4);
    this.#done();
  }

  close() {
    this.#socket.isClosing = true;
    this.#socket.destroy();
  }
}

function messageEnd(held) {
  if (held.length < 10) return held.length >= 2 && held[1] < 126 ? { from: 2, at: 2 + held[1] } : undefined;
  if (held[1] === 127) return { from: 10, at: 10 + Number(held.readBigUInt64BE(2)) };
  if (held[1] === 126) return { from: 4, at: 4 + held.readUInt16BE(2) };
  return { from: 2, at: 2 + held[1] };
}
