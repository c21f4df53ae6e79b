// Owns the form of a programmer's fault: a stable code, what was expected, what was found, what to do.

/** A mistake in the code that uses this package. `code` is stable; the message says the cure. */
export class LiveError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(`${code}: ${message}`, options);
    this.name = 'LiveError';
    this.code = code;
  }
}
