// Owns what a signed POST does at the node that holds its stream. Whether it came in there, or was forwarded, makes no difference here.

import { readCount, readEventQuery, readForm, readSubscribe, readUnsubscribe } from '../protocol/event.ts';
import { ENDPOINTS, MEDIA } from '../protocol/names.ts';
import { ACKNOWLEDGED, answerFrames, answerSettled, type HttpAnswer, linger, NOTHING } from './answer.ts';
import type { ComponentStatics } from './component.ts';
import type { Departures } from './departures.ts';
import type { Dispatch, Input } from './dispatch.ts';
import { accept, type Result, refuse } from './errors.ts';
import { chain, type Eventually } from './eventually.ts';
import type { SignedPost } from './guard.ts';
import type { Registry } from './registry.ts';
import { Reply } from './seat.ts';
import type { SessionWatch } from './sessions.ts';
import type { Settings } from './settings.ts';
import type { Stream } from './stream.ts';
import type { Subscriptions } from './subscriptions.ts';
import { readUpload, type UploadBody } from './upload.ts';

/** A POST, and what else there is to know of it. */
export interface Incoming extends SignedPost {
  /** Whether its answer may be frames. */
  readonly carries: boolean;
  /** Says whether its sender has gone. */
  readonly response: { readonly destroyed: boolean };
  /** The multipart body, where it is one: it has not been read. */
  readonly upload: UploadBody | undefined;
}

/** What POSTs are handed on to. */
export interface PostParts {
  readonly settings: Settings;
  readonly registry: Registry;
  readonly dispatch: Dispatch;
  readonly subscriptions: Subscriptions;
  readonly departures: Departures;
  readonly sessions: SessionWatch;
}

/** Does what a signed POST asks for. Its sender has been checked. */
export function takePost(parts: PostParts, post: Incoming): Eventually<Result<HttpAnswer>> {
  const { settings, registry, sessions } = parts;
  const { endpoint, sender } = post;
  const stream = registry.streams.get(post.streamId);
  if (stream) acknowledge(stream, post.query);
  if (endpoint === ENDPOINTS.unsubscribe) return unsubscribe(parts, post);
  if (!stream) return refuse('stream', 'the stream has ended');
  if (endpoint === ENDPOINTS.ack) return accept(ACKNOWLEDGED);
  if (!stream.bucket.take(settings.limits, settings.clock)) return refuse('limit', 'too many POSTs');
  if (endpoint === ENDPOINTS.subscribe) return subscribe(parts, stream, post);
  if (sender.isAttached) sessions.touch(stream.sessionId, settings.clock.now());
  return event(parts, stream, post);
}

/** Every request of a reader says which frames have come. */
export function acknowledge(stream: Stream, params: URLSearchParams): void {
  const count = readCount(params.get('ack'));
  if (count !== undefined) stream.acknowledge(count);
}

async function subscribe(
  { subscriptions }: PostParts,
  stream: Stream,
  { body }: SignedPost,
): Promise<Result<HttpAnswer>> {
  const wanted = readSubscribe(body);
  if (!wanted) return refuse('malformed', 'the body of a subscribe');
  const result = await subscriptions.subscribe(stream, wanted);
  if (!result.ok) return result;
  return accept({ status: 200, type: MEDIA.json, body: JSON.stringify({ components: result.value }) });
}

function unsubscribe({ departures }: PostParts, { streamId, body }: SignedPost): Result<HttpAnswer> {
  const leaving = readUnsubscribe(body);
  if (!leaving) return refuse('malformed', 'the body of an unsubscribe');
  departures.unsubscribe(streamId, leaving);
  return accept(NOTHING);
}

function event(
  { settings, dispatch }: PostParts,
  stream: Stream,
  { query, body, carries, response, upload }: Incoming,
): Eventually<Result<HttpAnswer>> {
  const head = readEventQuery(query);
  if (!head) return refuse('malformed', 'the query of an event');
  const reply = new Reply(carries, response);
  const read = upload ? uploadReader(settings, upload, reply) : () => readFields(body);
  const taken = dispatch.takeEvent({ stream, head, lane: upload ? 'upload' : 'event', reply, read });
  return chain(taken, (result) => {
    if (!result.ok) return result;
    return reply.carries ? accept(answerFrames(result.value)) : answerSettled(result.value);
  });
}

function readFields(body: string): Result<Input> {
  const fields = readForm(body);
  return fields ? accept({ fields }) : refuse('too-large', 'too many fields');
}

/** Reads files as far as the component takes them. A refused one is told at once: the browser still sends, and reads no answer before it is done. */
function uploadReader(settings: Settings, body: UploadBody, reply: Reply) {
  return async ({ component, uploads }: ComponentStatics): Promise<Result<Input>> => {
    if (!uploads) return refuse('media', `${component} takes no files: it has no static uploads`, { component });
    const { limits, uploadDirectory: directory } = settings;
    const upload = await readUpload(body, { files: 1, types: [], ...uploads, text: limits.body, directory });
    if (upload.ok && upload.value.issues.length > 0 && !body.complete) {
      reply.giveUp();
      linger(body);
    }
    return upload;
  };
}
