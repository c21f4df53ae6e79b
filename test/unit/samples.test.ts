// What finds samples and makes modules of them: a check that sees nothing would be green, too.
import { describe, expect, test } from 'vitest';
import { type Known, makeModules } from '../samples/module.ts';
import { examplesOf, readSamples, type Sample } from '../samples/samples.ts';
import { readDocs } from '../samples/sources.ts';

const known: Known = new Map([
  ['html', { from: 'htmx-liveview', isType: false }],
  ['LiveComponent', { from: 'htmx-liveview', isType: false }],
  ['Fields', { from: 'htmx-liveview', isType: true }],
  ['live', { from: 'prelude', isType: false }],
]);
const sample = (code: string, more: Partial<Sample> = {}): Sample => ({
  ...{ file: 'docs/a.md', line: 5, about: 'A', lang: 'ts', code, from: undefined, spared: undefined },
  ...more,
});
const make = (code: string, more?: Partial<Sample>) => makeModules([sample(code, more)], known)[0]?.text ?? '';

describe('documents', () => {
  const read = (text: string) => readSamples('docs/a.md', text.replaceAll("'''", '```'));

  test('fenced blocks of TypeScript and JavaScript are samples, with their first line and heading', () => {
    const found = read("# One\n\n'''ts\na();\nb();\n'''\n\n## Two\n'''js\nc();\n'''\n'''sh\nls\n'''\n'''json\n{}\n'''");
    expect(found.map(({ about, line, lang, code }) => [about, line, lang, code])).toEqual([
      ['One', 4, 'ts', 'a();\nb();'],
      ['Two', 10, 'js', 'c();'],
    ]);
  });

  test('a block in a list, and one whose fence is longer, are read as they are shown', () => {
    const [listed, longer] = read("- like this:\n  '''ts\n  if (x) {\n    y();\n  }\n  '''\n\n''''''ts\n'''\n''''''");
    expect(listed?.code).toBe('if (x) {\n  y();\n}');
    expect(longer?.code).toBe('```');
  });

  test('what is spared says from what, and why; what is a file says which', () => {
    const [check, run, file, plain] = read(
      "'''ts no-check: Deno's\n'''\n'''ts no-run: needs a printer\n'''\n'''ts file=examples/a.ts\n'''\n'''ts {2}\n'''",
    );
    expect(check?.spared).toEqual({ what: 'check', why: "Deno's" });
    expect(run?.spared).toEqual({ what: 'run', why: 'needs a printer' });
    expect(file?.from).toBe('examples/a.ts');
    expect([plain?.spared, plain?.from]).toEqual([undefined, undefined]);
  });
});

describe('docstrings', () => {
  const docs = readDocs(
    'server/a.ts',
    `/** Says.\n * @example say();\n */\nexport interface Sayer {\n  /**\n   * Asks.\n   * @throws never\n   * @example\n   * \`\`\`ts\n   * ask(\n   *   1,\n   * );\n   * \`\`\`\n   */\n  ask(n: number): void;\n}\n`,
  );

  test('they belong to what they stand before', () =>
    expect(docs.map(({ name }) => name)).toEqual(['Sayer', 'Sayer.ask']));

  test('an example is one line, or a block', () => {
    const examples = docs.flatMap(examplesOf);
    expect(examples.map(({ line, code }) => [line, code])).toEqual([
      [2, 'say();'],
      [10, 'ask(\n  1,\n);'],
    ]);
  });

  test('without a block, an example goes on until the next tag', () => {
    const [doc] = readDocs(
      'server/a.ts',
      '/**\n * @example\n * say(\n *   1);\n * @throws never\n */\nexport const say = 1;\n',
    );
    expect(doc && examplesOf(doc)).toEqual([expect.objectContaining({ line: 3, code: 'say(\n  1);' })]);
  });
});

describe('modules', () => {
  test('what is used and known is imported, on the first line; what the sample brings itself is not', () => {
    const text = make('const live = 1;\nconst { html } = view;\nadd({} as Fields, live);');
    expect(text).toMatch(/^import \{ type Fields \} from 'htmx-liveview'; const live = 1;\nconst/);
    expect(make("import { html } from 'lit';\nhtml``")).toMatch(/^import \{ html \} from 'lit';/);
    expect(make('x.html;')).not.toContain('import');
  });

  test('what begins with a member of a class is in one', () => {
    for (const member of [
      'static events = {};',
      'mount() {\n}',
      'async add({ a }: Fields) {\n}',
      '#a = 1;',
      'get x() {\n}',
    ])
      expect(make(member)).toMatch(/^import .*class Sample extends LiveComponent<any, any> \{/);
    for (const other of [
      'if (x) {\n}',
      'async function a() {\n}',
      "test('a', () => {\n});",
      'mount();',
      'const a = () => {};',
    ])
      expect(make(other)).not.toContain('class Sample');
  });

  test('what a line says of its value is asserted', () => {
    expect(make("f('a') // => 1\nawait g(2); // => [2]\nconst a = f(); // => as it is")).toContain(
      "expect(f('a')).toEqual(1);\nexpect(await g(2)).toEqual([2]);\nconst a = f(); // => as it is",
    );
  });

  test('components are exported, so that they can be mounted', () => {
    expect(
      make('class A extends LiveComponent {\n}\nexport class B extends LiveComponent<{}> {\n}\nclass C {}'),
    ).toContain('export const componentsOfSample = [A, B];');
  });

  test('a sample that says its file has it; all of a document are neighbours', () => {
    const [cart, app] = makeModules(
      [sample('// cart.ts\nexport const a = 1;'), sample("import './cart.ts';", { line: 9 })],
      known,
    );
    expect([cart?.path, app?.path]).toEqual(['docs-a/cart.ts', 'docs-a/line-9.ts']);
  });
});
