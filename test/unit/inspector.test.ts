// What the inspector shows of values, and what it hides; how much it keeps.
import { LiveError } from 'htmx-liveview';
import { describe, expect, test, vi } from 'vitest';
import type { Entry } from '../../server/inspector/entries.ts';
import { Ring } from '../../server/inspector/entries.ts';
import { readInspector } from '../../server/inspector/option.ts';
import { REDACTED, redaction } from '../../server/inspector/redact.ts';
import { type Hiding, type Picture, picture, picturePayload } from '../../server/inspector/state.ts';
import { Totals } from '../../server/inspector/totals.ts';

const never: Hiding = { name: () => false, text: () => false };
/** A picture as one text: `key: text { … }`. */
const write = ({ key, text, entries, more = 0 }: Picture): string =>
  `${key}: ${text}${entries ? ` { ${entries.map(write).join('; ')} }` : ''}${more > 0 ? ` +${more}` : ''}`;
const paint = (value: unknown, hiding = never) =>
  write(picturePayload({ value }, hiding)).slice(': Object { '.length, -2);

describe('a picture of state', () => {
  class Cart {
    items = [1];
    #private = 'unseen';
    get total(): number {
      throw new Error(this.#private);
    }
  }
  const circle: Record<string, unknown> = {};
  circle.self = circle;

  test.each([
    [
      'texts, numbers, words',
      ['a"b', -0, 7n, true, null, undefined],
      'value: Array(6) { 0: "a\\"b"; 1: -0; 2: 7n; 3: true; 4: null; 5: undefined }',
    ],
    [
      'a Map, with its keys',
      new Map<unknown, unknown>([
        ['a', 1],
        [{}, 2],
      ]),
      'value: Map(2) { a: 1; Object: 2 }',
    ],
    ['a Set', new Set(['x']), 'value: Set(1) { 0: "x" }'],
    ['a date', new Date(0), 'value: 1970-01-01T00:00:00.000Z'],
    ['a date that is none', new Date(Number.NaN), 'value: Invalid Date'],
    ['an error', new TypeError('no'), 'value: TypeError: no'],
    [
      'a class by its name, without what is private or behind a getter',
      new Cart(),
      'value: Cart { items: Array(1) { 0: 1 } }',
    ],
    ['what goes in circles', circle, 'value: Object { self: (circular) }'],
    ['holes of a list', Object.assign([], { 1: 1 }), 'value: Array(2) { 0: undefined; 1: 1 }'],
    ['what has no prototype', Object.create(null), 'value: Object, empty'],
    [
      'code',
      [() => {}, Promise.resolve(), Symbol('s'), new Uint8Array(9)],
      'value: Array(4) { 0: function; 1: Promise; 2: Symbol(s); 3: bytes }',
    ],
  ])('shows %s', (_, value, expected) => expect(paint(value)).toBe(expected));

  test('runs none of the app’s code: no getter, no Proxy, no toString, no iterator', () => {
    const called = vi.fn((): never => {
      throw new Error('called');
    });
    const trap = new Proxy(
      {},
      { get: called, ownKeys: called, getPrototypeOf: called, getOwnPropertyDescriptor: called },
    );
    class Sly extends Map<string, unknown> {
      override get size(): number {
        return called();
      }
      override [Symbol.iterator](): never {
        return called();
      }
      override entries(): never {
        return called();
      }
      override get [Symbol.toStringTag](): string {
        return called();
      }
    }
    const withGetter = Object.defineProperties(
      {},
      { a: { get: called, enumerable: true }, toString: { value: called } },
    );
    const badName = Object.create(Object.defineProperty({}, 'constructor', { get: called }));
    const odd = { trap, sly: new Sly([['k', trap]]), withGetter, badName, nested: Object.create(trap) };
    expect(paint(odd)).toBe(
      'value: Object { trap: Proxy; sly: Map(1) { k: Proxy }; withGetter: Object { a: (getter) }; badName: Object, empty; nested: Proxy, empty }',
    );
    expect(called).not.toHaveBeenCalled();
  });

  test('is bounded in depth, in length, in text, and altogether', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 50; level++) deep = [deep];
    expect(paint(deep)).not.toContain('bottom');
    expect(paint(Array.from({ length: 5_000 }, () => 1))).toMatch(/99: 1 } \+4900$/);
    expect(paint(new Set(Array(150).keys()))).toMatch(/99: 99 } \+50$/);
    expect(paint('x'.repeat(1_000))).toBe(`value: "${'x'.repeat(200)}" and 800 more`);
    expect(paint(`${'x'.repeat(199)}😀`)).toBe(`value: "${'x'.repeat(199)}" and 1 more`);
    const wide = Array.from({ length: 100 }, () => Array.from({ length: 100 }, () => 1));
    expect(paint(wide).length).toBeLessThan(20_000);
  });

  test('is bounded for words and numbers, too', () => {
    expect(paint(Symbol('x'.repeat(1_000))).length).toBeLessThan(220);
    expect(paint(10n ** 1_000n).length).toBeLessThan(220);
  });

  test('hides a value whose name stands beside it', () => {
    const hiding = { name: redaction([]), text: () => false };
    const form = new Map([
      ['user', 'ada'],
      ['password', 'hunter2'],
    ]);
    expect(paint([...form], hiding)).toBe(
      'value: Array(2) { 0: Array(2) { 0: "user"; 1: "ada" }; 1: Array(2) { 0: "password"; 1: «redacted» } }',
    );
    expect(paint({ name: 'X-Api-Key', value: 'k' }, hiding)).toBe(
      'value: Object { name: "X-Api-Key"; value: «redacted» }',
    );
    expect(paint({ key: 'pinCode', value: { deep: 7 } }, hiding)).toContain('value: «redacted»');
  });

  test('hides values of secret names at any depth, in objects, Maps and fields, and texts that are somebody’s session', () => {
    const hiding = { name: redaction(['IBAN', /^diag/g]), text: (text: string) => text === 'sid-1' };
    const shown = write(
      picture(
        [
          ['password', { value: 'hunter2' }],
          [
            'user',
            { value: { API_Key: 'k', 'x-auth-token': 't', iban: 'i', diagnosis: 'd', diagram: 'd', name: 'Ada' } },
          ],
          [
            'headers',
            {
              value: new Map([
                ['Set-Cookie', 'c'],
                ['accept', '*'],
              ]),
            },
          ],
          ['owner', { value: 'sid-1' }],
          ['bySession', { value: { 'sid-1': 3 } }],
          ['secret', { get: () => 'never asked' }],
        ],
        hiding,
      ),
    );
    expect(shown).toBe(
      `: Object { password: ${REDACTED}; user: Object { API_Key: ${REDACTED}; x-auth-token: ${REDACTED}; iban: ${REDACTED}; diagnosis: ${REDACTED}; diagram: ${REDACTED}; name: "Ada" }; headers: Map(2) { Set-Cookie: ${REDACTED}; accept: "*" }; owner: ${REDACTED}; bySession: Object { ${REDACTED}: 3 }; secret: ${REDACTED} }`,
    );
  });

  test.each([
    'password',
    'userPassword',
    'passwd',
    'clientSecret',
    'csrfToken',
    'apiKey',
    'api_key',
    'Authorization',
    'cookie',
    'sessionID',
    'pin',
    'jwt',
  ])('takes %s for secret', (name) => expect(redaction([])(name)).toBe(true));
  test.each(['name', 'email', 'author', 'passenger', 'spinner', 'count', 'opinion', 'side', 'id'])(
    'takes %s for no secret',
    (name) => expect(redaction([])(name)).toBe(false),
  );
});

describe('what is kept', () => {
  const entry = (number: number, at = 0, ms = 1) =>
    ({ kind: 'event', number, at, about: { component: 'a', id: 'i', name: 'n', status: 200, ms } }) as Entry;

  test('is the last entries, the newest first', () => {
    const ring = new Ring(3);
    expect(ring.newest()).toEqual([]);
    for (let number = 1; number <= 2; number++) ring.add(entry(number));
    expect(ring.newest().map(({ number }) => number)).toEqual([2, 1]);
    for (let number = 3; number <= 7; number++) ring.add(entry(number));
    expect(ring.newest().map(({ number }) => number)).toEqual([7, 6, 5]);
  });

  test('is one minute of sums, which older ones leave', () => {
    let now = 1_000_000;
    const totals = new Totals({ now: () => now } as never);
    totals.add(entry(1, now, 40));
    now += 1_000;
    expect(totals.minute()).toMatchObject({ slowest: 40, eventRate: 0.2 });
    expect(totals.minute().events.at(-1)).toBe(1);
    now += 61_000;
    expect(totals.minute()).toMatchObject({ slowest: 0, eventRate: 0, bad: 0 });
    expect(totals.components.get('a')).toMatchObject({ events: 1, slowestEvent: 40 });
  });
});

describe('the option', () => {
  test.each([undefined, false])('%s means no inspector', (given) => expect(readInspector(given)).toBeUndefined());
  test.each([
    ['a text', 'yes', /must be true, false or \{ authorize, redact, htmx \}; got "yes"/],
    ['null', null, /got null/],
    ['an unknown name', { authorise: () => true }, /has only authorize, redact, htmx; got "authorise"/],
    ['authorize: true', { authorize: true }, /inspector\.authorize must be a function/],
    ['a rule that is none', { redact: [''] }, /inspector\.redact must be a list of names and RegExps.*got \[""\]/],
    ['one rule', { redact: /x/ }, /got \/x\//],
    ['another site’s htmx', { htmx: '//cdn.test/htmx.js' }, /inspector\.htmx must be a path of the app/],
    ['a relative htmx', { htmx: 'htmx.js' }, /such as '\/htmx\.min\.js'/],
  ])('refuses %s, with the cure', (_, given, message) => {
    const read = () => readInspector(given as never);
    expect(read).toThrow(LiveError);
    expect(read).toThrow(message);
    expect(read).toThrow('ERR_LIVE_INSPECTOR');
  });
});
