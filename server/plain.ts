// Owns the watching of plain data: objects, arrays, Maps and Sets at any depth, through proxies that tell of writes.
// In: a raw value. Out: one that tells its owner. What is stored in watched data is unwrapped first.

/** Whom proxies tell. One for each component: it is asked whether reads are watched, and told of each write. */
export interface DataOwner {
  readonly isPaused: boolean;
  wrote(): void;
}

/** What stands behind each proxy, for all owners: a value may travel from one component to another. */
const rawOf = new WeakMap<object, object>();

/**
 * Gives the value behind a watched one; any other value as it is. Other libraries may want plain ones, and writes to it are not seen.
 * @example save() { return structuredClone(unwrap(this.cards)); }
 */
export function unwrap<T>(value: T): T {
  return isObject(value) ? ((rawOf.get(value) as T | undefined) ?? value) : value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether a proxy must give a property's value as it is. */
function isFixed(target: object, key: PropertyKey): boolean {
  const found = Reflect.getOwnPropertyDescriptor(target, key);
  return found !== undefined && !found.configurable && !found.writable;
}

/** Values of a plain container are unwrapped when it is stored: `this.items.filter(…)` holds watched items. */
export function unwrapDeep(value: unknown): unknown {
  const plain = unwrap(value);
  if (!isWatchable(plain) || Object.isFrozen(plain)) return plain;
  if (plain instanceof Map) {
    for (const [key, item] of plain) if (rawOf.has(item as object)) plain.set(key, unwrap(item));
  } else if (plain instanceof Set) {
    if ([...plain].some((item) => rawOf.has(item as object))) refill(plain);
  } else {
    unwrapProperties(plain as Record<string, unknown>);
  }
  return plain;
}

function refill(set: Set<unknown>): void {
  const items = [...set].map(unwrap);
  set.clear();
  for (const item of items) set.add(item);
}

function unwrapProperties(plain: Record<string, unknown>): void {
  for (const key of Object.keys(plain)) {
    const item = Object.getOwnPropertyDescriptor(plain, key);
    if (item?.writable && isObject(item.value) && rawOf.has(item.value)) plain[key] = unwrap(item.value);
  }
}

function isWatchable(value: unknown): value is object {
  if (!isObject(value)) return false;
  const proto = Object.getPrototypeOf(value);
  return (
    proto === Object.prototype ||
    proto === null ||
    proto === Array.prototype ||
    proto === Map.prototype ||
    proto === Set.prototype
  );
}

/** Array methods that write: they run on the raw array, so that one call is one write. */
const ARRAY_WRITERS = new Set('push pop shift unshift splice sort reverse fill copyWithin'.split(' '));
/** Array methods that compare by identity: they must see raw values on both sides. */
const ARRAY_SEEKERS = new Set(['includes', 'indexOf', 'lastIndexOf']);

/** The watched data of one owner. */
export class PlainData {
  readonly owner: DataOwner;
  readonly #proxies = new WeakMap<object, object>();
  readonly #plain = new PlainHandler(this);
  readonly #collection = new CollectionHandler(this);

  constructor(owner: DataOwner) {
    this.owner = owner;
  }

  /** Gives what a reader of watched data gets for a value: a proxy where there is something to watch. */
  wrap(value: unknown): unknown {
    if (this.owner.isPaused || !isObject(value)) return unwrap(value);
    const plain = unwrap(value); // another component's proxy would tell that one of writes
    if (!isWatchable(plain) || !Object.isExtensible(plain)) return plain;
    let proxy = this.#proxies.get(plain);
    if (!proxy) {
      proxy = new Proxy(plain, plain instanceof Map || plain instanceof Set ? this.#collection : this.#plain);
      this.#proxies.set(plain, proxy);
      rawOf.set(proxy, plain);
    }
    return proxy;
  }

  writeArray(target: unknown[], method: Function, args: unknown[]): unknown {
    const result: unknown = method.apply(target, args.map(unwrapDeep));
    this.owner.wrote();
    return this.wrap(result);
  }

  *wrapEach(items: Iterable<unknown>): Generator<unknown, undefined, unknown> {
    for (const item of items) yield this.wrap(item);
  }

  *wrapPairs(items: Iterable<[unknown, unknown]>): Generator<[unknown, unknown], undefined, unknown> {
    for (const [key, value] of items) yield [this.wrap(key), this.wrap(value)];
  }
}

/** Traps for plain objects and arrays. */
class PlainHandler implements ProxyHandler<object> {
  readonly #data: PlainData;

  constructor(data: PlainData) {
    this.#data = data;
  }

  get(target: object, key: PropertyKey, receiver: unknown): unknown {
    const data = this.#data;
    const value = Reflect.get(target, key, receiver);
    if (Array.isArray(target) && typeof value === 'function' && typeof key === 'string') {
      if (ARRAY_WRITERS.has(key)) return (...args: unknown[]) => data.writeArray(target, value, args);
      if (ARRAY_SEEKERS.has(key)) return (...args: unknown[]) => value.apply(target, args.map(unwrap));
    }
    return isFixed(target, key) ? value : data.wrap(value);
  }

  set(target: object, key: PropertyKey, value: unknown): boolean {
    const next = unwrapDeep(value);
    const same = Object.hasOwn(target, key) && Object.is(Reflect.get(target, key), next);
    const done = Reflect.set(target, key, next);
    if (!same) this.#data.owner.wrote();
    return done;
  }

  deleteProperty(target: object, key: PropertyKey): boolean {
    const had = Object.hasOwn(target, key);
    const done = Reflect.deleteProperty(target, key);
    if (had) this.#data.owner.wrote();
    return done;
  }

  defineProperty(target: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    const done = Reflect.defineProperty(target, key, descriptor);
    this.#data.owner.wrote();
    return done;
  }
}

/** Traps for Maps and Sets, whose methods want the raw one as `this`. */
class CollectionHandler implements ProxyHandler<object> {
  readonly #data: PlainData;

  constructor(data: PlainData) {
    this.#data = data;
  }

  get(target: object, key: PropertyKey): unknown {
    if (key === 'size') return (target as Set<unknown>).size;
    if (Object.hasOwn(COLLECTION_METHODS, key)) return COLLECTION_METHODS[key]?.bind(undefined, this.#data, target);
    const value = Reflect.get(target, key, target);
    return typeof value === 'function' ? value.bind(target) : value;
  }
}

const COLLECTION_METHODS: Record<PropertyKey, (data: PlainData, target: any, ...args: any[]) => unknown> = {
  get: (data, target, key) => data.wrap(target.get(unwrap(key))),
  has: (_, target, key) => target.has(unwrap(key)),
  set: (data, target, key, value) => {
    const next = unwrapDeep(value);
    const same = target.has(unwrap(key)) && Object.is(target.get(unwrap(key)), next);
    target.set(unwrap(key), next);
    if (!same) data.owner.wrote();
    return data.wrap(target);
  },
  add: (data, target, value) => {
    const size = target.size;
    target.add(unwrapDeep(value));
    if (target.size !== size) data.owner.wrote();
    return data.wrap(target);
  },
  delete: (data, target, key) => {
    const had = target.delete(unwrap(key));
    if (had) data.owner.wrote();
    return had;
  },
  clear: (data, target) => {
    if (target.size > 0) data.owner.wrote();
    target.clear();
  },
  forEach: (data, target, work, self) => {
    target.forEach((value: unknown, key: unknown) => {
      work.call(self, data.wrap(value), data.wrap(key), data.wrap(target));
    });
  },
  keys: (data, target) => data.wrapEach(target.keys()),
  values: (data, target) => data.wrapEach(target.values()),
  entries: (data, target) => data.wrapPairs(target.entries()),
  [Symbol.iterator]: (data, target) =>
    target instanceof Map ? data.wrapPairs(target.entries()) : data.wrapEach(target.values()),
};
