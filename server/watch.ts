// Owns state watching: it sees that a component's fields, or plain data below them, were written to.
// In: a component. Out: calls of its owner. What it can't see is said by LiveComponent.changed().

import { type DataOwner, PlainData, unwrapDeep } from './plain.ts';

export { unwrap } from './plain.ts';

/** Who is told of writes. */
export interface WatchOwner {
  /** The component was written to; `isPaused`: while watching was paused, by a render, which must not write. */
  wrote(isPaused: boolean): void;
}

/** The values of a component's fields. No prototype: any name may be a field's. */
class Fields {
  [name: string]: unknown;
  static {
    Object.setPrototypeOf(Fields.prototype, null);
  }
}

/** Where a component keeps its watcher. A symbol and no WeakMap, so that accessors also work on what inherits from the component. */
const WATCHER = Symbol('watcher');

interface Watched {
  readonly [WATCHER]: Watcher;
}

/**
 * The accessors of each field name, for all components. Own ones would cost each instance two functions and its shape: V8 shares shapes
 * only where the accessors are the same. The names are those of a program's fields; so many at most, or names made of what users send would stay forever.
 */
const accessors = new Map<string, PropertyDescriptor>();
const MOST_ACCESSORS = 10_000;

function accessorOf(name: string): PropertyDescriptor {
  let found = accessors.get(name);
  if (!found) {
    found = makeAccessor(name, (component) => (component as Watched)[WATCHER]);
    if (accessors.size < MOST_ACCESSORS) accessors.set(name, found);
  }
  return found;
}

function makeAccessor(name: string, watcherOf: (component: object) => Watcher): PropertyDescriptor {
  return {
    get(this: object) {
      return watcherOf(this).read(name);
    },
    set(this: object, value: unknown) {
      watcherOf(this).write(name, value);
    },
    enumerable: true,
    configurable: true,
  };
}

/**
 * Takes an object's last properties away, to be defined anew in their order: V8 goes back to the shape that was there before them, which all objects of a
 * class share. A property that is redefined in its place would cost each object a shape of its own, ten times as large.
 */
function makeRoom(object: Record<string, unknown>, last: readonly string[]): [name: string, PropertyDescriptor][] {
  const found = last.map((name): [string, PropertyDescriptor] => [
    name,
    Object.getOwnPropertyDescriptor(object, name) as PropertyDescriptor,
  ]);
  const removable = found.filter(([, { configurable }]) => configurable);
  if (removable.length === found.length) for (const name of last.toReversed()) delete object[name];
  return removable;
}

/** Watches a component's own fields and the plain objects, arrays, Maps and Sets below them, at any depth. */
export class Watcher implements DataOwner {
  isPaused = false;
  readonly #component: object;
  readonly #owner: WatchOwner;
  readonly #fields = new Fields();
  #data: PlainData | undefined;
  #hasStarted = false;
  /** The functions that the constructor made: they are code, not state. */
  #code: ReadonlySet<string> | undefined;

  constructor(component: object, owner: WatchOwner) {
    this.#component = component;
    this.#owner = owner;
  }

  /** Turns new own fields into watched accessors; those that came since the first call count as written. */
  adopt(): void {
    const names = Object.keys(this.#component);
    const fresh = names.filter((name) => this.#isFresh(name));
    if (fresh.length > 0) this.#watchFields(fresh, names);
    if (fresh.length > 0 && this.#hasStarted) this.wrote();
    if (!this.#hasStarted) this.#noteCode(names);
    this.#hasStarted = true;
  }

  #noteCode(names: readonly string[]): void {
    const own = this.#component as Readonly<Record<string, unknown>>;
    const code = names.filter((name) => !(name in this.#fields) && typeof own[name] === 'function');
    if (code.length > 0) this.#code = new Set(code);
  }

  /** All own fields by name, with raw values, but the functions that the constructor made. */
  state(): Record<string, unknown> {
    const own = this.#component as Readonly<Record<string, unknown>>;
    const names = Object.keys(own).filter((name) => !this.#code?.has(name));
    return Object.fromEntries(names.map((name) => [name, name in this.#fields ? this.#fields[name] : own[name]]));
  }

  /** All own fields as they are, without a call of a getter: for those who only look. */
  fields(): [name: string, field: PropertyDescriptor][] {
    const found = Object.entries(Object.getOwnPropertyDescriptors(this.#component));
    return found
      .filter(([name]) => !this.#code?.has(name))
      .map(([name, own]) => [name, name in this.#fields ? { value: this.#fields[name] } : own]);
  }

  /** Gives fields the values that they had elsewhere; those that are not among them stay as the constructor made them. */
  restore(state: Readonly<Record<string, unknown>>): void {
    const component = this.#component as Record<string, unknown>;
    for (const [name, value] of Object.entries(state)) {
      if (name in this.#fields) this.write(name, value);
      // what another version of the class makes a getter or a method of stays that
      else if (!(name in component))
        Object.defineProperty(component, name, { value, writable: true, enumerable: true, configurable: true });
    }
    this.adopt();
  }

  #isFresh(name: string): boolean {
    const found = Object.getOwnPropertyDescriptor(this.#component, name);
    return found?.writable === true && found.configurable === true && typeof found.value !== 'function';
  }

  #watchFields(fresh: readonly string[], names: readonly string[]): void {
    const component = this.#component as Record<string, unknown>;
    for (const name of fresh) this.#fields[name] = unwrapDeep(component[name]);
    if (!Object.isExtensible(component)) {
      for (const name of fresh)
        Object.defineProperty(
          component,
          name,
          makeAccessor(name, () => this),
        );
      return;
    }
    const room = makeRoom(component, names.slice(names.indexOf(fresh[0] as string)));
    if (!Object.hasOwn(component, WATCHER)) Object.defineProperty(component, WATCHER, { value: this });
    const isFresh = new Set(fresh);
    for (const [name, found] of room)
      Object.defineProperty(component, name, isFresh.has(name) ? accessorOf(name) : found);
  }

  /** Gives a field's value to who reads it. */
  read(name: string): unknown {
    const value = this.#fields[name];
    if (this.isPaused || typeof value !== 'object' || value === null) return value;
    this.#data ??= new PlainData(this);
    return this.#data.wrap(value);
  }

  write(name: string, value: unknown): void {
    const next = unwrapDeep(value);
    if (Object.is(next, this.#fields[name])) return;
    this.#fields[name] = next;
    this.wrote();
  }

  wrote(): void {
    this.#owner.wrote(this.isPaused);
  }

  /** Runs `work` while reads give raw values: rendering needs no watching, and pays nothing for it. */
  unwatched<T>(work: () => T): T {
    this.isPaused = true;
    try {
      return work();
    } finally {
      this.isPaused = false;
    }
  }
}
