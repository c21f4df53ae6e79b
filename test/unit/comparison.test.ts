// docs/comparison.md is held to its word: each claim about this project links to the test or the figures that show it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const page = join(import.meta.dirname, '../../docs/comparison.md');
const rows = readFileSync(page, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| **htmx-liveview**'));
const cells = rows.flatMap((row) => row.split('|').slice(2, -1));
const links = rows.flatMap((row) => [...row.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?(?: "([^"]+)")?\)/g)]);

test('every claim about this project has a link to what shows it', () => {
  expect(rows.length).toBeGreaterThan(5);
  for (const cell of cells) expect(cell).toMatch(/\]\(\S+/);
});

test.each(links.map(([, path = '', title]) => [title ?? 'the figures', path] as const))(
  '%s: %s is there',
  (title, path) => {
    const target = join(dirname(page), path);
    expect(existsSync(target)).toBe(true);
    if (path.endsWith('.test.ts')) expect(readFileSync(target, 'utf8')).toContain(title);
  },
);

test('the page says of which day it is', () => {
  expect(readFileSync(page, 'utf8')).toMatch(/^As of 20\d\d-\d\d-\d\d\./m);
});
