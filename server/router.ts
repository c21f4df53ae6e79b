// Owns HTTP: which request goes where, and how each result is answered. Holds no rule of its own about components.

import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Request } from 'express';
import { readEventQuery, readForm, readSubscribe, readUnsubscribe } from '../protocol/event.ts';
import { encodeFrame } from '../protocol/frame.ts';
import { ENDPOINTS, MEDIA, type PostEndpoint, PROTOCOL_VERSION } from '../protocol/names.ts';
import type { Answer, Dispatch } from './dispatch.ts';
import { accept, REFUSALS, type Refusal, type Result, refuse } from './errors.ts';
import { isSameOrigin, type LiveRequest, sessionOf } from './express.ts';
import type { Guard, SignedPost } from './guard.ts';
import type { Registry } from './registry.ts';
import type { Settings } from './settings.ts';
import { Stream } from './stream.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Tokens } from './token.ts';

/** Middleware as Express 4 and 5 call it. */
export type Handler = (request: LiveRequest, response: ServerResponse, next: (error?: unknown) => void) => void;

/** What the router hands requests on to. */
export interface RouterParts {
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly registry: Registry;
  readonly guard: Guard;
  readonly dispatch: Dispatch;
  readonly subscriptions: Subscriptions;
}

/** Milliseconds after which EventSource comes back by itself after a clean drop. */
const RETRY = 500;

/** Where the built extension is: the same for the sources and for what is built from them. */
const scripts = dirname(createRequire(import.meta.url).resolve('htmx-liveview/liveview.js'));

/** The files of the extension. */
const SCRIPTS = new Map(
  ['liveview.js', 'liveview.min.js', 'liveview.js.map', 'liveview.min.js.map'].map((name) => [`/${name}`, name]),
);

/** Makes the handler of all live paths. It answers what is below its own, and leaves the rest to `next`. */
export function createRouter(parts: RouterParts): Handler {
  const posts: Record<
    PostEndpoint,
    (post: SignedPost, request: LiveRequest, response: ServerResponse) => Promise<Result<void>>
  > = {
    event: (post, request, response) => event(parts, post, request, response),
    subscribe: (post, _request, response) => subscribe(parts, post, response),
    unsubscribe: (post, _request, response) => unsubscribe(parts, post, response),
    ack: async (_post, _request, response) => answerEmpty(response, 204),
  };

  async function route(request: LiveRequest, response: ServerResponse): Promise<Result<void> | 'next'> {
    const [path = '/', query = ''] = splitUrl(request.url ?? '/');
    const script = SCRIPTS.get(path);
    if (script) return serveScript(request, response, script);
    const endpoint = path.slice(1);
    if (endpoint === ENDPOINTS.stream) return openStream(parts, request, response, query);
    if (!Object.hasOwn(posts, endpoint)) return 'next';
    if (request.method !== 'POST') return refuse('method', `${request.method} ${path}`);
    const post = await parts.guard.admit(request, endpoint as PostEndpoint, query);
    return post.ok ? posts[endpoint as PostEndpoint](post.value, request, response) : post;
  }

  return (request, response, next) => {
    route(request, response).then((result) => {
      if (result === 'next') next();
      else if (!result.ok) answerRefusal(parts.settings, request, response, result.refusal);
    }, next);
  };
}

function splitUrl(url: string): [path: string, query: string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, '?'] : [url.slice(0, at), url.slice(at)];
}

async function openStream(
  parts: RouterParts,
  request: LiveRequest,
  response: ServerResponse,
  query: string,
): Promise<Result<void>> {
  const { settings, tokens, registry, subscriptions } = parts;
  if (request.method !== 'GET') return refuse('method', `${request.method} stream`);
  if (!isSameOrigin(request)) return refuse('origin', 'a stream for another site');
  const version = new URLSearchParams(query).get('v');
  if (version !== String(PROTOCOL_VERSION))
    return refuse('malformed', `protocol version ${version}, expected ${PROTOCOL_VERSION}`);
  const sessionId = sessionOf(request);
  if (!sessionId) return refuse('session', 'no express-session, or no live page was rendered in it');
  const context = await settings.context(request as unknown as Request);
  if (response.destroyed) return accept(undefined);
  const id = settings.clock.id();
  const key = tokens.streamKey(id);
  const stream = new Stream({ id, key, sessionId, context }, response, RETRY, subscriptions.streamEnded);
  registry.streams.set(id, stream);
  stream.send('hello', { stream: id, key, heartbeat: settings.heartbeat, time: settings.clock.now() });
  return accept(undefined);
}

async function subscribe(
  { subscriptions }: RouterParts,
  post: SignedPost,
  response: ServerResponse,
): Promise<Result<void>> {
  const wanted = readSubscribe(post.body);
  if (!wanted) return refuse('malformed', 'the body of a subscribe');
  const result = await subscriptions.subscribe(post.stream, wanted);
  if (!result.ok) return result;
  return answer(response, 200, MEDIA.json, JSON.stringify({ components: result.value }));
}

async function unsubscribe(
  { subscriptions }: RouterParts,
  post: SignedPost,
  response: ServerResponse,
): Promise<Result<void>> {
  const leaving = readUnsubscribe(post.body);
  if (!leaving) return refuse('malformed', 'the body of an unsubscribe');
  subscriptions.unsubscribe(post.stream, leaving);
  return answerEmpty(response, 204);
}

async function event(
  { dispatch }: RouterParts,
  post: SignedPost,
  request: LiveRequest,
  response: ServerResponse,
): Promise<Result<void>> {
  const head = readEventQuery(post.query);
  const fields = readForm(post.body);
  if (!head) return refuse('malformed', 'the query of an event');
  if (!fields) return refuse('too-large', 'too many fields');
  const carries = (request.headers.accept ?? '').includes(MEDIA.frames);
  const result = await dispatch.takeEvent(post.stream, head, fields, carries);
  if (!result.ok) return result;
  return carries ? answerFrames(response, result.value) : answerStatus(response, result.value);
}

/** The answer carries the effect: the updates, then the settlement where the status does not say it. */
function answerFrames(response: ServerResponse, { settled, updates }: Answer): Result<void> {
  const frames = updates.map((update) => encodeFrame('update', JSON.stringify(update)));
  if (settled && (settled.status !== 200 || settled.orders))
    frames.push(encodeFrame('settled', JSON.stringify(settled)));
  const status = settled ? 200 : 202;
  if (frames.length === 0) return answerEmpty(response, settled ? 204 : 202);
  return answer(response, status, MEDIA.frames, frames.join(''));
}

/** For a client that reads frames from the stream alone. */
function answerStatus(response: ServerResponse, { settled }: Answer): Result<void> {
  if (!settled) return answerEmpty(response, 202);
  if (settled.status === 200) return answerEmpty(response, 204);
  return refuse(settled.status === 422 ? 'invalid' : 'failed', `event ${settled.number} ended with ${settled.status}`, {
    id: settled.id,
  });
}

async function serveScript(request: LiveRequest, response: ServerResponse, name: string): Promise<Result<void>> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse('method', `${request.method} ${name}`);
  const type = name.endsWith('.map') ? 'application/json' : 'text/javascript; charset=utf-8';
  response.setHeader('Cache-Control', 'no-cache');
  return answer(response, 200, type, await readFile(join(scripts, name)));
}

function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): Result<void> {
  response.statusCode = status;
  response.setHeader('Content-Type', type);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'private, no-store, no-transform');
  response.end(body);
  return accept(undefined);
}

function answerEmpty(response: ServerResponse, status: number): Result<void> {
  response.statusCode = status;
  response.end();
  return accept(undefined);
}

/** RFC 9457. The body says the kind and no more, so it is the same for the same refusal. */
function answerRefusal(settings: Settings, request: LiveRequest, response: ServerResponse, refusal: Refusal): void {
  settings.onRefusal(refusal);
  if (response.headersSent) return void response.end();
  // what was not read of a body must not be taken for the next request
  if (!request.readableEnded && !request.complete) response.setHeader('Connection', 'close');
  const { kind } = refusal;
  answer(
    response,
    REFUSALS[kind],
    MEDIA.problem,
    JSON.stringify({ type: `urn:htmx-liveview:${kind}`, title: kind, status: REFUSALS[kind] }),
  );
}
