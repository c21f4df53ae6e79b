// Owns what this package knows of Express and express-session: where a request keeps its session, address and context.

import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { ViewApp } from '../views/engines.ts';
import { LiveError } from './errors.ts';

/** Where express-session keeps sessions. */
export interface SessionStore {
  get(id: string, done: (error: unknown, session?: StoredSession | null) => void): void;
  touch?(id: string, session: StoredSession, done?: (error?: unknown) => void): void;
}

/** A session as a store gives it. */
export interface StoredSession {
  readonly cookie?: { originalMaxAge?: number | null; expires?: Date | string | null };
}

/** A request as far as it concerns a component. `session` is express-session's, if it ran. */
export type LiveRequest = IncomingMessage & {
  readonly originalUrl?: string;
  readonly protocol?: string;
  readonly sessionID?: string;
  /** The Express application. */
  readonly app?: ViewApp;
  session?: Record<string, unknown>;
  readonly sessionStore?: SessionStore;
  body?: unknown;
};

/**
 * The cookie that names a request's session, letter by letter: past express-session, a request of the same session is known by it.
 * Undefined where the app carries session ids in another way.
 */
export function sessionCookie({ headers, sessionID }: LiveRequest): string | undefined {
  const start = encodeURIComponent(`s:${sessionID}.`);
  const found = headers.cookie?.split('; ').find((pair) => pair.slice(pair.indexOf('=') + 1).startsWith(start));
  return found && Buffer.from(found).toString(); // a copy: a slice would keep the whole header alive
}

const ATTACHED = Symbol('past Express');

/** Notes that a request came past Express, and so past express-session. */
export function markAttached(request: IncomingMessage & { [ATTACHED]?: boolean }): void {
  request[ATTACHED] = true;
}

/** It goes on to Express after all. */
export function unmarkAttached(request: IncomingMessage & { [ATTACHED]?: boolean }): void {
  request[ATTACHED] = false;
}

/** Whether a request came past Express. Its stream says which session it belongs to, and ends with that. */
export function isAttached(request: IncomingMessage & { [ATTACHED]?: boolean }): boolean {
  return request[ATTACHED] === true;
}

/** The mark that makes an otherwise empty session worth saving, so that `saveUninitialized: false` works. */
const MARK = 'liveview';

/** Marks the session of a page with live components. Throws where express-session did not run before. */
export function claimSession(request: Request): string {
  const { session, sessionID } = request as unknown as LiveRequest;
  if (!session || !sessionID) {
    const cure = 'Add app.use(session({ secret, resave: false, saveUninitialized: false })) before the route';
    throw new LiveError('ERR_LIVE_NO_SESSION', `live.render(): the request has no express-session. ${cure}.`);
  }
  session[MARK] = true;
  return sessionID;
}

/** The id of a request's session, if a live page was rendered in it. */
export function sessionOf(request: LiveRequest): string | undefined {
  return request.session?.[MARK] ? request.sessionID : undefined;
}

/** The address of the page that a request asks for. */
export function pageUrl(request: Request): URL {
  const base = `${request.protocol}://${request.headers.host ?? 'localhost'}`;
  return URL.canParse(request.originalUrl, base) ? new URL(request.originalUrl, base) : new URL('http://localhost/');
}

/** Whether the browser says that a request was made by a page of another site. It says nothing on insecure origins. */
export function isCrossSite(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin';
}

/** Whether a GET was made by a page of the same site: browsers send no Origin with it then. */
export function isSameOrigin(request: IncomingMessage): boolean {
  if (isCrossSite(request)) return false;
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === (request.headers['x-forwarded-host'] ?? host);
}
