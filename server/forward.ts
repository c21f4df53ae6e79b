// Owns the way of a request to the node that holds its stream, where a load balancer has sent it to another one.
//
//   here: router -> guard (signature, digest) -> post -> ask     there: answer -> checkSender -> takePost     here: the router's answer

import { ENDPOINTS } from '../protocol/names.ts';
import { type HttpAnswer, linger, NOTHING } from './answer.ts';
import type { Arrivals, Given, HandOff } from './arrivals.ts';
import type { Asked } from './backplane.ts';
import { accept, type Result, refuse } from './errors.ts';
import type { Eventually } from './eventually.ts';
import { ForwardedBodies, type Parcel, type Part, type PartAnswer, parcelOf, sendParts } from './forward-body.ts';
import { checkSender, type SignedPost } from './guard.ts';
import { POLL, type Poller } from './pipe.ts';
import { type Poll, takePoll } from './polls.ts';
import { type Incoming, type PostParts, takePost } from './posts.ts';
import { nodeOf } from './stream.ts';
import type { Seal } from './token.ts';
import type { UploadBody } from './upload.ts';

/** What one node asks another for. */
type Question =
  | { readonly ask: 'post'; readonly post: ForwardedPost }
  | { readonly ask: 'upload'; readonly post: ForwardedPost; readonly parcel: Parcel }
  | { readonly ask: 'part'; readonly part: Part }
  | { readonly ask: 'poll'; readonly poll: ForwardedPoll }
  | { readonly ask: 'state'; readonly wanted: HandOff };

/** A POST that the asking node has proved. */
interface ForwardedPost extends Omit<SignedPost, 'query'> {
  readonly query: string;
  readonly carries: boolean;
}

/** A poll, with its query as text. */
type ForwardedPoll = Omit<Poll, 'params'> & { readonly query: string };

/** A question with what keeps it from being asked again, or to somebody else. */
interface Letter {
  readonly to: string;
  readonly at: number;
  /** Unlike any other's. Its answer says it, so that no other answer can be taken for that. */
  readonly name: string;
  readonly question: Question;
}

/** An answer, with the name of the question. */
interface Reply {
  readonly name: string;
  readonly result: Result<unknown>;
}

/** How far the clocks of two nodes may be apart, in ms: as far as a browser's and ours. */
const LEEWAY = 60_000;
/** What the way itself may take, beyond what is waited for at its end, in ms. */
const WAY = 5_000;

/** What forwarding needs. */
export interface ForwardParts extends PostParts {
  readonly seal: Seal;
  readonly arrivals: Arrivals;
}

/** Sends requests to the nodes of their streams, and answers what others send here. */
export class Forward {
  readonly #parts: ForwardParts;
  readonly #bodies = new ForwardedBodies();

  constructor(parts: ForwardParts) {
    this.#parts = parts;
    parts.settings.backplane.answer((text) => this.#respond(text));
  }

  /** Whether a stream is another node's. */
  isElsewhere(streamId: string): boolean {
    return nodeOf(streamId) !== this.#parts.settings.backplane.node;
  }

  /** Has another node do what a POST asks for. */
  async post({ query, response, upload, ...proved }: Incoming): Promise<Result<HttpAnswer>> {
    const { streamId } = proved;
    const post: ForwardedPost = { ...proved, query: String(query) };
    if (!upload) return this.#post(post);
    const parcel = parcelOf(this.#parts.settings.clock.id(), upload);
    const begun = await this.#ask<null>(streamId, { ask: 'upload', post, parcel });
    const answer = begun.ok ? await this.#sendParts(streamId, parcel.id, upload) : begun;
    if (!upload.readableEnded) linger(upload);
    return answer;
  }

  async #post(post: ForwardedPost): Promise<Result<HttpAnswer>> {
    const answer = await this.#ask<HttpAnswer>(post.streamId, { ask: 'post', post });
    const isGone = !answer.ok && answer.refusal.kind === 'stream';
    return isGone && post.endpoint === ENDPOINTS.unsubscribe ? accept(NOTHING) : answer; // what it says goodbye to is gone, too
  }

  #sendParts(streamId: string, id: string, upload: UploadBody): Promise<Result<HttpAnswer>> {
    return sendParts(id, upload, async (part) => {
      const taken = await this.#ask<PartAnswer>(streamId, { ask: 'part', part });
      return taken.ok ? taken.value : taken;
    });
  }

  /** Gets the frames of a stream of another node. */
  poll({ params, ...poll }: Poll): Promise<Result<string>> {
    return this.#ask(poll.streamId, { ask: 'poll', poll: { ...poll, query: String(params) } }, POLL + WAY);
  }

  /** Asks a node for an instance, whose page has come here. */
  async askForState(node: string, wanted: HandOff): Promise<Given> {
    const given = await this.#askNode<Given>(node, { ask: 'state', wanted }, WAY);
    if (given.ok) return given.value;
    return given.refusal.kind === 'unanswered' ? 'busy' : 'gone';
  }

  #ask<T>(streamId: string, question: Question, patience = WAY): Promise<Result<T>> {
    return this.#askNode(nodeOf(streamId), question, patience);
  }

  async #askNode<T>(to: string, question: Question, patience: number): Promise<Result<T>> {
    const { settings, seal } = this.#parts;
    const name = settings.clock.id();
    const letter: Letter = { to, at: settings.clock.now(), name, question };
    const asked = await settings.backplane.ask(to, seal.close(JSON.stringify(letter)), patience);
    if ('failed' in asked) return unanswered(asked.failed, to);
    const answer = seal.open(asked.answer);
    if (answer === undefined) return refuse('unavailable', `${to} answered with another secret`);
    const reply = JSON.parse(answer) as Reply;
    return reply.name === name ? (reply.result as Result<T>) : refuse('unavailable', 'an answer to another question');
  }

  async #respond(text: string): Promise<string> {
    const { settings, seal } = this.#parts;
    const opened = seal.open(text);
    if (opened === undefined) throw new Error('a question that is not sealed with our secret');
    const { to, at, name, question } = JSON.parse(opened) as Letter;
    if (to !== settings.backplane.node || Math.abs(at - settings.clock.now()) > LEEWAY)
      throw new Error('a question for another node, or from another time');
    const reply: Reply = { name, result: await this.#do(question) };
    return seal.close(JSON.stringify(reply));
  }

  async #do(question: Question): Promise<Result<unknown>> {
    if (question.ask === 'part') return accept(await this.#bodies.take(question.part));
    if (question.ask === 'poll') return this.#poll(question.poll);
    if (question.ask === 'state') return accept(await this.#parts.arrivals.handOff(question.wanted));
    if (question.ask === 'post') return this.#take(question.post, undefined);
    this.#bodies.start(question.parcel, (upload) => this.#take(question.post, upload));
    return accept(null);
  }

  #poll({ query, ...poll }: ForwardedPoll): Promise<Result<string>> {
    return new Promise((resolve) => {
      const poller: Poller = { end: (frames) => resolve(accept(frames)), onGone() {} };
      const taken = takePoll(this.#parts, { ...poll, params: new URLSearchParams(query) }, () => poller);
      if (!taken.ok) resolve(taken);
    });
  }

  #take({ query, ...post }: ForwardedPost, upload: UploadBody | undefined): Eventually<Result<HttpAnswer>> {
    const stream = this.#parts.registry.streams.get(post.streamId);
    const checked = stream ? checkSender(stream, post.sender) : accept(undefined);
    if (!checked.ok) return checked;
    return takePost(this.#parts, { ...post, query: new URLSearchParams(query), response: STAYS, upload });
  }
}

/** Nobody here can see the one who waits at the other node. */
const STAYS = { destroyed: false };

const UNANSWERED = { gone: 'stream', away: 'unavailable', silent: 'unanswered' } as const;

function unanswered(failed: Extract<Asked, { failed: unknown }>['failed'], node: string): Result<never> {
  return refuse(UNANSWERED[failed], `node ${node} of the stream is ${failed}`);
}
