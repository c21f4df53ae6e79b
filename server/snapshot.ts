// Owns the form in which an instance is kept: plain data in Node's own structured-clone format, sealed. What can't be kept is named.

import { DefaultDeserializer, serialize } from 'node:v8';
import { LiveError } from './errors.ts';
import { NO_STATE } from './presence.ts';
import type { Outcomes } from './seat.ts';
import type { Seal } from './token.ts';
import { unwrap } from './watch.ts';

/** What is kept of a durable instance. */
export interface Snapshot {
  /** The instance's. What is sealed for one place is worth nothing in another. */
  readonly id: string;
  /** Whose it is: only this viewer of this express-session gets it back. */
  readonly viewer: string;
  readonly sessionId: string;
  /** The component's name. */
  readonly component: string;
  /** The epoch of its viewer's seat, and the version of its content: the page goes on with both. */
  readonly epoch: string;
  readonly version: number;
  /** The last version that brought orders to browsers, or will; absent where none did. */
  readonly lastOrders?: number;
  /** How far its events have come: the number of the last one that was handled, and how it ended. */
  readonly lanes: Outcomes;
  /** The component's own fields. Undefined until it is mounted. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
}

/** The format's version, in front of the data: another one is not read. */
const FORMAT = '1';

/** Writes a snapshot as text. Throws a LiveError, `ERR_LIVE_DURABLE_VALUE`, at the first value that can't be kept. */
export function encodeSnapshot(snapshot: Snapshot, seal: Seal): string {
  const fields = snapshot.fields && checked(snapshot.fields, snapshot.component);
  return seal.close(FORMAT + serialize({ ...snapshot, fields }).toString('base64'));
}

/** Reads it; undefined for what is not ours, or was written by a newer version. */
export function decodeSnapshot(text: string, seal: Seal): Snapshot | undefined {
  const opened = seal.open(text);
  if (!opened?.startsWith(FORMAT)) return undefined;
  try {
    const reader = new Reader(Buffer.from(opened.slice(FORMAT.length), 'base64'));
    reader.readHeader();
    return reader.readValue() as Snapshot;
  } catch {
    return undefined; // the format of a newer Node
  }
}

/** Node's reader, with the hook that its types do not have. */
type NodeReader = DefaultDeserializer & { _readHostObject(): ArrayBufferView };

/** Gives each typed array a buffer of its own: Node's reader makes views of what it reads from. */
class Reader extends (DefaultDeserializer as new (data: Buffer) => NodeReader) {
  override _readHostObject(): ArrayBufferView {
    const view = super._readHostObject() as Uint8Array | DataView;
    if (Buffer.isBuffer(view)) return Buffer.from(view);
    if (!(view instanceof DataView)) return view.slice();
    const { buffer, byteOffset, byteLength } = view;
    return new DataView((buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength));
  }
}

function checked(fields: Readonly<Record<string, unknown>>, component: string): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([, value]) => !isNoState(value));
  const data = Object.fromEntries(kept.map(([name, value]) => [name, unwrap(value)]));
  const seen = new Set<object>();
  for (const [name, value] of Object.entries(data)) {
    const found = unkeepable(value, `this.${name}`, seen);
    if (found) throw unkept(component, found);
  }
  return data;
}

function isNoState(value: unknown): boolean {
  return typeof value === 'object' && value !== null && NO_STATE in value;
}

function unkept(component: string, found: string): LiveError {
  const cure =
    'Keep plain data in public fields (structured-clone types: objects, arrays, Map, Set, Date, BigInt, typed arrays, RegExp, Error); put anything else into a #private field, and make it anew in resumed()';
  return new LiveError('ERR_LIVE_DURABLE_VALUE', `${component} is durable, but ${found} can't be kept. ${cure}.`);
}

/** Classes whose instances the structured clone carries whole. */
const WHOLE = new Set<unknown>(
  [
    Date,
    RegExp,
    ArrayBuffer,
    Boolean,
    Number,
    String,
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  ].map((type) => type.prototype),
);

/** The first value that can't be kept, with its place; undefined where all can. Watched values on the way are unwrapped. */
function unkeepable(value: unknown, place: string, seen: Set<object>): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return `${place} (a ${typeof value})`;
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
  seen.add(value);
  if (Array.isArray(value)) return first(value.keys(), (at) => inside(value, at, `${place}[${at}]`, seen));
  const proto = Object.getPrototypeOf(value);
  if (proto === Object.prototype || proto === null)
    return first(Object.keys(value), (key) => inside(value, key, `${place}.${key}`, seen));
  if (proto === Map.prototype) return inMap(value as Map<unknown, unknown>, place, seen);
  if (proto === Set.prototype) return inSet(value as Set<unknown>, place, seen);
  if (WHOLE.has(proto) || ArrayBuffer.isView(value)) return undefined;
  return `${place} (a ${value.constructor?.name || 'class instance'})`;
}

function isWatched(value: unknown): boolean {
  return unwrap(value) !== value;
}

function inSet(set: Set<unknown>, place: string, seen: Set<object>): string | undefined {
  const items = [...set];
  if (items.some(isWatched)) {
    set.clear();
    for (const item of items) set.add(unwrap(item));
  }
  return first(set, (item) => unkeepable(item, `${place}'s item`, seen));
}

function inMap(map: Map<unknown, unknown>, place: string, seen: Set<object>): string | undefined {
  const pairs = [...map];
  if (pairs.some((pair) => pair.some(isWatched))) {
    map.clear();
    for (const [key, item] of pairs) map.set(unwrap(key), unwrap(item));
  }
  return first(map, ([key, item]) => {
    const isNamed = typeof key === 'string' || typeof key === 'number';
    return (
      unkeepable(key, `${place}'s key`, seen) ??
      unkeepable(item, isNamed ? `${place}.get(${JSON.stringify(key)})` : `${place}'s value`, seen)
    );
  });
}

function inside(container: object, key: string | number, place: string, seen: Set<object>): string | undefined {
  const found = Object.getOwnPropertyDescriptor(container, key);
  if (!found || 'get' in found) return found && `${place} (an accessor)`;
  const plain = unwrap(found.value);
  if (plain !== found.value && found.writable) (container as Record<string | number, unknown>)[key] = plain;
  return unkeepable(plain, place, seen);
}

function first<T>(items: Iterable<T>, look: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = look(item);
    if (found) return found;
  }
}
