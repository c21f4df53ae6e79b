// Owns a multipart body's way to the node of its stream: there is one part on the way at a time, so that neither side holds more of it than that.

import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { PassThrough } from 'node:stream';
import type { HttpAnswer } from './answer.ts';
import { type Result, refuse } from './errors.ts';
import { type Eventually, isLater } from './eventually.ts';
import type { UploadBody } from './upload.ts';

/** Milliseconds without a part after which the rest of a body is not waited for any more. */
const SILENCE = 30_000;

/** What is known of a body before its first part. */
export interface Parcel {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
}

/** A part of a body: bytes in base64; its end; or the word that the rest will not come. */
export interface Part {
  readonly id: string;
  readonly bytes?: string;
  readonly isLast?: boolean;
  readonly isCut?: boolean;
}

/** What the other node says to a part: the POST's answer, once there is one. */
export type PartAnswer = Result<HttpAnswer> | null;

/** The header fields of a body by which it is read. */
export function parcelOf(id: string, { headers }: UploadBody): Parcel {
  const { 'content-type': type, 'content-length': length } = headers;
  return { id, headers: { 'content-type': type, ...(length === undefined ? {} : { 'content-length': length }) } };
}

/** Sends a body part by part, until there is an answer. */
export async function sendParts(
  id: string,
  body: UploadBody,
  send: (part: Part) => Promise<PartAnswer>,
): Promise<Result<HttpAnswer>> {
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false })) {
      const answer = await send({ id, bytes: (chunk as Buffer).toString('base64') });
      if (answer) return answer;
    }
    return (await send({ id, isLast: true })) as Result<HttpAnswer>;
  } catch {
    void send({ id, isCut: true });
    return refuse('malformed', 'the body was cut off');
  }
}

/** A body that comes in on another node, as a request that comes in here. */
class ForwardedBody extends PassThrough implements UploadBody {
  readonly headers: IncomingHttpHeaders;
  complete = false;
  readonly #closed = new Promise<void>((resolve) => this.once('close', resolve));

  constructor(headers: IncomingHttpHeaders) {
    super();
    this.headers = headers;
    this.on('error', () => {}); // whoever reads it listens as well
  }

  /** Resolves once there is room for the next part. */
  async receive({ bytes = '', isLast, isCut }: Part): Promise<void> {
    if (isCut) this.destroy();
    if (this.destroyed) return;
    this.complete = isLast === true;
    if (isLast) this.end();
    else if (!this.write(Buffer.from(bytes, 'base64'))) await Promise.race([once(this, 'drain'), this.#closed]);
  }
}

/** A POST whose body is on its way to this node. */
interface Post {
  readonly body: ForwardedBody;
  readonly answer: Promise<Result<HttpAnswer>>;
  /** Undefined until it has been answered. */
  answered: Result<HttpAnswer> | undefined;
  timer: NodeJS.Timeout;
}

/** The POSTs whose bodies are on their way to this node. */
export class ForwardedBodies {
  readonly #posts = new Map<string, Post>();

  /** Starts a POST with a body of which nothing has come. */
  start({ id, headers }: Parcel, take: (body: UploadBody) => Eventually<Result<HttpAnswer>>): void {
    const body = new ForwardedBody(headers);
    const taken = take(body);
    const answer = isLater(taken) ? taken : Promise.resolve(taken);
    const timer = setTimeout(() => this.#end(id), SILENCE).unref();
    const post: Post = { body, answer, answered: undefined, timer };
    this.#posts.set(id, post);
    answer.then(
      (answered) => {
        post.answered = answered;
        body.resume();
      },
      () => this.#end(id),
    );
  }

  /** Takes a part; says what the POST is answered with, if that is known, and to the last part in any case. */
  async take(part: Part): Promise<PartAnswer> {
    const post = this.#posts.get(part.id);
    if (!post) return refuse('malformed', 'the rest of the body came too late');
    post.timer.refresh();
    await post.body.receive(part);
    const answer = part.isLast ? await post.answer : (post.answered ?? null);
    if (answer || part.isCut) this.#end(part.id);
    return answer;
  }

  #end(id: string): void {
    const post = this.#posts.get(id);
    this.#posts.delete(id);
    clearTimeout(post?.timer);
    post?.body.destroy();
  }
}
