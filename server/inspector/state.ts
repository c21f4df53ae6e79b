// Owns the picture of a value: a tree of texts, bounded in depth, length and size. In: any value of an app. Out: plain data, with secrets hidden.
// No code of the app runs for it: getters are not called, Proxies are not entered, and what a class says of itself is not asked.

import { types } from 'node:util';
import { unwrap } from '../watch.ts';
import { REDACTED, type Redaction } from './redact.ts';

/** How deep, how many entries of one container, how many characters of one text, and how many values altogether. */
const MOST_DEPTH = 6;
const MOST_ENTRIES = 100;
const MOST_TEXT = 200;
const MOST_VALUES = 1_000;

/** Where a name stands that is no key, and where its value: `['password', 'x']`, `{ name: 'password', value: 'x' }`. */
const NAMING = /^(?:0|name|key)$/;
const NAMED = /^(?:1|value)$/;

/** A value in a tree. */
export interface Picture {
  readonly key: string;
  /** How it is coloured. */
  readonly kind: 'text' | 'number' | 'word' | 'note' | 'box';
  readonly text: string;
  /** What it holds, where it holds something that is shown. */
  readonly entries?: readonly Picture[];
  /** How many of its entries are left out. */
  readonly more?: number;
}

/** What is hidden: fields by name, and texts that are somebody's. */
export interface Hiding {
  readonly name: Redaction;
  readonly text: (text: string) => boolean;
}

/** Named values, as they are. A getter is a descriptor without a value. */
type Field = readonly [name: string, field: PropertyDescriptor];

/** Pictures the fields of a component, or of a payload. */
export function picture(fields: readonly Field[], hiding: Hiding): Picture {
  const made = new Painter(hiding).box('', 'Object', fields, 0);
  return made;
}

/** Pictures a payload, which is JSON. */
export function picturePayload(payload: unknown, hiding: Hiding): Picture {
  return new Painter(hiding).paint('', { value: payload }, 0);
}

/** Paints one tree. */
class Painter {
  readonly #hiding: Hiding;
  /** The objects that are being painted: one of them inside another goes in circles. */
  readonly #within = new Set<object>();
  #left = MOST_VALUES;

  constructor(hiding: Hiding) {
    this.#hiding = hiding;
  }

  paint(key: string, field: PropertyDescriptor, depth: number): Picture {
    this.#left--;
    const shown = this.#keyOf(key);
    if (this.#hiding.name(key)) return { key: shown, kind: 'note', text: REDACTED };
    if (!('value' in field)) return { key: shown, kind: 'note', text: '(getter)' };
    const value: unknown = unwrap(field.value);
    try {
      if (typeof value === 'object' && value !== null) return this.#paintObject(shown, value, depth);
      return { key: shown, ...this.#plain(value) };
    } catch {
      return { key: shown, kind: 'note', text: '(unreadable)' };
    }
  }

  /** Whether it names what stands beside it, and that is to be hidden. */
  #isNaming(name: string, value: unknown): boolean {
    return NAMING.test(name) && typeof value === 'string' && this.#hiding.name(value);
  }

  #keyOf(key: string): string {
    return this.#hiding.text(key) ? REDACTED : cut(key);
  }

  #plain(value: unknown): Pick<Picture, 'kind' | 'text'> {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number' || typeof value === 'bigint')
      return {
        kind: 'number',
        text: `${Object.is(value, -0) ? '-0' : cut(String(value))}${typeof value === 'bigint' ? 'n' : ''}`,
      };
    if (typeof value === 'function') return { kind: 'note', text: 'function' };
    return { kind: 'word', text: cut(String(value)) };
  }

  #text(value: string): Pick<Picture, 'kind' | 'text'> {
    if (this.#hiding.text(value)) return { kind: 'note', text: REDACTED };
    const left = value.length - MOST_TEXT;
    return { kind: 'text', text: JSON.stringify(cut(value)) + (left > 0 ? ` and ${left} more` : '') };
  }

  #paintObject(key: string, value: object, depth: number): Picture {
    if (types.isProxy(value)) return { key, kind: 'note', text: 'Proxy' };
    const short = shortOf(value);
    if (short) return { key, ...short };
    if (this.#within.has(value)) return { key, kind: 'note', text: '(circular)' };
    this.#within.add(value);
    try {
      return this.#paintBox(key, value, depth);
    } finally {
      this.#within.delete(value);
    }
  }

  #paintBox(key: string, value: object, depth: number): Picture {
    if (types.isMap(value)) return this.#map(key, value, depth);
    if (types.isSet(value)) return this.#set(key, value, depth);
    if (Array.isArray(value)) return this.#list(key, value, depth);
    const names = Object.keys(value);
    const fields = names.slice(0, MOST_ENTRIES).map((name) => [name, own(value, name)] as const);
    return this.box(key, classOf(value), fields, depth, names.length);
  }

  #list(key: string, list: readonly unknown[], depth: number): Picture {
    const fields = Array.from({ length: Math.min(list.length, MOST_ENTRIES) }, (_, at) => {
      const found = Object.getOwnPropertyDescriptor(list, at);
      return [String(at), found ?? { value: undefined }] as const;
    });
    return this.box(key, `Array(${list.length})`, fields, depth, list.length);
  }

  #map(key: string, map: Map<unknown, unknown>, depth: number): Picture {
    const size = SIZE_OF_MAP.call(map);
    const fields = first(Map.prototype.entries.call(map)).map(([name, value]) => [nameOf(name), { value }] as const);
    return this.box(key, `Map(${size})`, fields, depth, size);
  }

  #set(key: string, set: Set<unknown>, depth: number): Picture {
    const size = SIZE_OF_SET.call(set);
    const fields = first(Set.prototype.values.call(set)).map((value, at) => [String(at), { value }] as const);
    return this.box(key, `Set(${size})`, fields, depth, size);
  }

  /** Paints what holds fields. */
  box(key: string, text: string, fields: readonly Field[], depth: number, size = fields.length): Picture {
    if (size === 0) return { key, kind: 'box', text: `${text}, empty` };
    if (depth >= MOST_DEPTH || this.#left <= 0) return { key, kind: 'box', text, more: size };
    const entries: Picture[] = [];
    const isSecret = fields.some(([name, { value }]) => this.#isNaming(name, value));
    for (const [name, field] of fields) {
      if (this.#left <= 0 || entries.length === MOST_ENTRIES) break;
      const isHidden = isSecret && NAMED.test(name);
      entries.push(isHidden ? { key: name, kind: 'note', text: REDACTED } : this.paint(name, field, depth + 1));
    }
    return { key, kind: 'box', text, entries, more: size - entries.length };
  }
}

const getter = (of: object, name: string) =>
  Object.getOwnPropertyDescriptor(of, name)?.get as (this: unknown) => number;
const SIZE_OF_MAP = getter(Map.prototype, 'size');
const SIZE_OF_SET = getter(Set.prototype, 'size');

/** What is shown in one text, whatever else it holds. */
function shortOf(value: object): Pick<Picture, 'kind' | 'text'> | undefined {
  if (types.isDate(value)) {
    const time = Date.prototype.getTime.call(value);
    return { kind: 'word', text: Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString() };
  }
  if (types.isPromise(value)) return { kind: 'note', text: 'Promise' };
  if (types.isNativeError(value)) return { kind: 'note', text: `${classOf(value)}: ${textField(value, 'message')}` };
  if (types.isArrayBufferView(value) || types.isAnyArrayBuffer(value)) return { kind: 'note', text: 'bytes' };
  return undefined;
}

function own(value: object, name: string): PropertyDescriptor {
  return Object.getOwnPropertyDescriptor(value, name) ?? { value: undefined };
}

function textField(value: object, name: string): string {
  const found = own(value, name).value;
  return typeof found === 'string' ? cut(found) : '';
}

/** The name of a value's class, as its prototype says it without being asked. */
function classOf(value: object): string {
  const proto: object | null = Object.getPrototypeOf(value);
  if (proto === null || proto === Object.prototype) return 'Object';
  if (types.isProxy(proto)) return 'Proxy';
  const made: unknown = own(proto, 'constructor').value;
  return (typeof made === 'function' && !types.isProxy(made) && textField(made, 'name')) || 'Object';
}

function nameOf(key: unknown): string {
  if (typeof key === 'object' && key !== null) return types.isProxy(key) ? 'Proxy' : classOf(key);
  return typeof key === 'function' ? 'function' : String(key);
}

function first<T>(items: Iterable<T>): T[] {
  const found: T[] = [];
  for (const item of items) if (found.push(item) === MOST_ENTRIES) break;
  return found;
}

/** A text of bounded length, which ends with a whole character. */
function cut(text: string): string {
  return text.length > MOST_TEXT ? text.slice(0, MOST_TEXT).replace(/[\ud800-\udbff]$/, '') : text;
}
