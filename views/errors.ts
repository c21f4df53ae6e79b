// Owns the form of a programmer's fault: a stable code, what was expected, what was found, what to do.

/**
 * A mistake in the code that uses this package. `code` is stable; the message says the cure.
 * @example
 * ```ts
 * try {
 *   liveview({ secret: 'short', components });
 * } catch (error) {
 *   if (error instanceof LiveError) console.log(error.code, error.message);
 * }
 * ```
 */
export class LiveError extends Error {
  /** Which mistake: `ERR_LIVE_SECRET_SHORT` and the like. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(`${code}: ${message}`, options);
    this.name = 'LiveError';
    this.code = code;
  }
}
