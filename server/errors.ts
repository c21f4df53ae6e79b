// Owns the refusals: expected rejections of what a browser sends. A peer's fault is a value; a programmer's fault is a LiveError.

export { LiveError } from '../views/errors.ts';

/** Every kind of refusal, with the HTTP status that says it. */
export const REFUSALS = {
  /** The request can't be read: a bad query, broken JSON, a wrong type. */
  malformed: 400,
  /** There is no express-session, or another one than the page was rendered for. */
  session: 401,
  /** The POST is unsigned, altered, meant for another endpoint, or too old. */
  signature: 401,
  /** The request comes from another site. */
  origin: 403,
  /** A session token is tampered with, or of another component, id or session. */
  token: 403,
  /** The inspector is not for whoever asks. */
  forbidden: 403,
  /** A session token has expired. */
  expired: 403,
  /** No such component or event. */
  unknown: 404,
  /** The instance has ended, or never was: the page must subscribe again. */
  instance: 404,
  /** The stream has ended. */
  stream: 404,
  /** The method is not the endpoint's. */
  method: 405,
  /** The event's number is older than the last one, or it was meant for an earlier mounting. */
  stale: 409,
  /** The body, or the number of its parts, is over the limit. */
  'too-large': 413,
  /** The body has another media type. */
  media: 415,
  /** The event's schema refused its params, or a file is over a limit. */
  invalid: 422,
  /** Too many streams, components or events, or too many in too short a time. */
  limit: 429,
  /** The handler threw, or took too long. */
  failed: 500,
  /** The node can't take it now. */
  unavailable: 503,
  /** The node that holds the stream did not answer in time; it may have done what was asked. */
  unanswered: 504,
} as const;

/**
 * The kind of a refusal; the answer's body says no more than this. docs/protocol.md says what each is.
 * @example const isForged = (kind: RefusalKind) => ['signature', 'token', 'origin'].includes(kind);
 */
export type RefusalKind = keyof typeof REFUSALS;

/**
 * An expected rejection, as it is reported to `onRefusal`.
 * @example liveview({ secret, components, onRefusal: ({ kind, detail }: Refusal) => console.warn(kind, detail) });
 */
export interface Refusal {
  /** Which rejection. */
  readonly kind: RefusalKind;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** What was wrong, for the log. Never sent to the browser. */
  readonly detail: string;
  /** The component that the browser named, where it named one: it may be none of yours. */
  readonly component?: string;
  /** The instance that it named. */
  readonly id?: string;
}

/** A value, or the refusal in its place. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** Makes a success. */
export function accept<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Makes a refusal. */
export function refuse(
  kind: RefusalKind,
  detail: string,
  about: { component?: string; id?: string } = {},
): { readonly ok: false; readonly refusal: Refusal } {
  // what a browser sent must not write lines of its own into a log
  return {
    ok: false,
    refusal: { kind, status: REFUSALS[kind], detail: detail.replace(/\p{Cc}/gu, '\ufffd'), ...about },
  };
}
