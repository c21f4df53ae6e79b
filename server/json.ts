// Owns the question whether JSON can hold a value without losing or changing it.

/** The first place in a value that JSON would lose or change, with what stands there: `session.when (Date)`. Undefined where there is none. */
export function notJson(value: unknown, path: string): string | undefined {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean')
    return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} (${value})`;
  const proto = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined;
  if (proto !== Object.prototype && proto !== Array.prototype && proto !== null) {
    return `${path} (${typeof value === 'object' ? (proto?.constructor?.name ?? 'object') : typeof value})`;
  }
  for (const [key, inner] of Object.entries(value as object)) {
    const found = notJson(inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
