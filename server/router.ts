// Owns HTTP's way in: which request goes where. Holds no rule of its own about components.

import type { ServerResponse } from 'node:http';
import type { Request } from 'express';
import { ENDPOINTS, MEDIA, type PostEndpoint, PROTOCOL_VERSION } from '../protocol/names.ts';
import { answerRefusal, type HttpAnswer, NOTHING, writeAnswer } from './answer.ts';
import { isEaten } from './body.ts';
import { accept, type Result, refuse } from './errors.ts';
import { chain, type Eventually, isLater } from './eventually.ts';
import { isSameOrigin, type LiveRequest, sessionCookie, sessionOf } from './express.ts';
import type { Forward } from './forward.ts';
import type { Guard, SignedPost } from './guard.ts';
import { acceptsGzip } from './gzip.ts';
import { Bucket } from './limits.ts';
import { type StreamMessage, tell } from './monitor.ts';
import { openPipe, type Pipe, PollPipe, ResponsePoller } from './pipe.ts';
import { type Poll, takePoll } from './polls.ts';
import { type PostParts, takePost } from './posts.ts';
import { isScript, serveScript } from './script.ts';
import type { Settings } from './settings.ts';
import { nameStream, Stream, type StreamListener } from './stream.ts';
import type { Tokens } from './token.ts';
import type { Updates } from './updates.ts';

/** Middleware as Express 4 and 5 call it. */
export type Handler = (request: LiveRequest, response: ServerResponse, next: (error?: unknown) => void) => void;

/** What the router hands requests on to. */
export interface RouterParts extends PostParts {
  readonly tokens: Tokens;
  readonly guard: Guard;
  readonly updates: Updates;
  readonly forward: Forward;
}

/** The parts, and the one listener of all streams. */
type Parts = RouterParts & { readonly listener: StreamListener };

const NO_SESSION = 'no express-session: its store has failed, or it does not run here';

/** A request on its way, and what will answer it. */
interface Exchange {
  readonly request: LiveRequest;
  readonly response: ServerResponse;
  /** With its question mark. */
  readonly query: string;
}

/** An answer, or none where the response is a stream's now; or somebody else's request. */
type Routed = Result<HttpAnswer | undefined> | 'next';

/** Makes the handler of all live paths. It answers what is below its own, and leaves the rest to `next`. */
export function createRouter(given: RouterParts): Handler {
  const parts = { ...given, listener: listenerOf(given) };
  let isToldEaten = false;
  return (request, response, next) => {
    // pages try again and again what this breaks: it is said once, and not for each try
    const fail = (error: unknown) => {
      if (!isEaten(error)) return next(error);
      if (isToldEaten) return writeAnswer(response, { status: 500 });
      isToldEaten = true;
      next(error);
    };
    const finish = (result: Routed) => {
      if (result === 'next') next();
      else if (!result.ok) answerRefusal(parts.settings, request, response, result.refusal);
      else if (result.value) writeAnswer(response, result.value);
    };
    try {
      const result = route(parts, request, response);
      if (isLater(result)) result.then(finish).catch(fail);
      else finish(result);
    } catch (error) {
      fail(error);
    }
  };
}

function route(parts: Parts, request: LiveRequest, response: ServerResponse): Eventually<Routed> {
  const [path, query] = splitUrl(request.url ?? '/');
  const exchange = { request, response, query };
  if (isScript(path)) return serveScript(request, response, path);
  const endpoint = path.slice(1);
  if (endpoint === ENDPOINTS.stream) return openStream(parts, exchange);
  if (!isPostEndpoint(endpoint)) return 'next';
  if (request.method !== 'POST') return refuse('method', `${request.method} ${path}`);
  return chain(parts.guard.admit(request, endpoint, query), (post) =>
    post.ok ? take(parts, post.value, exchange) : post,
  );
}

function take(parts: Parts, post: SignedPost, { request, response }: Exchange): Eventually<Result<HttpAnswer>> {
  const { endpoint, streamId, sender, query, body, isUpload } = post;
  const carries = (request.headers.accept ?? '').includes(MEDIA.frames);
  const upload = isUpload ? request : undefined;
  const incoming = { endpoint, streamId, sender, query, body, isUpload, carries, response, upload };
  if (!parts.forward.isElsewhere(streamId)) return takePost(parts, incoming);
  if (!sender.isAttached && !request.session) return refuse('unavailable', NO_SESSION);
  return parts.forward.post(incoming);
}

function listenerOf({ settings, registry, updates, departures }: RouterParts): StreamListener {
  return {
    ended(stream, pipe) {
      departures.streamEnded(stream);
      if (pipe instanceof PollPipe && pipe.hasWords) registry.keepWords(stream, pipe, settings.clock);
      tell('stream', () => ({ ...about(stream, pipe), state: 'ended', ms: performance.now() - stream.openedAt }));
    },
    hasRoom: updates.catchUp,
  };
}

function about({ id }: Stream, pipe: Pipe | undefined): Pick<StreamMessage, 'id' | 'mode'> {
  return { id, mode: pipe instanceof PollPipe ? 'poll' : 'stream' };
}

function isPostEndpoint(endpoint: string): endpoint is PostEndpoint {
  return Object.hasOwn(ENDPOINTS, endpoint) && endpoint !== ENDPOINTS.stream;
}

function splitUrl(url: string): [path: string, query: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, '?'] : [url.slice(0, at), url.slice(at)];
}

/** A stream, or the next poll of one; or, with `probe`, the word whether one could be opened: EventSource tells no status. */
async function openStream(
  parts: Parts,
  { request, response, query }: Exchange,
): Promise<Result<HttpAnswer | undefined>> {
  if (request.method !== 'GET') return refuse('method', `${request.method} stream`);
  if (!isSameOrigin(request)) return refuse('origin', 'a stream for another site');
  const params = new URLSearchParams(query);
  const version = params.get('v');
  if (version !== String(PROTOCOL_VERSION)) return refuse('malformed', `version ${version}, not ${PROTOCOL_VERSION}`);
  if (!request.session) return refuse('unavailable', NO_SESSION);
  const sessionId = sessionOf(request);
  if (!sessionId) return refuse('session', 'no live page was rendered in this express-session');
  const polled = params.get('stream');
  if (polled) return poll(parts, { streamId: polled, sessionId, params }, response);
  const room = checkRoom(parts, sessionId);
  if (!room.ok) return room;
  if (params.has('probe')) return accept(NOTHING);
  return begin(parts, sessionId, params.get('mode') === 'poll', request, response);
}

function checkRoom({ settings: { limits }, registry, departures }: RouterParts, sessionId: string): Result<void> {
  if (departures.isClosed) return refuse('unavailable', 'the server is closing');
  if (registry.reserved >= limits.allStreams) return refuse('unavailable', 'this node has all the streams it may');
  if (registry.streamsOf(sessionId) >= limits.streams)
    return refuse('limit', 'this session has all the streams it may');
  return accept(undefined);
}

async function begin(
  { settings, tokens, registry, departures, sessions, listener }: Parts,
  sessionId: string,
  isPoll: boolean,
  request: LiveRequest,
  response: ServerResponse,
): Promise<Result<undefined>> {
  const { clock, limits, identityEncoding, compression } = settings;
  settings.engine.use(request.app);
  registry.reserve(sessionId);
  const context = await contextOf(settings, request).catch((error) => {
    registry.release(sessionId);
    throw error;
  });
  if (response.destroyed || departures.isClosed) {
    registry.release(sessionId);
    return response.destroyed ? accept(undefined) : refuse('unavailable', 'the server is closing');
  }
  sessions.note(request);
  const id = nameStream(settings.backplane.node, clock.id());
  const key = tokens.streamKey(id);
  const cookie = sessionCookie(request);
  const reader = {
    cookie,
    id,
    key,
    sessionId,
    context,
    bucket: registry.bucketOf(sessionId, () => new Bucket(limits.burst, clock.now())),
  };
  const stream = new Stream(reader, listener, clock);
  const uncoded = identityEncoding ? 'identity' : undefined;
  const coding = compression && acceptsGzip(request.headers['accept-encoding']) ? 'gzip' : uncoded;
  const polls = isPoll ? new PollPipe(clock, stream) : undefined;
  stream.pipe = polls ?? openPipe(request, response, coding, stream);
  registry.streams.set(id, stream);
  tell('stream', () => ({ ...about(stream, stream.pipe), state: 'open' }));
  const share = tokens.shareKey(sessionId, context);
  stream.send('hello', { stream: id, key, share, heartbeat: settings.heartbeat, time: clock.now() });
  polls?.poll(new ResponsePoller(response, uncoded));
  return accept(undefined);
}

async function contextOf({ context }: Settings, request: LiveRequest): Promise<unknown> {
  return context(request as unknown as Request);
}

/** The next poll of a stream that polls. */
async function poll(parts: Parts, asked: Poll, response: ServerResponse): Promise<Result<undefined>> {
  const poller = () => new ResponsePoller(response, parts.settings.identityEncoding ? 'identity' : undefined);
  if (!parts.forward.isElsewhere(asked.streamId)) return takePoll(parts, asked, poller);
  const frames = await parts.forward.poll(asked);
  if (!frames.ok) return frames;
  poller().end(frames.value);
  return accept(undefined);
}
