import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const FOLDERS = ['protocol', 'views', 'server', 'htmx-ext', 'examples'];
/** Which folder may import from which. */
const ALLOWED: Record<string, string[]> = {
  protocol: ['protocol'],
  views: ['views', 'protocol'],
  server: ['server', 'protocol', 'views'],
  'htmx-ext': ['htmx-ext', 'protocol'],
  examples: ['examples'],
};

const root = join(import.meta.dirname, '../..');
const files = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file}`),
);

interface Import {
  readonly from: string;
  readonly isType: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?([^;]*?)\sfrom\s+'([^']+)'/gms);
  return [...found].map(([, type, names = '', from = '']) => {
    const inner = /^\{([^}]*)\}$/s.exec(names.trim())?.[1];
    const allTypes = inner?.split(',').every((name) => !name.trim() || /^type\s/.test(name.trim())) ?? false;
    return {
      from: from.startsWith('.') ? normalize(join(dirname(file), from)) : from,
      isType: Boolean(type) || allTypes,
    };
  });
}

describe('imports', () => {
  test('there are files to look at', () => expect(files.length).toBeGreaterThan(30));

  test.each(files)('%s imports only what its folder may', (file) => {
    const [folder = ''] = file.split('/');
    for (const { from } of importsOf(file)) {
      const target = from.split('/')[0] ?? '';
      if (FOLDERS.includes(target)) expect(ALLOWED[folder]).toContain(target);
      if (folder === 'protocol') expect(from).toMatch(/^protocol\//);
      if (folder === 'htmx-ext') expect(from).toMatch(/^(?:htmx-ext|protocol|@noble)\//);
    }
  });

  test('token, registry, instance, diff, stream and backplane never import each other’s values', () => {
    const parts = ['token', 'registry', 'instance', 'diff', 'stream', 'backplane'].map((name) => `server/${name}.ts`);
    for (const part of parts) {
      const values = importsOf(part).filter(({ isType }) => !isType);
      expect(values.map(({ from }) => from).filter((from) => parts.includes(from))).toEqual([]);
    }
  });

  test.each(['redis', 'cheerio', 'eventsource'])(
    'no value of the package %s is imported by what is published: it is optional',
    (name) => {
      const published = files.filter((file) => !file.startsWith('examples/'));
      const values = published.filter((file) => importsOf(file).some(({ from, isType }) => from === name && !isType));
      expect(values).toEqual([]);
    },
  );

  test('nothing but the test kit imports the test kit', () => {
    const isKit = (file: string) => file.startsWith('server/testing');
    const others = files.filter((file) => !isKit(file) && importsOf(file).some(({ from }) => isKit(from)));
    expect(others).toEqual([]);
  });

  test('only live and settings know of the inspector, and they of its entrance alone', () => {
    const isInside = (file: string) => file.startsWith('server/inspector/');
    const doors = ['server/inspector/inspector.ts', 'server/inspector/option.ts'];
    const others = files.filter((file) => !isInside(file));
    const known = others.flatMap((file) =>
      importsOf(file)
        .filter(({ from }) => isInside(from))
        .map(({ from }) => [file, from] as const),
    );
    expect(known.filter(([, to]) => !doors.includes(to))).toEqual([]);
    expect(new Set(known.map(([file]) => file))).toEqual(
      new Set(['server/index.ts', 'server/live.ts', 'server/settings.ts']),
    );
  });

  test('there is no cycle among values', () => {
    const values = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter((it) => !it.isType && files.includes(it.from))
          .map(({ from }) => from),
      ]),
    );
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, [...path, file].join(' -> ')).not.toContain(file);
      if (done.has(file)) return;
      for (const next of values.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });
});
