// Owns the options of liveview(): their defaults, and the checks at start. In: options. Out: settings without gaps.

import { tmpdir } from 'node:os';
import type { Request } from 'express';
import { Engine } from '../views/engines.ts';
import { type Backplane, createBackplane } from './backplane.ts';
import { readComponents } from './check.ts';
import { type Clock, systemClock } from './clock.ts';
import { LiveError, type Refusal } from './errors.ts';
import { type InspectorOptions, type InspectorSettings, readInspector } from './inspector/option.ts';
import { LIMITS, type Limits } from './limits.ts';
import { errorLog, type Logger, readLogger, refusalLog, unfailing } from './logger.ts';
import { tell } from './monitor.ts';
import { nearest } from './nearest.ts';
import type { Checked, ComponentClass, ContextFor } from './types.ts';

/**
 * Where a reported error came from.
 * @example
 * ```ts
 * const onError = (error: unknown, { component, doing }: ErrorPlace) => console.warn(component, doing, error);
 * liveview({ secret, components, onError });
 * ```
 */
export interface ErrorPlace {
  /** The class's name: `static component`. */
  readonly component: string;
  /** The instance's id: `data-id`. */
  readonly id: string;
  /** What was being done: `increment()`, `render()`, `task load`. */
  readonly doing: string;
}

/**
 * The options that do not depend on the components.
 * @example
 * ```ts
 * const options: BaseOptions = { secret, resumeWindow: 5 * 60_000, compression: true };
 * liveview({ ...options, components });
 * ```
 */
export interface BaseOptions {
  /**
   * At least 32 bytes. With several, the first signs and all verify: put a new one in front to rotate.
   * @example liveview({ secret: ['the new one, which has at least 32 bytes', secret], components });
   */
  readonly secret: string | readonly string[];
  /** How long an instance waits for its viewer's return after its stream has ended, in ms. Default 60 000. 0: unmount at once. */
  readonly resumeWindow?: number;
  /** Milliseconds between two heartbeats. Default 15 000; from 1 000 to 60 000. */
  readonly heartbeat?: number;
  /** How long a session token is valid, in ms. Default 24 hours. */
  readonly tokenAge?: number;
  /** How long a handler may take, in ms. Default 30 000. */
  readonly handlerTimeout?: number;
  /** Limits against floods; each has its default. */
  readonly limits?: Partial<Limits>;
  /**
   * Whether streams say `Content-Encoding: identity`, which keeps the gzip of Varnish, Caddy and others from holding frames back. RFC 9110 would
   * rather not see it; turn it off where a proxy minds. Default true.
   */
  readonly identityEncoding?: boolean;
  /**
   * Whether streams are compressed, with gzip, for browsers that read it: a frame becomes four to twelve times smaller, for some 25 µs of the server's time and
   * 1 KB of memory for each stream (docs/connection.md). Leave it off where a page shows a secret beside what somebody else can write to it. Default false.
   */
  readonly compression?: boolean;
  /** Where uploaded files are kept until their handler is done. Default: the system's folder for temporary files. */
  readonly uploadDirectory?: string;
  /**
   * What carries published values, disconnects and presence to other nodes: `await redisBackplane({ url })` of `htmx-liveview/redis`. One for each liveview(); it is closed with it.
   * Default: this process alone.
   */
  readonly backplane?: Backplane;
  /**
   * Where the server writes what happens: `pino()`, or what is called like one (docs/monitoring.md). It gets what `onError` and `onRefusal` would, where
   * these are not given; drains; and whether other nodes can be reached. Default: the console, for errors and refusals.
   * @example
   * ```ts
   * import { pino } from 'pino';
   *
   * liveview({ secret, components, logger: pino() });
   * ```
   */
  readonly logger?: Logger;
  /**
   * Called with everything that a component throws. Default: it is an error in the log.
   * @example liveview({ secret, components, onError: (error, { doing }) => console.warn(`${doing} threw`, error) });
   */
  readonly onError?: (error: unknown, place: ErrorPlace) => void;
  /**
   * Called once for each refused request. Default: it is a warning in the log.
   * @example liveview({ secret, components, onRefusal: ({ kind, detail }) => console.warn(kind, detail) });
   */
  readonly onRefusal?: (refusal: Refusal) => void;
  /**
   * Whether `<mount>/inspector` shows what goes on here: streams, instances and their state, a timeline (docs/inspector.md). `true` is for development: in production
   * (`NODE_ENV`) it is refused without `authorize`. Default false.
   * @example liveview({ secret, components, inspector: { authorize: (req) => req.user?.isAdmin === true } })
   */
  readonly inspector?: boolean | InspectorOptions;
  /** Time and ids; for tests. */
  readonly clock?: Clock;
}

type ContextOption<X> = unknown extends X
  ? { readonly context?: (req: Request) => unknown }
  : { readonly context: (req: Request) => X | Promise<X> };

/**
 * The options of {@link liveview}. `components` lists every component class. `context(req)` gives each component its
 * `this.context`; it runs once for each request that renders and once for each stream, and is required where a component declares a context.
 * @example
 * ```ts
 * const options: Options<[typeof Counter, typeof Vote]> = {
 *   secret,
 *   components: [Counter, Vote],
 *   context: (req) => ({ owner: req.sessionID }),
 * };
 * liveview(options);
 * ```
 */
export type Options<C extends readonly ComponentClass[]> = BaseOptions & {
  /** Every component class, children included. What is wrong with one is a compile error here. */
  readonly components: { readonly [I in keyof C]: Checked<C[I]> };
} & ContextOption<ContextFor<C[number]>>;

/** The options with every default filled in, and what is shared by all parts of a server. */
export interface Settings extends Required<Omit<BaseOptions, 'secret' | 'limits' | 'logger' | 'inspector'>> {
  readonly inspector: InspectorSettings | undefined;
  readonly logger: Required<Logger>;
  readonly limits: Limits;
  readonly secrets: readonly string[];
  readonly components: ReadonlyMap<string, ComponentClass>;
  readonly context: (req: Request) => unknown;
  /** The way to the application's view engines. */
  readonly engine: Engine;
}

/** The options as JavaScript may give them. */
type Loose = BaseOptions & {
  readonly components: readonly ComponentClass[];
  readonly context?: (req: Request) => unknown;
};

/** Every option; the compiler sees that none is missing. */
const OPTIONS: Readonly<Record<keyof Loose, true>> = {
  secret: true,
  components: true,
  context: true,
  resumeWindow: true,
  heartbeat: true,
  tokenAge: true,
  handlerTimeout: true,
  limits: true,
  identityEncoding: true,
  compression: true,
  uploadDirectory: true,
  backplane: true,
  logger: true,
  onError: true,
  onRefusal: true,
  inspector: true,
  clock: true,
};

/** Checks options and fills in defaults. Throws a LiveError for what can't work. */
export function readOptions(options: Loose): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new LiveError(
      'ERR_LIVE_OPTIONS',
      `liveview(): expected options, got ${typeof options}. Example: liveview({ secret, components: [Counter] }).`,
    );
  }
  checkNames(options, OPTIONS, '');
  const logger = readLogger(options.logger);
  const components = readComponents(options.components);
  return {
    secrets: readSecrets(options.secret),
    components,
    context: readFunction('context', options.context, () => undefined),
    resumeWindow: readNumber('resumeWindow', options.resumeWindow, 60_000, 0),
    heartbeat: readNumber('heartbeat', options.heartbeat, 15_000, 1_000, 60_000),
    tokenAge: readNumber('tokenAge', options.tokenAge, 24 * 60 * 60_000, 1_000),
    handlerTimeout: readNumber('handlerTimeout', options.handlerTimeout, 30_000, 1),
    limits: readLimits(options.limits ?? {}),
    identityEncoding: options.identityEncoding ?? true,
    compression: options.compression ?? false,
    uploadDirectory: options.uploadDirectory ?? tmpdir(),
    logger,
    onError: unfailing(readFunction('onError', options.onError, errorLog(logger))),
    onRefusal: watched(unfailing(readFunction('onRefusal', options.onRefusal, refusalLog(logger))), components),
    inspector: readInspector(options.inspector),
    clock: options.clock ?? systemClock,
    backplane: readBackplane(options.backplane),
    engine: new Engine(),
  };
}

/** Refusals are told to whoever watches, too. A class that a browser made up is no component. */
function watched(
  onRefusal: (refusal: Refusal) => void,
  components: ReadonlyMap<string, ComponentClass>,
): (refusal: Refusal) => void {
  return (refusal) => {
    const { kind, status, component = '' } = refusal;
    tell('refusal', () => ({ kind, status, component: components.get(component)?.component }));
    onRefusal(refusal);
  };
}

function readFunction<F extends (...args: never[]) => unknown>(name: string, value: F | undefined, fallback: F): F {
  if (value === undefined || typeof value === 'function') return value ?? fallback;
  throw new LiveError('ERR_LIVE_OPTION', `liveview(): ${name} must be a function, got ${typeof value}.`);
}

function readBackplane(given: Backplane | undefined): Backplane {
  if (given === undefined) return createBackplane();
  if (typeof given?.publish === 'function' && typeof given.observe === 'function') return given;
  const found = given instanceof Promise ? 'a promise' : typeof given;
  throw new LiveError(
    'ERR_LIVE_BACKPLANE',
    `liveview(): backplane must be a backplane, got ${found}. Example: liveview({ backplane: await redisBackplane({ url }) }).`,
  );
}

function readNumber(
  name: string,
  value: number | undefined,
  fallback: number,
  least: number,
  most = 2 ** 31 - 1,
): number {
  const number = value ?? fallback;
  if (typeof number === 'number' && number >= least && number <= most) return number;
  throw new LiveError(
    'ERR_LIVE_OPTION',
    `liveview(): ${name} must be a number from ${least} to ${most}, got ${String(value)}.`,
  );
}

function checkNames(given: object, known: object, prefix: string): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const names = Object.keys(known);
    const near = nearest(name, names);
    const cure = near ? `Did you mean ${prefix}${near}?` : `There are ${names.join(', ')}.`;
    throw new LiveError('ERR_LIVE_OPTION', `liveview(): there is no option ${prefix}${name}. ${cure}`);
  }
}

function readLimits(given: Partial<Limits>): Limits {
  checkNames(given, LIMITS, 'limits.');
  const entries = Object.entries(LIMITS) as [keyof Limits, number][];
  return Object.fromEntries(
    entries.map(([name, fallback]) => [name, readNumber(`limits.${name}`, given[name], fallback, 1, Infinity)]),
  ) as unknown as Limits;
}

function readSecrets(secret: string | readonly string[] | undefined): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : secret;
  const cure = 'Generate one with: openssl rand -base64 32';
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new LiveError(
      'ERR_LIVE_SECRET_MISSING',
      `liveview(): secret must be a string or a list of strings, got ${typeof secret}. ${cure}.`,
    );
  }
  for (const one of secrets) {
    const bytes = typeof one === 'string' ? Buffer.byteLength(one) : 0;
    if (bytes < 32)
      throw new LiveError(
        'ERR_LIVE_SECRET_SHORT',
        `liveview(): secret must have at least 32 bytes, got ${bytes}. ${cure}.`,
      );
  }
  return secrets;
}
