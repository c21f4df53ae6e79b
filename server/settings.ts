// Owns the options of liveview(): their defaults, and the checks at start. In: options. Out: settings without gaps.

import type { Request } from 'express';
import { isComponentName } from '../protocol/event.ts';
import { Engine } from '../views/engines.ts';
import { checkRoot } from '../views/root.ts';
import { type Backplane, createBackplane } from './backplane.ts';
import { type Clock, systemClock } from './clock.ts';
import { type ComponentStatics, LiveComponent } from './component.ts';
import { LiveError, type Refusal } from './errors.ts';
import type { Checked, ComponentClass, ContextFor } from './types.ts';

/** Where a reported error came from. */
export interface ErrorPlace {
  readonly component: string;
  readonly id: string;
  /** What was being done: `increment()`, `render()`, `task load`. */
  readonly doing: string;
}

/** The options that do not depend on the components. */
export interface BaseOptions {
  /** At least 32 bytes. With several, the first signs and all verify: put a new one in front to rotate. */
  readonly secret: string | readonly string[];
  /** How long an instance waits for its viewer's return after its stream has ended, in ms. Default 60 000. 0: unmount at once. */
  readonly resumeWindow?: number;
  /** Milliseconds between two heartbeats. Default 15 000; from 1 000 to 60 000. */
  readonly heartbeat?: number;
  /** How long a session token is valid, in ms. Default 24 hours. */
  readonly tokenAge?: number;
  /** How long a handler may take, in ms. Default 30 000. */
  readonly handlerTimeout?: number;
  /** How many bytes a POST may have. Default 65 536. */
  readonly bodyLimit?: number;
  /** How many components one subscribe may name. Default 200. */
  readonly subscribeLimit?: number;
  /** Called with everything that a component throws. Default: `console.error`. */
  readonly onError?: (error: unknown, place: ErrorPlace) => void;
  /** Called once for each refused request. Default: `console.warn`. */
  readonly onRefusal?: (refusal: Refusal) => void;
  /** Time and ids; for tests. */
  readonly clock?: Clock;
}

type ContextOption<X> = unknown extends X
  ? { readonly context?: (req: Request) => unknown }
  : { readonly context: (req: Request) => X | Promise<X> };

/**
 * The options of {@link liveview}. `components` lists every component class. `context(req)` gives each component its
 * `this.context`; it runs once per page render and once per stream, and is required where a component declares a context.
 */
export type Options<C extends readonly ComponentClass[]> = BaseOptions & {
  readonly components: { readonly [I in keyof C]: Checked<C[I]> };
} & ContextOption<ContextFor<C[number]>>;

/** The options with every default filled in, and what is shared by all parts of a server. */
export interface Settings extends Required<Omit<BaseOptions, 'secret'>> {
  readonly secrets: readonly string[];
  readonly components: ReadonlyMap<string, ComponentClass>;
  readonly context: (req: Request) => unknown;
  readonly backplane: Backplane;
  /** The way to the application's view engines. */
  readonly engine: Engine;
}

/** The options as JavaScript may give them. */
type Loose = BaseOptions & {
  readonly components: readonly ComponentClass[];
  readonly context?: (req: Request) => unknown;
};

/** Checks options and fills in defaults. Throws a LiveError for what can't work. */
export function readOptions(options: Loose): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new LiveError(
      'ERR_LIVE_OPTIONS',
      `liveview(): expected options, got ${typeof options}. Example: liveview({ secret, components: [Counter] }).`,
    );
  }
  return {
    secrets: readSecrets(options.secret),
    components: readComponents(options.components),
    context: readFunction('context', options.context, () => undefined),
    resumeWindow: readNumber('resumeWindow', options.resumeWindow, 60_000, 0),
    heartbeat: readNumber('heartbeat', options.heartbeat, 15_000, 1_000, 60_000),
    tokenAge: readNumber('tokenAge', options.tokenAge, 24 * 60 * 60_000, 1_000),
    handlerTimeout: readNumber('handlerTimeout', options.handlerTimeout, 30_000, 1),
    bodyLimit: readNumber('bodyLimit', options.bodyLimit, 64 * 1024, 1),
    subscribeLimit: readNumber('subscribeLimit', options.subscribeLimit, 200, 1),
    onError: unfailing(readFunction('onError', options.onError, logError)),
    onRefusal: unfailing(readFunction('onRefusal', options.onRefusal, logRefusal)),
    clock: options.clock ?? systemClock,
    backplane: createBackplane(),
    engine: new Engine(),
  };
}

function logError(error: unknown, place: ErrorPlace): void {
  console.error(`htmx-liveview: ${place.component} (${place.id}) threw in ${place.doing}:`, error);
}

function logRefusal(refusal: Refusal): void {
  const about = [refusal.component, refusal.id].filter(Boolean).join(' ');
  console.warn(`htmx-liveview: refused (${refusal.kind})${about && ` ${about}`}: ${refusal.detail}`);
}

/** A hook that throws must not take the server along. */
function unfailing<A extends unknown[]>(hook: (...args: A) => unknown): (...args: A) => void {
  return (...args) => {
    try {
      Promise.resolve(hook(...args)).catch(logHook);
    } catch (error) {
      logHook(error);
    }
  };
}

function logHook(error: unknown): void {
  console.error('htmx-liveview: onError or onRefusal threw:', error);
}

function readFunction<F extends (...args: never[]) => unknown>(name: string, value: F | undefined, fallback: F): F {
  if (value === undefined || typeof value === 'function') return value ?? fallback;
  throw new LiveError('ERR_LIVE_OPTION', `liveview(): ${name} must be a function, got ${typeof value}.`);
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

function readComponents(components: readonly ComponentClass[]): ReadonlyMap<string, ComponentClass> {
  if (!Array.isArray(components)) {
    throw new LiveError(
      'ERR_LIVE_COMPONENTS',
      `liveview(): components must be a list of classes, got ${typeof components}. Example: components: [Counter].`,
    );
  }
  const byName = new Map<string, ComponentClass>();
  for (const type of components as readonly ComponentClass[]) {
    checkComponent(type);
    const other = byName.get(type.component);
    if (other) {
      throw new LiveError(
        'ERR_LIVE_COMPONENT_TWICE',
        `liveview(): two components are named '${type.component}': ${other.name} and ${type.name}. Give one of them another static component.`,
      );
    }
    byName.set(type.component, type);
  }
  return byName;
}

function checkComponent(type: ComponentClass): void {
  if (typeof type !== 'function' || !(type.prototype instanceof LiveComponent)) {
    throw new LiveError(
      'ERR_LIVE_COMPONENT',
      `liveview(): components must extend LiveComponent, got ${String((type as { name?: string })?.name ?? type)}.`,
    );
  }
  if (!isComponentName(type.component)) {
    const found = JSON.stringify(type.component);
    throw new LiveError(
      'ERR_LIVE_COMPONENT_NAME',
      `${type.name}: static component must be 1 to 128 letters, digits, or any of . : / _ -, got ${found}. Example: static component = 'shop.Cart'.`,
    );
  }
  const statics = type as unknown as ComponentStatics;
  if (statics.root) checkRoot(statics.root);
  for (const [name, rule] of Object.entries(statics.events ?? {})) checkEvent(type, name, rule);
}

function checkEvent(type: ComponentClass, name: string, rule: unknown): void {
  const own =
    name in LiveComponent.prototype || ['mount', 'unmount', 'navigate', 'invalid', 'failed', 'render'].includes(name);
  if (own) {
    throw new LiveError(
      'ERR_LIVE_EVENT_RESERVED',
      `${type.name}: events.${name}: '${name}' is LiveComponent's own name; choose another.`,
    );
  }
  if (typeof type.prototype[name as keyof typeof type.prototype] !== 'function') {
    throw new LiveError(
      'ERR_LIVE_EVENT_METHOD',
      `${type.name}: events.${name}: there is no public method ${name}(). Add it, or remove the event.`,
    );
  }
  const isSchema =
    typeof (rule as { '~standard'?: { validate?: unknown } } | null)?.['~standard']?.validate === 'function';
  if (rule !== true && !isSchema) {
    throw new LiveError(
      'ERR_LIVE_EVENT_SCHEMA',
      `${type.name}: events.${name}: expected true or a Standard Schema (zod, valibot, arktype), got ${typeof rule}.`,
    );
  }
}
