// A proxy that does to HTTP what networks do: it delays, loses requests, loses answers, repeats, reorders, and cuts streams. All from a seed.
import { createServer, type IncomingMessage, type Server, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Chances, from 0 to 1, of what happens to a request; and how long a stream lives, in ms. */
export interface Faults {
  readonly delay: number;
  readonly loseRequest: number;
  readonly loseAnswer: number;
  readonly repeat: number;
  readonly streamLife: number;
}

export const CALM: Faults = {
  delay: 0,
  loseRequest: 0,
  loseAnswer: 0,
  repeat: 0,
  streamLife: Number.POSITIVE_INFINITY,
};
export const STORM: Faults = { delay: 0.3, loseRequest: 0.08, loseAnswer: 0.08, repeat: 0.08, streamLife: 3000 };

/** A random source that gives the same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class FaultProxy {
  faults: Faults = CALM;
  readonly #random: () => number;
  readonly #target: () => number | undefined;
  readonly #server: Server;

  /** @param target gives the port to which the next request goes, where there is one. */
  constructor(target: () => number | undefined, seed: number) {
    this.#target = target;
    this.#random = randomFrom(seed);
    this.#server = createServer((request, response) => void this.#pass(request, response).catch(() => fail(response)));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { delay, loseRequest, loseAnswer, repeat, streamLife } = this.faults;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const isStream = request.url?.includes('/stream') ?? false;
    const chances = [delay, loseRequest, loseAnswer, repeat].map((chance) => this.#random() < chance);
    if (chances[0]) await new Promise((resolve) => setTimeout(resolve, this.#random() * 400));
    if (chances[1]) return void response.destroy();
    if (chances[3] && !isStream) await this.#forward(request, body).then((answer) => answer.resume());
    const answer = await this.#forward(request, body);
    if (chances[2] && !isStream) {
      answer.resume();
      return void response.destroy();
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => response.destroy());
    response.on('close', () => answer.destroy());
    if (response.destroyed) answer.destroy(); // it has not waited
    if (isStream && Number.isFinite(streamLife)) setTimeout(() => response.destroy(), this.#random() * streamLife * 2);
    answer.pipe(response);
  }

  #forward(request: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const { method, url, headers } = request;
      const port = this.#target();
      if (!port) return reject(new Error('there is no server'));
      const out = send({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, resolve);
      out.on('error', reject);
      out.end(body);
    });
  }
}

/** A server that is not there, or ends before it has answered, is a 502, as proxies say it. */
function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(502).end();
}
