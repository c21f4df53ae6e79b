// Owns a proxy that does what no header can cure: it holds answers back, or cuts them. It never passes an upgrade on.

import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** What it does to every answer. */
export interface Habits {
  /** Bytes that it holds before it passes anything on; with infinity, an answer to its end. */
  readonly holds?: number;
  /** Milliseconds after which it cuts an answer. */
  readonly cutsAt?: number;
}

/** Starts one on `port`, in front of `behind`; 0 is any port. Gives its port, and how to stop it. */
export async function startHostile(
  port: number,
  behind: number,
  habits: Habits,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    pass(request, response, behind, habits).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, stop };
}

/** Node hands an upgrade to this as a plain request, since nobody listens for `upgrade`. */
async function pass(request: IncomingMessage, response: ServerResponse, port: number, habits: Habits): Promise<void> {
  const { upgrade, connection, ...headers } = request.headers;
  const { method, url: path } = request;
  const onward = send({ host: '127.0.0.1', port, method, path, headers, agent: false });
  onward.on('error', () => {}); // also after its answer has come
  response.once('close', () => onward.destroy());
  const answer = new Promise<IncomingMessage>((resolve, reject) => onward.on('response', resolve).on('error', reject));
  answer.catch(() => {});
  await pipeline(request, onward);
  await giveBack(await answer, response, habits);
}

async function giveBack(answer: IncomingMessage, response: ServerResponse, { holds, cutsAt }: Habits): Promise<void> {
  const cut = cutsAt === undefined ? undefined : setTimeout(() => response.destroy(), cutsAt);
  try {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    await pipeline(answer, (chunks: AsyncIterable<Buffer>) => hold(chunks, holds ?? 0), response);
  } finally {
    clearTimeout(cut);
  }
}

/** Gives the bytes on once there are more than `least`, or no more come. The head of the answer waits with them. */
async function* hold(chunks: AsyncIterable<Buffer>, least: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    if (size < least) continue;
    yield* held;
    held = [];
  }
  yield* held;
}
