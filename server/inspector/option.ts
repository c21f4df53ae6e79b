// Owns the option `inspector` of liveview(): what it may say, and what it means. In: what an app gave. Out: settings, or a LiveError.

import type { Request } from 'express';
import { LiveError } from '../errors.ts';

/**
 * Who may see the inspector, and what it hides (docs/inspector.md).
 * @example
 * ```ts
 * const inspector: InspectorOptions = { authorize: (req) => req.user?.isAdmin === true, redact: ['iban'] };
 * liveview({ secret, components, inspector });
 * ```
 */
export interface InspectorOptions {
  /**
   * Asked for every request of the inspector: its page, its files, its stream, its POSTs. Only `true`, or a promise of it, lets the request in; where it throws,
   * nobody gets in. Default: everybody outside of production (`NODE_ENV`), nobody in it.
   * @example liveview({ secret, components, inspector: { authorize: (req) => req.user?.isAdmin === true } })
   */
  readonly authorize?: (req: Request) => boolean | Promise<boolean>;
  /**
   * Names of fields whose values are hidden in state and session payloads, at any depth, besides those that look secret (password, secret, token, apiKey,
   * cookie, …). A string means a name, whatever its case and its dashes; a RegExp is tried on the name as it stands.
   * @example liveview({ secret, components, inspector: { redact: ['iban', /^diagnosis/] } })
   */
  readonly redact?: readonly (string | RegExp)[];
  /** Where the app serves htmx, such as `/htmx.min.js`. Default: the inspector looks for the package htmx.org and serves that. */
  readonly htmx?: string;
}

/** The option with its gaps filled. */
export interface InspectorSettings {
  /** Undefined: everybody, but nobody in production. */
  readonly authorize: ((req: Request) => unknown) | undefined;
  readonly redact: readonly (string | RegExp)[];
  readonly htmx: string | undefined;
}

const NAMES: readonly string[] = ['authorize', 'redact', 'htmx'] satisfies (keyof InspectorOptions)[];

/**
 * Checks the option.
 * @throws LiveError `ERR_LIVE_INSPECTOR` for what it can't be.
 */
export function readInspector(given: boolean | InspectorOptions | undefined): InspectorSettings | undefined {
  if (given === undefined || given === false) return undefined;
  if (given === true) return { authorize: undefined, redact: [], htmx: undefined };
  if (typeof given !== 'object' || given === null)
    throw wrong('must be true, false or { authorize, redact, htmx }', given);
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw wrong(`has only ${NAMES.join(', ')}`, unknown);
  return { authorize: readAuthorize(given.authorize), redact: readRedact(given.redact), htmx: readHtmx(given.htmx) };
}

function readAuthorize(authorize: InspectorOptions['authorize']): InspectorSettings['authorize'] {
  if (authorize === undefined || typeof authorize === 'function') return authorize;
  throw wrong('.authorize must be a function of the request, such as (req) => req.user?.isAdmin === true', authorize);
}

function readRedact(redact: InspectorOptions['redact'] = []): InspectorSettings['redact'] {
  const isRule = (rule: unknown) => rule instanceof RegExp || (typeof rule === 'string' && plainName(rule) !== '');
  if (Array.isArray(redact) && redact.every(isRule)) return redact;
  throw wrong(".redact must be a list of names and RegExps, such as ['iban', /^diagnosis/]", redact);
}

function readHtmx(htmx: string | undefined): string | undefined {
  if (htmx === undefined || (typeof htmx === 'string' && /^\/(?![/\\])/.test(htmx))) return htmx;
  throw wrong(".htmx must be a path of the app, such as '/htmx.min.js'", htmx);
}

function wrong(expected: string, got: unknown): LiveError {
  const shown = typeof got === 'string' || Array.isArray(got) ? JSON.stringify(got) : String(got);
  const space = expected.startsWith('.') ? '' : ' ';
  return new LiveError('ERR_LIVE_INSPECTOR', `liveview(): inspector${space}${expected}; got ${shown.slice(0, 80)}.`);
}

/** A field's name without its case and what stands between its words: `API_Key` and `x-apiKey` both hold `apikey`. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
