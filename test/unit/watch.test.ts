import { describe, expect, test } from 'vitest';
import { unwrap, Watcher } from '../../server/watch.ts';

/** Watches an object and counts its writes. */
function watched<T extends object>(component: T) {
  let writes = 0;
  const watcher = new Watcher(component, {
    wrote() {
      writes++;
    },
  });
  watcher.adopt();
  return {
    it: component,
    watcher,
    /** How many writes `work` makes. */
    writes(work: (it: T) => void) {
      const before = writes;
      work(component);
      return writes - before;
    },
  };
}

describe('watching', () => {
  test('sees an assigned field, and only a different value', () => {
    const { writes } = watched({ count: 0 });
    expect(writes((it) => (it.count = 1))).toBe(1);
    expect(writes((it) => (it.count = 1))).toBe(0);
    expect(writes((it) => (it.count = Number.NaN))).toBe(1);
    expect(writes((it) => (it.count = Number.NaN))).toBe(0);
  });

  test('sees plain objects change at any depth', () => {
    const { writes } = watched({ a: { b: { c: [{ d: 1 }] } } });
    expect(writes((it) => ((it.a.b.c[0] as { d: number }).d = 2))).toBe(1);
    expect(writes((it) => delete (it.a.b as { c?: unknown }).c)).toBe(1);
  });

  test('sees every array method that writes, once', () => {
    const { writes, it } = watched({ list: [3, 1, 2] });
    for (const work of [
      () => it.list.push(4),
      () => it.list.sort(),
      () => it.list.reverse(),
      () => it.list.splice(1, 1),
      () => it.list.shift(),
      () => it.list.unshift(9),
      () => it.list.pop(),
      () => it.list.fill(0),
      () => (it.list.length = 0),
    ]) {
      expect(writes(work)).toBe(1);
    }
    expect(writes(() => (it.list[0] = 1))).toBe(1);
  });

  test('sees Map and Set change, also in what they hold', () => {
    const { writes } = watched({ map: new Map([['a', { n: 1 }]]), set: new Set([{ n: 1 }]) });
    expect(writes((it) => it.map.set('b', { n: 2 }))).toBe(1);
    expect(writes((it) => ((it.map.get('a') as { n: number }).n = 5))).toBe(1);
    expect(writes((it) => it.map.delete('a'))).toBe(1);
    expect(writes((it) => it.map.delete('a'))).toBe(0);
    expect(writes((it) => it.map.clear())).toBe(1);
    expect(writes((it) => it.set.add({ n: 2 }))).toBe(1);
    expect(writes((it) => ([...it.set][0] as { n: number }).n++)).toBe(1);
    expect(writes((it) => it.set.forEach((one) => void one.n++))).toBe(2);
    expect(writes((it) => void [...it.map.entries(), it.set.size])).toBe(0);
  });

  test('finds an item by identity, whether watched or raw', () => {
    const raw = { id: 1 };
    const { it } = watched({ list: [raw, { id: 2 }] });
    const found = it.list.find(({ id }) => id === 1) as { id: number };
    expect(it.list.indexOf(found)).toBe(0);
    expect(it.list.includes(raw)).toBe(true);
    expect(new Set(it.list).size).toBe(2);
  });

  test('stores raw values: a filtered array of watched items holds none', () => {
    const component = { list: [{ id: 1 }, { id: 2 }] };
    const first = component.list[0];
    const { it, watcher } = watched(component);
    it.list = it.list.filter(({ id }) => id === 1);
    watcher.unwatched(() => expect(it.list[0]).toBe(first));
    expect(unwrap(it.list[0])).toBe(first);
  });

  test('reads raw values while it is paused', () => {
    const list = [{ id: 1 }];
    const { it, watcher } = watched({ list });
    expect(it.list).not.toBe(list);
    watcher.unwatched(() => expect(it.list).toBe(list));
  });

  test('takes new fields under watch with adopt', () => {
    const { it, watcher, writes } = watched({} as { late?: number });
    it.late = 1;
    expect(writes(() => watcher.adopt())).toBe(1);
    expect(writes(() => (it.late = 2))).toBe(1);
  });

  test('leaves class instances alone', () => {
    const date = new Date(0);
    const { it } = watched({ date, map: new (class extends Map {})() });
    expect(it.date).toBe(date);
    expect(it.map.size).toBe(0);
  });

  test('lets a value travel from one component to another', () => {
    const one = watched({ list: [{ n: 1 }] });
    const two = watched({ item: null as { n: number } | null });
    two.it.item = one.it.list[0] as { n: number };
    expect(two.writes((it) => (it.item as { n: number }).n++)).toBe(1);
  });

  test('keeps its hands off frozen data', () => {
    const frozen = Object.freeze({ list: Object.freeze([1]) });
    const { it, writes } = watched({ data: frozen });
    expect(it.data).toBe(frozen);
    expect(writes((it) => (it.data = Object.freeze({ list: Object.freeze([2]) })))).toBe(1);
  });

  test('leaves fields as they were: their order, methods among them, and what a copy takes', () => {
    const method = () => 1;
    const { it, watcher } = watched({ a: 1, method, b: [2] } as Record<string, unknown>);
    it.late = 3;
    watcher.adopt();
    expect(Object.keys(it)).toEqual(['a', 'method', 'b', 'late']);
    expect({ ...it }).toEqual({ a: 1, method, b: [2], late: 3 });
    expect(JSON.stringify(it)).toBe('{"a":1,"b":[2],"late":3}');
  });

  test('sees fields of any name, and keeps those of two components apart', () => {
    const make = () => watched(JSON.parse('{"__proto__":1,"constructor":2,"0":3}') as Record<string, unknown>);
    const [one, two] = [make(), make()];
    for (const name of ['__proto__', 'constructor', '0']) {
      expect(one.writes((it) => (it[name] = 'x'))).toBe(1);
      expect([one.it[name], two.it[name]]).toEqual(['x', expect.any(Number)]);
    }
  });

  test('sees writes through an object that inherits from the component', () => {
    const { it, writes } = watched({ count: 0 });
    expect(writes(() => Object.create(it).count++)).toBe(1);
    expect(it.count).toBe(1);
  });

  test('sees the fields of a component that takes no new ones', () => {
    const { it, writes } = watched(Object.preventExtensions({ count: 0, list: [1] }));
    expect(writes(() => it.count++)).toBe(1);
    expect(writes(() => it.list.push(2))).toBe(1);
    expect(it).toEqual({ count: 1, list: [1, 2] });
  });

  test('leaves a field that was made fixed alone', () => {
    const component = { a: 1, b: 2 };
    Object.defineProperty(component, 'fixed', { value: 3, enumerable: true });
    const { it, writes } = watched(component as typeof component & { fixed: number });
    expect(writes(() => it.b++)).toBe(1);
    expect([Object.keys(it), it.fixed]).toEqual([['a', 'b', 'fixed'], 3]);
  });
});
