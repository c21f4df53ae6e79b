// What the documentation quotes of files is what they say.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { quotesOf, textOf } from '../support/quotes.ts';

const root = join(import.meta.dirname, '../..');
const documents = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`);
const quotes = documents.flatMap((document) => quotesOf(document).map((quote) => ({ document, ...quote })));

test('there are quotes to look at', () => expect(quotes.length).toBeGreaterThan(4));

test.each(quotes)('$document quotes $file as it is', ({ file, text }) => {
  expect(text).toBe(textOf(file));
});
