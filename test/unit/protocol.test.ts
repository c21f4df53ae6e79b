import { createHmac } from 'node:crypto';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  gatherFields,
  readEventQuery,
  readForm,
  readSubscribe,
  readUnsubscribe,
  writeEventQuery,
} from '../../protocol/event.ts';
import { encodeFrame, numberFrame, parseFrames } from '../../protocol/frame.ts';
import { readSignature, signatureBase, signRequest } from '../../protocol/signature.ts';

describe('frames', () => {
  test('any JSON text survives a standard parser and ours', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (html) => {
        const sent = numberFrame(7, encodeFrame('update', JSON.stringify({ html })));
        const standard: unknown[] = [];
        createParser({ onEvent: (event) => standard.push(event) }).feed(sent);
        const expected = JSON.stringify({ html });
        expect(standard).toEqual([{ id: '7', event: 'update', data: expected }]);
        expect(parseFrames(sent)).toEqual([{ id: '7', event: 'update', data: JSON.parse(expected) }]);
      }),
    );
  });

  test('a frame that is cut off, and one with broken JSON, are left out', () => {
    const whole = encodeFrame('beat', '{"time":1}');
    expect(parseFrames(`${whole}event: update\ndata: {"a`)).toHaveLength(1);
    expect(parseFrames(`event: update\ndata: {\n\n${whole}`)).toHaveLength(1);
  });

  test('all line ends of the standard are read', () => {
    expect(parseFrames('event: beat\r\ndata: 1\r\n\r\nevent: beat\rdata: 2\r\r').map(({ data }) => data)).toEqual([
      1, 2,
    ]);
  });
});

describe('signatures', () => {
  test('the base of RFC 9421 B.2.5 gives its hmac-sha256 signature', () => {
    const key = Buffer.from(
      'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
      'base64',
    );
    const base = signatureBase(
      [
        ['date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
        ['@authority', 'example.com'],
        ['content-type', 'application/json'],
      ],
      '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    );
    expect(createHmac('sha256', key).update(base).digest('base64')).toBe(
      'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
    );
  });

  const signed = (...given: Parameters<typeof signRequest>) => {
    const { base, headers } = signRequest(...given);
    return headers(createHmac('sha256', 'k').update(base).digest('base64'));
  };
  const request = { method: 'POST', query: '?a=1', type: 'text/plain', digest: 'sha-256=:AA==:' };

  test('what was signed is read back', () => {
    const headers = signed(request, { created: 1618884473, keyid: 'abc-1', tag: 'event' });
    const found = readSignature(headers['Signature-Input'], headers.Signature);
    expect(found?.params).toEqual({ created: 1618884473, keyid: 'abc-1', tag: 'event' });
    expect(found?.mac).toHaveLength(44);
  });

  test('a body without a digest is signed without one', () => {
    const { digest, ...rest } = request;
    const headers = signed(rest, { created: 1, keyid: 'a', tag: 'event' });
    expect(headers['Content-Digest']).toBeUndefined();
    expect(readSignature(headers['Signature-Input'], headers.Signature)?.text).not.toContain('content-digest');
  });

  test('any other form is no signature', () => {
    const { 'Signature-Input': input = '', Signature: signature = '' } = signed(request, {
      created: 1,
      keyid: 'a',
      tag: 'event',
    });
    const other = [
      input.replace('"@query" ', ''),
      input.replace('created=1;', ''),
      `${input};alg="none"`,
      `${input}, x=()`,
      input.replace('lv=', 'sig='),
      '',
    ];
    for (const changed of other) expect(readSignature(changed, signature)).toBeUndefined();
    for (const changed of [signature.slice(0, -2), signature.replace('lv', 'x'), ''])
      expect(readSignature(input, changed)).toBeUndefined();
    expect(readSignature(undefined, undefined)).toBeUndefined();
  });
});

describe('events', () => {
  const head = { id: 'a-1', viewer: 'v', name: 'set', number: 3, epoch: 'e', version: 2 };

  test('a head is read as it was written', () => {
    const query = writeEventQuery({ ...head, field: 'tags[]' });
    expect(readEventQuery(new URLSearchParams(query))).toEqual({ ...head, field: 'tags[]' });
  });

  test.each(['id', 'viewer', 'name', 'n', 'epoch', 'have'])('a head without %s is refused', (missing) => {
    const query = new URLSearchParams(writeEventQuery(head));
    query.delete(missing);
    expect(readEventQuery(query)).toBeUndefined();
  });

  test.each([
    ['n', '0'],
    ['n', '-1'],
    ['n', '1e3'],
    ['n', '9'.repeat(20)],
    ['id', '../x'],
    ['id', 'x'.repeat(65)],
    ['name', 'x'.repeat(200)],
  ])('a head with %s=%s is refused', (key, value) => {
    const query = new URLSearchParams(writeEventQuery(head));
    query.set(key, value);
    expect(readEventQuery(query)).toBeUndefined();
  });

  test('repeated names become arrays, and a name that ends in [] always is one', () => {
    expect({ ...readForm('a=1&b=1&b=2&c[]=1') }).toEqual({ a: '1', b: ['1', '2'], c: ['1'] });
  });

  test('a field may have any name, and none reaches a prototype', () => {
    const fields = readForm('__proto__=1&constructor=2&toString=3');
    expect(Object.keys(fields ?? {})).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(fields)).toBeNull();
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  test('too many fields are refused', () => {
    expect(gatherFields(Array.from({ length: 1001 }, () => ['a', 'b'] as const))).toBeUndefined();
  });

  test('no text makes a reader throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        readSubscribe(text);
        readUnsubscribe(text);
        readForm(text);
        readEventQuery(new URLSearchParams(text));
        parseFrames(text);
      }),
    );
  });

  test('a subscribe with a wrong type anywhere is refused', () => {
    const item = { id: 'a', component: 'c', session: 's' };
    const good = { viewer: 'v', url: 'http://x/', components: [item] };
    expect(readSubscribe(JSON.stringify(good))).toEqual(good);
    const bad = [
      { ...good, viewer: 1 },
      { ...good, url: null },
      { ...good, components: {} },
      { ...good, components: [{ ...item, id: {} }] },
      [],
      null,
      1,
    ];
    for (const value of bad) expect(readSubscribe(JSON.stringify(value))).toBeUndefined();
  });
});
