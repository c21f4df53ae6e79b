// What npm publishes: nothing is missing, nothing is too much, and nothing tells of the machine that built it.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { tarball, folder } = inject('packed');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((it) => it.isFile())
  .map((it) => join(it.parentPath, it.name).slice(folder.length + 1))
  .sort();
const manifest = JSON.parse(read('package.json'));

/** What is in it beside what is built of each source. */
const BESIDE = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'bin/htmx-liveview.mjs',
  'dist/hub.js',
  'dist/liveview-sha.js',
  'dist/liveview-tools.js',
  'dist/liveview.d.ts',
  'dist/liveview.html-data.json',
  'dist/liveview.js',
  'dist/liveview.js.map',
  'dist/liveview.min.js',
  'dist/liveview.min.js.map',
  'dist/web-types.json',
  'package.json',
];
/** What a page's own scripts see of the extension, as types. */
const PAGE = ['dist/htmx-ext/public.d.ts', 'dist/htmx-ext/tools-api.d.ts'];

/** The starter, as it is copied out: all of it that git knows. */
const STARTER = execFileSync('git', ['ls-files', 'examples/starter'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');

/** What is built of the server's sources: of TypeScript a program, its map and its types; everything else is as it is. */
function builtOf(part: string): string[] {
  const sources = readdirSync(join(root, part), { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
  return sources.flatMap((it) => {
    const path = `dist/${join(it.parentPath, it.name).slice(root.length + 1)}`;
    return path.endsWith('.ts') ? ['.js', '.js.map', '.d.ts'].map((end) => path.slice(0, -3) + end) : [path];
  });
}

describe('what is in it', () => {
  test('is what is built of each source, what the page needs, and the words that npm shows', () => {
    expect(files).toEqual([...BESIDE, ...PAGE, ...STARTER, ...['protocol', 'server', 'views'].flatMap(builtOf)].sort());
  });

  test('is each file that package.json names', () => {
    const named = (value: unknown): string[] =>
      typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(named);
    const { main, types, exports, sideEffects, 'web-types': hints } = manifest;
    const all = named([main, types, exports, sideEffects, hints]).map(normalize);
    expect(all.length).toBeGreaterThan(12);
    expect(all.filter((file) => !files.includes(file))).toEqual([]);
  });

  test('says nothing of the machine that built it', () => {
    const places = [root, homedir(), tmpdir()].filter((place) => place.length > 1).map((place) => `${place}/`);
    const telling = files.filter((file) => places.some((place) => read(file).includes(place)));
    expect(telling).toEqual([]);
  });
});

describe('its source maps', () => {
  const mapped = files.filter((file) => /^\/\/# sourceMappingURL=/m.test(file.endsWith('.js') ? read(file) : ''));
  const mapOf = (file: string) => JSON.parse(read(`${file}.map`));

  test('are there for each file that names one, and for no other', () => {
    expect(mapped.map((file) => `${file}.map`)).toEqual(files.filter((file) => file.endsWith('.map')));
    for (const file of mapped) expect(read(file).trimEnd()).toMatch(/\/\/# sourceMappingURL=[\w.-]+\.js\.map$/);
    expect(mapped).toEqual(expect.arrayContaining(['dist/liveview.js', 'dist/liveview.min.js', 'dist/server/live.js']));
  });

  test('bring their sources, letter by letter, under the paths that the project knows', () => {
    for (const file of mapped) {
      const { sources, sourcesContent, sourceRoot = '' } = mapOf(file);
      expect(sourceRoot).toBe('');
      for (const [at, source] of sources.entries()) {
        const path = normalize(join(dirname(file), source));
        expect(path).toMatch(/^(?:htmx-ext|protocol|server|views)\/[\w/-]+\.ts$/);
        expect(sourcesContent?.[at], `${file}: ${path}`).toBe(readFileSync(join(root, path), 'utf8'));
      }
    }
  });

  test.each(['dist/liveview.js', 'dist/liveview.min.js'])(
    '%s: a place in it leads to its line in the source',
    (file) => {
      const text = 'htmx is not on this page';
      const before = read(file).split(text)[0]?.split('\n') ?? [];
      const { originalSource, originalLine } = new SourceMap(mapOf(file)).findEntry(
        before.length - 1,
        before.at(-1)?.length ?? 0,
      ) as { originalSource: string; originalLine: number };
      expect(normalize(join('dist', originalSource))).toBe('htmx-ext/index.ts');
      expect(readFileSync(join(root, 'htmx-ext/index.ts'), 'utf8').split('\n')[originalLine]).toContain(text);
    },
  );
});

test('publint has nothing to say', async () => {
  const { messages } = await publint({ pkgDir: folder, pack: false, strict: true, level: 'suggestion' });
  expect(messages.map((message) => formatMessage(message, manifest, { color: false }))).toEqual([]);
});

/**
 * What of are-the-types-wrong does not count, and why. `node10`: TypeScript's old resolution knows no `exports`; TypeScript 7 no longer has it.
 * `CJSResolvesToESM`: `require` gets an ES module, as every Node that is supported allows; test/package/consumer does it.
 */
const isMeant = (problem: object) =>
  ('resolutionKind' in problem && problem.resolutionKind === 'node10') ||
  ('kind' in problem && problem.kind === 'CJSResolvesToESM');

test('the types are right', async () => {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
  if (!result.types) throw new Error('there are no types at all');
  expect(Object.keys(result.entrypoints)).toEqual(Object.keys(manifest.exports));
  expect(result.problems.filter((problem) => !isMeant(problem))).toEqual([]);
}, 120_000);
