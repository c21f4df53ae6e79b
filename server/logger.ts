// Owns how the server speaks to whoever runs it: through a logger, or the console; and hooks of the app's, which must not take the server along.

import { LiveError, type Refusal } from './errors.ts';
import { adviceOf } from './faults.ts';
import type { ErrorPlace } from './settings.ts';

/**
 * A log as `pino()` makes it: each line has an object, which says what it is about, and a sentence. What was thrown is the object's `err`.
 * @example
 * ```ts
 * const lines: string[] = [];
 * const note = (_: object, message: string) => void lines.push(message);
 * const logger: Logger = { error: note, warn: note, info: note };
 * const live = liveview({ secret, components, logger });
 * await live.drain();
 * lines.length; // => 2
 * ```
 */
export interface Logger {
  /** Gets what components throw, where there is no `onError`. */
  error(about: object, message: string): void;
  /** Gets refusals, where there is no `onRefusal`; and advice on content, where there is no `onError`. */
  warn(about: object, message: string): void;
  /** Gets drains, and that other nodes can't be reached, or can again. Without it these are not told. */
  info?(about: object, message: string): void;
}

const CONSOLE: Logger = {
  error: (about, message) => console.error(`${message}:`, (about as { readonly err?: unknown }).err),
  warn: (_, message) => console.warn(message),
};

/** Checks the option, and makes a logger that never throws. Without one it is the console, which gets no drains. */
export function readLogger(given: Logger | undefined): Required<Logger> {
  const to = given === undefined ? CONSOLE : checked(given);
  const at = (level: keyof Logger) =>
    unfailing((about: object, message: string) => to[level]?.(about, `htmx-liveview: ${message}`));
  return { error: at('error'), warn: at('warn'), info: at('info') };
}

function checked(given: Logger): Logger {
  const found = (['error', 'warn', 'info'] as const).map((level) => `${level}: ${typeof given?.[level]}`);
  if (/^error: function,warn: function,info: (?:function|undefined)$/.test(String(found))) return given;
  throw new LiveError(
    'ERR_LIVE_LOGGER',
    `liveview(): logger must have the functions error and warn, and may have info; got { ${found.join(', ')} }. Example: liveview({ logger: pino() }).`,
  );
}

/** What `onError` does unless the app says otherwise. Advice is a warning, without a stack. */
export function errorLog(logger: Logger) {
  return (err: unknown, place: ErrorPlace): void => {
    const advice = adviceOf(err);
    if (advice) logger.warn({ code: (err as LiveError).code, ...place }, `advice: ${advice}`);
    else logger.error({ err, ...place }, `${place.component} (${place.id}) threw in ${place.doing}`);
  };
}

/** What `onRefusal` does unless the app says otherwise. */
export function refusalLog(logger: Logger) {
  return (refusal: Refusal): void => {
    const about = [refusal.component, refusal.id].filter(Boolean).join(' ');
    logger.warn(refusal, `refused (${refusal.kind})${about && ` ${about}`}: ${refusal.detail}`);
  };
}

/** A hook that throws must not take the server along. */
export function unfailing<A extends unknown[]>(hook: (...args: A) => unknown): (...args: A) => void {
  return (...args) => {
    try {
      Promise.resolve(hook(...args)).catch(logHook);
    } catch (error) {
      logHook(error);
    }
  };
}

function logHook(error: unknown): void {
  console.error('htmx-liveview: onError, onRefusal or logger threw:', error);
}
