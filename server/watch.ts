// Owns state watching: it sees that a component's fields, or plain data below them, were written to.
// In: a component. Out: calls of `onWrite`. What it can't see is said by LiveComponent.changed().

/** Watches one component. */
export interface Watcher {
  /** Turns new own fields into watched accessors; those that came since the first call count as written. */
  adopt(): void;
  /** Runs `work` while reads give raw values: rendering needs no watching, and pays nothing for it. */
  unwatched<T>(work: () => T): T;
}

/** What stands behind each proxy, for all watchers: a value may travel from one component to another. */
const rawOf = new WeakMap<object, object>();

/** Gives the value behind a watched one; any other value as it is. */
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
function unwrapDeep(value: unknown): unknown {
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

/**
 * Watches a component's own fields and the plain objects, arrays, Maps and Sets below them, at any depth.
 * `onWrite` is told whether the write was made while watching was paused: by a render, which must not write.
 */
export function watch(component: object, onWritten: (isPaused: boolean) => void): Watcher {
  const onWrite = () => onWritten(paused);
  const proxies = new WeakMap<object, object>();
  let paused = false;
  let hasStarted = false;

  function wrap(value: unknown): unknown {
    if (paused || !isObject(value)) return unwrap(value);
    const plainValue = unwrap(value); // another component's proxy would tell that one of writes
    if (!isWatchable(plainValue) || !Object.isExtensible(plainValue)) return plainValue;
    return proxyFor(plainValue);
  }

  function proxyFor(value: object): object {
    let proxy = proxies.get(value);
    if (!proxy) {
      proxy = new Proxy(value, value instanceof Map || value instanceof Set ? collection : plain);
      proxies.set(value, proxy);
      rawOf.set(proxy, value);
    }
    return proxy;
  }

  const plain: ProxyHandler<object> = {
    get(target, key, receiver) {
      const value = Reflect.get(target, key, receiver);
      if (Array.isArray(target) && typeof value === 'function' && typeof key === 'string') {
        if (ARRAY_WRITERS.has(key)) return (...args: unknown[]) => writeArray(target, value, args);
        if (ARRAY_SEEKERS.has(key)) return (...args: unknown[]) => value.apply(target, args.map(unwrap));
      }
      return isFixed(target, key) ? value : wrap(value);
    },
    set(target, key, value) {
      const next = unwrapDeep(value);
      const same = Object.hasOwn(target, key) && Object.is(Reflect.get(target, key), next);
      const done = Reflect.set(target, key, next);
      if (!same) onWrite();
      return done;
    },
    deleteProperty(target, key) {
      const had = Object.hasOwn(target, key);
      const done = Reflect.deleteProperty(target, key);
      if (had) onWrite();
      return done;
    },
    defineProperty(target, key, descriptor) {
      const done = Reflect.defineProperty(target, key, descriptor);
      onWrite();
      return done;
    },
  };

  function writeArray(target: unknown[], method: Function, args: unknown[]): unknown {
    const result: unknown = method.apply(target, args.map(unwrapDeep));
    onWrite();
    return wrap(result);
  }

  const collection: ProxyHandler<object> = {
    get(target, key) {
      if (key === 'size') return (target as Set<unknown>).size;
      if (Object.hasOwn(collectionMethods, key)) {
        return collectionMethods[key]?.bind(undefined, target);
      }
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  };

  const collectionMethods: Record<PropertyKey, (target: any, ...args: any[]) => unknown> = {
    get: (target, key) => wrap(target.get(unwrap(key))),
    has: (target, key) => target.has(unwrap(key)),
    set: (target, key, value) => {
      const next = unwrapDeep(value);
      const same = target.has(unwrap(key)) && Object.is(target.get(unwrap(key)), next);
      target.set(unwrap(key), next);
      if (!same) onWrite();
      return wrap(target);
    },
    add: (target, value) => {
      const size = target.size;
      target.add(unwrapDeep(value));
      if (target.size !== size) onWrite();
      return wrap(target);
    },
    delete: (target, key) => {
      const had = target.delete(unwrap(key));
      if (had) onWrite();
      return had;
    },
    clear: (target) => {
      if (target.size > 0) onWrite();
      target.clear();
    },
    forEach: (target, work, self) => {
      target.forEach((value: unknown, key: unknown) => {
        work.call(self, wrap(value), wrap(key), wrap(target));
      });
    },
    keys: (target) => wrapEach(target.keys()),
    values: (target) => wrapEach(target.values()),
    entries: (target) => wrapPairs(target.entries()),
    [Symbol.iterator]: (target) => (target instanceof Map ? wrapPairs(target.entries()) : wrapEach(target.values())),
  };

  function* wrapEach(items: Iterable<unknown>): Generator<unknown, undefined, unknown> {
    for (const item of items) yield wrap(item);
  }

  function* wrapPairs(items: Iterable<[unknown, unknown]>): Generator<[unknown, unknown], undefined, unknown> {
    for (const [key, value] of items) yield [wrap(key), wrap(value)];
  }

  function watchField(name: string, first: unknown): void {
    let current = unwrapDeep(first);
    const get = () => wrap(current);
    const set = (value: unknown) => {
      const next = unwrapDeep(value);
      if (Object.is(next, current)) return;
      current = next;
      onWrite();
    };
    Object.defineProperty(component, name, { get, set, enumerable: true, configurable: true });
  }

  return {
    adopt() {
      let isNew = false;
      for (const name of Object.keys(component)) {
        const found = Object.getOwnPropertyDescriptor(component, name);
        if (found?.writable && found.configurable && typeof found.value !== 'function') {
          watchField(name, found.value);
          isNew = true;
        }
      }
      if (isNew && hasStarted) onWrite();
      hasStarted = true;
    },
    unwatched(work) {
      paused = true;
      try {
        return work();
      } finally {
        paused = false;
      }
    },
  };
}
