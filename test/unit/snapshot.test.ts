// What is kept of a component's fields, and what becomes of it in a component that has changed meanwhile.
import { expect, test } from 'vitest';
import { decodeSnapshot, encodeSnapshot } from '../../server/snapshot.ts';
import { createSeal } from '../../server/token.ts';
import { Watcher } from '../../server/watch.ts';

const seal = createSeal(['a secret for tests that is long enough'], 'kept state');
const about = { id: 'i', viewer: 'v', sessionId: 's', component: 'c', epoch: 'e', version: 1, lanes: {} };

function watch(component: object): Watcher {
  const watcher = new Watcher(component, { wrote() {} });
  watcher.adopt();
  return watcher;
}

/** Keeps a component's state, and gives it to another one. */
function carry(from: object, to: object): void {
  const text = encodeSnapshot({ ...about, fields: watch(from).state() }, seal);
  const { fields = {} } = decodeSnapshot(text, seal) ?? {};
  watch(to).restore(fields);
}

test('watched items are kept wherever they stand', () => {
  const from = { items: [{ id: 1 }], index: {} as object };
  const watcher = watch(from);
  const [item] = from.items;
  from.index = { byId: new Map([[1, item]]), chosen: new Set(from.items), by: [new Map([[item, [item]]])] };
  const text = encodeSnapshot({ ...about, fields: watcher.state() }, seal);
  expect(decodeSnapshot(text, seal)?.fields).toEqual({
    items: [{ id: 1 }],
    index: { byId: new Map([[1, { id: 1 }]]), chosen: new Set([{ id: 1 }]), by: [new Map([[{ id: 1 }, [{ id: 1 }]]])] },
  });
});

test('what is a getter, a method or a function of the new version stays that', () => {
  class Before {
    items = [1, 2];
    total = 2;
    show = 'all';
    pick = 'none';
    late = 'set later';
  }
  class After {
    items: number[] = [];
    pick = () => 'a function';
    get total() {
      return this.items.length * 10;
    }
    show() {
      return 'a method';
    }
  }
  const after = new After();
  carry(new Before(), after);
  expect([after.items, after.total, after.show(), after.pick()]).toEqual([[1, 2], 20, 'a method', 'a function']);
  expect(after).toMatchObject({ late: 'set later' });
});

test('a field that can’t be set stays as the constructor made it', () => {
  const make = () => Object.freeze({ kind: 'fixed' });
  const after = make();
  carry(make(), after);
  expect(after).toEqual({ kind: 'fixed' });
});

test('names that mean something to the language are names as others', () => {
  const make = () => ({
    data: JSON.parse('{"__proto__":{"is":"data"},"constructor":1}'),
    nothing: 1 as number | undefined,
  });
  const [from, to] = [make(), make()];
  from.nothing = undefined;
  to.data = {};
  carry(from, to);
  expect(Object.hasOwn(to.data, '__proto__')).toBe(true);
  expect(Object.getPrototypeOf(to.data)).toBe(Object.prototype);
  expect(to).toHaveProperty('nothing', undefined);
});

test('bytes come back in a buffer of their own, as the kind that they were', () => {
  const fields = {
    bytes: new Uint8Array([1, 2, 3]),
    numbers: new Float64Array([0.5]),
    view: new DataView(new Uint8Array([7, 8]).buffer, 1),
    buffer: Buffer.from('é'),
    whole: new Uint16Array([9]).buffer,
  };
  const found = decodeSnapshot(encodeSnapshot({ ...about, fields }, seal), seal)?.fields as typeof fields;
  expect(found.bytes).toEqual(fields.bytes);
  expect(found.numbers).toEqual(fields.numbers);
  expect(found.view.getUint8(0)).toBe(8);
  expect([Buffer.isBuffer(found.buffer), String(found.buffer)]).toEqual([true, 'é']);
  expect(new Uint16Array(found.whole)).toEqual(new Uint16Array([9]));
  expect([found.bytes.buffer.byteLength, found.numbers.buffer.byteLength, found.view.buffer.byteLength]).toEqual([
    3, 8, 1,
  ]);
});
