// What the documentation quotes of files is what they say.
import { expect, test } from 'vitest';
import { filesBelow } from '../samples/sources.ts';
import { quotesOf, textOf } from '../support/quotes.ts';

const documents = ['README.md', ...filesBelow('docs', '.md')];
const quotes = documents.flatMap((document) => quotesOf(document).map((quote) => ({ document, ...quote })));

test('there are quotes to look at', () => expect(quotes.length).toBeGreaterThan(4));

test.each(quotes)('$document quotes $file as it is', ({ file, text }) => {
  expect(text).toBe(textOf(file));
});
