// Owns raw HTTP/1.1 over one socket: requests that were built before, and no more reading than is needed. One is in flight, the others wait.
import { connect } from 'node:net';

/** Opens a socket, from one of several loopback addresses so that there are ports enough. */
export function open(port) {
  const localAddress = `127.0.0.${2 + (open.count++ % 8)}`;
  const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
  socket.on('error', (error) => {
    if (!socket.isClosing) console.error('load generator:', error.message);
  });
  return socket;
}
open.count = 0;

/** A keep-alive client. `send` takes the text of a request and gives `{ status, head, body }`. */
export class HttpSocket {
  #socket;
  #text = '';
  #done;
  #waiting = [];

  constructor(port) {
    this.#socket = open(port);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text) => this.#read(text));
    this.#socket.on('close', () => this.#done?.({ status: 0, head: '', body: '' }));
  }

  send(request) {
    return new Promise((done) => {
      if (this.#done) this.#waiting.push([request, done]);
      else this.#write(request, done);
    });
  }

  #write(request, done) {
    this.#done = done;
    this.#socket.write(request, 'latin1');
  }

  #read(text) {
    this.#text = this.#text ? this.#text + text : text;
    const answer = readAnswer(this.#text);
    if (!answer) return;
    const done = this.#done;
    this.#text = '';
    this.#done = undefined;
    const next = this.#waiting.shift();
    if (next) this.#write(...next);
    done(answer);
  }

  close() {
    this.#socket.isClosing = true;
    this.#socket.destroy();
  }
}

/** Reads a whole answer, or nothing yet. */
function readAnswer(text) {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return body.length >= Number(length) ? { status, head, body } : undefined;
  if (status === 204 || status === 304) return { status, head, body: '' };
  return body.endsWith('0\r\n\r\n') ? { status, head, body: unchunk(body) } : undefined;
}

function unchunk(body) {
  let text = '';
  for (let at = 0; at < body.length; ) {
    const line = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.slice(at, line), 16);
    if (!size) break;
    text += body.slice(line + 2, line + 2 + size);
    at = line + 4 + size;
  }
  return text;
}

/** Writes a GET. */
export function get(path, headers = '') {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
}

/** Writes a POST. */
export function post(path, headers = '', body = '') {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

/** The cookies of an answer, as a header line. */
export function cookiesOf({ head }) {
  const cookies = [...head.matchAll(/\r\nset-cookie: ([^;\r]+)/gi)].map((found) => found[1]);
  return cookies.length > 0 ? `Cookie: ${cookies.join('; ')}\r\n` : '';
}
