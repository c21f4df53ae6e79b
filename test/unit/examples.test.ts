// Every example of the gallery is in the docs, with a picture: after a new one, add it to docs/examples.md and to scripts/screenshots.mjs, and run
// npm run screenshots.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { examples, SOURCES, sourcesOf } from '../../examples/list.ts';

const root = join(import.meta.dirname, '../..');
const docs = readFileSync(join(root, 'docs/examples.md'), 'utf8');

describe.each(examples)('the example $path', (example) => {
  const name = example.path.slice(1);

  test('is in the docs, with its picture and its source', () => {
    expect(docs).toContain(`### [${example.name}](../examples/${name}/)`);
    expect(docs).toMatch(new RegExp(`!\\[[^\\]]+\\]\\(images/${name}\\.png\\)`));
  });

  test('has a small picture', () => {
    const picture = readFileSync(join(root, `docs/images/${name}.png`));
    expect(picture.readUInt32BE(16)).toBeLessThanOrEqual(800); // a PNG's width
    expect(picture.length).toBeLessThan(60_000);
  });

  test('is short, and has all its sources', () => {
    for (const file of sourcesOf(example)) {
      expect(existsSync(join(SOURCES, file)), file).toBe(true);
      expect(readFileSync(join(SOURCES, file), 'utf8').split('\n').length, file).toBeLessThan(150);
    }
  });
});
