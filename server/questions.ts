// Owns questions and answers between nodes, over a carrier that knows messages only.

import type { Asked, Responder } from './backplane.ts';
import { atMost, type Clock } from './clock.ts';

/** Takes a message to a node; says how many heard it, or undefined where nobody can be told now. */
export type Carrier = (node: string, message: string) => Promise<number | undefined>;

/** What a message is: its first line says so, the rest is the question or the answer. */
type Head = readonly ['?', from: string, number: number] | readonly ['!' | '-', number: number];

/** Milliseconds between two looks whether one who is asked is still there. */
const LOOK = 250;

/** The questions of one node, and its answers to others'. */
export class Questions {
  readonly #node: string;
  readonly #carry: Carrier;
  readonly #isThere: (node: string) => Promise<boolean>;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, (asked: Asked) => void>();
  readonly #replies = new Set<Promise<void>>();
  #count = 0;
  #respond: Responder = () => Promise.reject(new Error('nobody answers here'));

  /** @param isThere says whether anybody still hears a node's messages. */
  constructor(node: string, carry: Carrier, isThere: (node: string) => Promise<boolean>, clock: Clock) {
    this.#node = node;
    this.#carry = carry;
    this.#isThere = isThere;
    this.#clock = clock;
  }

  /** Asks one node: see {@link Backplane.ask}. */
  async ask(node: string, question: string, patience: number): Promise<Asked> {
    const number = ++this.#count;
    let stop = () => {};
    const answered = new Promise<Asked>((resolve) => {
      this.#waiting.set(number, resolve);
      stop = this.#clock.every(LOOK, () => void this.#look(node, resolve));
    });
    try {
      const heard = await this.#carry(node, write(['?', this.#node, number], question));
      if (heard === undefined) return { failed: 'away' };
      if (heard === 0) return { failed: 'gone' };
      return await atMost<Asked, Asked>(this.#clock, patience, answered, () => ({ failed: 'silent' }));
    } finally {
      stop();
      this.#waiting.delete(number);
    }
  }

  /** A node that dies while it is asked will not answer. */
  async #look(node: string, resolve: (asked: Asked) => void): Promise<void> {
    const isThere = await this.#isThere(node).catch(() => true);
    if (!isThere) resolve({ failed: 'silent' });
  }

  /** Answers others from now on. */
  answer(respond: Responder): void {
    this.#respond = respond;
  }

  /** A message for this node has come. Throws for what is none. */
  receive(message: string): void {
    const end = message.indexOf('\n');
    const head = JSON.parse(message.slice(0, end)) as Head;
    const text = message.slice(end + 1);
    if (head[0] === '?') this.#takeOn(this.#reply(head[1], head[2], text));
    else this.#waiting.get(head[1])?.(head[0] === '!' ? { answer: text } : { failed: 'silent' });
  }

  #takeOn(reply: Promise<void>): void {
    this.#replies.add(reply);
    void reply.finally(() => this.#replies.delete(reply));
  }

  /** Resolves when everything that was asked so far has been answered. */
  async answered(): Promise<void> {
    await Promise.all(this.#replies);
  }

  async #reply(from: string, number: number, question: string): Promise<void> {
    const reply = await this.#respond(question).then(
      (answer) => write(['!', number], answer),
      () => write(['-', number], ''),
    );
    await this.#carry(from, reply);
  }
}

function write(head: Head, text: string): string {
  return `${JSON.stringify(head)}\n${text}`;
}
