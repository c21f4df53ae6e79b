// Owns the inspector: a live server of its own, below the app's, that shows the app's. Its streams and instances are in a registry of their own, so it never
// shows, counts or disturbs itself.
//
//   request -> admit -> page, file, or the inner server's router

import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Request } from 'express';
import { answerRefusal, type HttpAnswer, writeAnswer } from '../answer.ts';
import { readComponents } from '../check.ts';
import { accept, type Result, refuse } from '../errors.ts';
import { isAttached, type LiveRequest, sessionOf } from '../express.ts';
import { LIMITS } from '../limits.ts';
import type { Live } from '../live.ts';
import type { Registry } from '../registry.ts';
import type { Handler } from '../router.ts';
import type { Settings } from '../settings.ts';
import { admit } from './access.ts';
import { findHtmx, serveAsset } from './assets.ts';
import { Feed } from './feed.ts';
import { Inventory } from './inventory.ts';
import { partBackplane } from './nodes.ts';
import type { InspectorSettings } from './option.ts';
import { POLICY, writeNoHtmx, writePage } from './page.ts';
import { Inspected, Panel } from './panel.ts';
import { redaction } from './redact.ts';

/** The inspector's path, below the router's. */
const PATH = '/inspector';
/** Milliseconds for which a page that has gone without a word is still watched for. */
const RETURN = 10_000;

/** Makes a live server: `createLive`, which makes the inspector. */
type Make = (settings: Settings) => { readonly live: Live };

/** An inspector, and what it asks of the server that it shows. */
export interface Inspector {
  /** The settings of the server that it shows: with them it hears of refusals and errors. */
  readonly settings: Settings;
  /** Answers requests below its path, and leaves the rest to `router`. */
  before(router: Handler): Handler;
  /** Ends its streams of an express-session, on every node. */
  disconnect(sessionId: string): void;
  close(): void;
}

/** Makes the inspector of a server. */
export function createInspector(given: Settings, own: InspectorSettings, registry: Registry, make: Make): Inspector {
  const parted = partBackplane(given.backplane);
  const feed: Feed = new Feed({ ...given, backplane: parted.app }, registry);
  const settings: Settings = {
    ...given,
    backplane: parted.app,
    onError: (error, place) => {
      feed.threw(error, place);
      given.onError(error, place);
    },
    onRefusal: (refusal) => {
      feed.refused(refusal);
      given.onRefusal(refusal);
    },
  };
  const inspected = new Inspected({
    feed,
    inventory: new Inventory(registry, given.clock),
    redaction: redaction(own.redact),
    node: given.backplane.node,
    components: [...given.components.keys()].sort(),
  });
  const { live } = make({
    ...given,
    backplane: parted.inspector,
    secrets: given.secrets.map((secret) => createHmac('sha256', secret).update('inspector').digest('base64')),
    components: readComponents([Panel]),
    context: () => inspected,
    resumeWindow: RETURN,
    limits: LIMITS,
    inspector: undefined,
  });
  const visit = { live, own, settings };
  return {
    settings,
    before: (router) => (request, response, next) => {
      const path = pathBelow(request.url ?? '/');
      if (path === undefined) return router(request, response, next);
      // who may see it is known to the app's middleware, which a POST that comes past Express has not met
      if (isAttached(request)) return next();
      answer(visit, path, request, response, next).catch(next);
    },
    disconnect: (sessionId) => live.disconnect({ sessionId }),
    close() {
      live.close();
      feed.close();
    },
  };
}

/** A request's path below the inspector's, without its query: '' for the page itself. Undefined where it is not the inspector's. */
function pathBelow(url: string): string | undefined {
  if (!url.startsWith(PATH)) return undefined; // each of the app's POSTs comes by here
  const [path = ''] = url.slice(PATH.length).split('?', 1);
  return path === '' || path.startsWith('/') ? path : undefined;
}

interface Visit {
  readonly live: Live;
  readonly own: InspectorSettings;
  readonly settings: Settings;
}

type Next = (error?: unknown) => void;

async function answer(
  visit: Visit,
  path: string,
  request: LiveRequest,
  response: ServerResponse,
  next: Next,
): Promise<void> {
  const { live, own, settings } = visit;
  const admitted = await admit(own, settings, request);
  if (!admitted.ok) {
    // what it was let in for before it may not go on with
    const sessionId = sessionOf(request);
    if (sessionId) live.disconnect({ sessionId });
    return answerRefusal(settings, request, response, admitted.refusal);
  }
  const made =
    path === '' || path === '/' ? await page(visit, path, request) : await serveAsset(request, response, path);
  if (!made) return pass(live, request, response, next);
  if (!made.ok) return answerRefusal(settings, request, response, made.refusal);
  writePolicy(response);
  writeAnswer(response, made.value);
}

async function page({ live, own }: Visit, path: string, request: LiveRequest): Promise<Result<HttpAnswer>> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse('method', `${request.method} ${PATH}`);
  const base = path === '' ? `${PATH.slice(1)}/` : '';
  const type = 'text/html; charset=utf-8';
  if (own.htmx === undefined && !findHtmx()) return accept({ status: 500, type, body: writeNoHtmx(base) });
  const panel = await live.render(request as unknown as Request, Panel);
  return accept({ status: 200, type, body: writePage(base, own.htmx, panel) });
}

function writePolicy(response: ServerResponse): void {
  if (!response.hasHeader('Content-Security-Policy')) response.setHeader('Content-Security-Policy', POLICY);
  response.setHeader('Referrer-Policy', 'no-referrer');
}

/** Hands a request on to the inner router, as Express does to one that is mounted at a path. */
function pass(live: Live, request: LiveRequest, response: ServerResponse, next: Next): void {
  const { url = '/' } = request;
  request.url = url.slice(PATH.length);
  const router = live.router as unknown as Handler;
  router(request, response, (error) => {
    request.url = url;
    next(error);
  });
}
