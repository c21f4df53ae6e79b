import { once } from 'node:events';
import { createGunzip, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptsGzip, Gzip } from '../../server/gzip.ts';

const frame = (n: number) =>
  `id: ${n}\nevent: update\ndata: {"id":"nY2xk9ZrQnSPv3aWm8tLzw","from":${n},"version":${n + 1},"patch":[["r","count","<output id=\\"count\\">${n}</output>"]]}\n\n`;

describe('a compressed stream', () => {
  test('is one gzip file of all that was written', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 3000 })), (texts) => {
        const gzip = new Gzip();
        const parts = [gzip.write(''), ...texts.map((text, at) => gzip.write(text, at === 1)), gzip.end()];
        expect(gunzipSync(Buffer.concat(parts)).toString()).toBe(texts.join(''));
      }),
    );
  });

  test('gives its reader each frame as soon as it comes', async () => {
    const gzip = new Gzip();
    const reader = createGunzip();
    for (const text of [frame(1), 'ä€😀', 'x'.repeat(100_000), frame(2)]) {
      reader.write(gzip.write(text));
      let read = '';
      while (read.length < text.length) read += String((await once(reader, 'data'))[0]);
      expect(read).toBe(text);
    }
  });

  test('takes much less for a frame that is like the one before, and little for one that is not', () => {
    const gzip = new Gzip();
    gzip.write(frame(1));
    expect(gzip.write(frame(2)).length).toBeLessThan(frame(2).length / 4);
    expect(gzip.write('?').length).toBeLessThan(10);
  });

  test('refers to no secret: a guess that is right is no shorter than one that is wrong', () => {
    const lengthOf = (guess: string) => {
      const gzip = new Gzip();
      gzip.write('data: {"key":"Kj3Lq8Zw5Xc7Vb9N"}', true);
      return gzip.write(`data: {"key":"${guess}"}`).length;
    };
    expect(lengthOf('Kj3Lq8Zw5Xc7Vb9N')).toBe(lengthOf('Rt6Yp2Md4Gh1Fs0A'));
  });
});

test.each([
  ['gzip', true],
  ['gzip, deflate, br, zstd', true],
  ['br;q=1.0, GZIP;q=0.8', true],
  ['gzip;q=0.001', true],
  ['deflate,gzip ; q=1', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000', false],
  ['br', false],
  ['gzipped', false],
  ['*', false],
  ['', false],
  [undefined, false],
])('Accept-Encoding: %s allows gzip: %s', (header, allows) => {
  expect(acceptsGzip(header)).toBe(allows);
});
