// Owns one question: does a plain websocket upgrade pass? Asked on a raw socket, since clients hide what a proxy made of it.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { UPGRADE_PATH } from './app.ts';

const LIMIT_MS = 3000;

/** Where to ask: the proxy's port, and, for a forward proxy, the port of the server behind it. */
export interface Way {
  readonly proxy: number;
  readonly behind?: number;
}

/** The status of the answer to an upgrade in the clear: `101` where it passes. */
export function tryUpgrade({ proxy, behind }: Way): Promise<string> {
  const host = `127.0.0.1:${behind ?? proxy}`;
  return ask(proxy, [upgradeRequest(host, behind === undefined ? UPGRADE_PATH : `http://${host}${UPGRADE_PATH}`)]);
}

/** The same through a CONNECT tunnel, which is what a browser asks a forward proxy for. */
export function tryTunnel(proxy: number, behind: number): Promise<string> {
  const host = `127.0.0.1:${behind}`;
  return ask(proxy, [`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, upgradeRequest(host, UPGRADE_PATH)]);
}

function upgradeRequest(host: string, target: string): string {
  const key = randomBytes(16).toString('base64');
  return `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`;
}

/** Sends each request after a 200 to the one before it. Gives the last status, `closed` or `silent`. */
function ask(port: number, [first = '', ...later]: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(first));
    let text = '';
    const end = (answer: string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(LIMIT_MS, () => end('silent'));
    socket.on('error', () => end('closed'));
    socket.on('close', () => end('closed'));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      const status = /^HTTP\/1\.\d (\d{3})/.exec(text)?.[1] ?? 'not HTTP';
      const next = status === '200' ? later.shift() : undefined;
      if (next === undefined) return end(status);
      text = '';
      socket.write(next);
    });
  });
}
