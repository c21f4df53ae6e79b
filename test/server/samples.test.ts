// Every public export has a docstring with an example; every example and every sample of the documents compiles, and runs (docs/contributing.md).
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { compile, FOLDER, writeModules } from '../samples/compile.ts';
import { type Known, type Made, makeModules, PRELUDE } from '../samples/module.ts';
import * as prelude from '../samples/prelude.ts';
import { run } from '../samples/run.ts';
import { examplesOf, type Sample, samplesOfDocuments, samplesOfSources } from '../samples/samples.ts';
import { bareMembers, entryPoints, exportsOf, missingEntryPoints, read } from '../samples/sources.ts';
import { Redis } from '../support/redis.ts';
import { hasRedis } from '../support/redis-server.ts';

const entries = Object.entries(entryPoints());
const exported = entries.flatMap(([from, file]) => exportsOf(file).map((it) => ({ ...it, from })));

const preludeTypes = [...read('test/samples/prelude.ts').matchAll(/^export interface (\w+)/gm)].map(([, name]) => name);

/** What samples may use without saying where it comes from; the prelude's before the package's. */
const known: Known = new Map([
  ...exported.toReversed().map(({ name, from, isType }) => [name, { from, isType }] as const),
  ...Object.keys(prelude).map((name) => [name, { from: PRELUDE, isType: false }] as const),
  ...preludeTypes.map((name = '') => [name, { from: PRELUDE, isType: true }] as const),
]);
const all = [...samplesOfSources(), ...samplesOfDocuments()];
const samples = makeModules(
  all.filter(({ from }) => from === undefined),
  known,
);
const titled = samples.map((made) => [`${made.sample.file}:${made.sample.line} ${made.sample.about}`, made] as const);

/** Samples that are wrong, each with what is said of it: they show that the check sees something. */
const WRONG: readonly (readonly [code: string, said: string])[] = [
  ['const one = 1;\nconst two: string = one;', ":2: TS2322: Type 'number' is not assignable to type 'string'."],
  [
    'nobody();',
    ":1: TS2304: Cannot find name 'nobody'. Import it, declare it in the sample, or see docs/contributing.md",
  ],
  ['limits: { burst: 3 }', ':1: TS7028: Unused label.'],
  ['const one = ;', ':1: TS1109: Expression expected.'],
  ["const one = 1;\nif (one) throw new Error('on purpose');", ':2 (Wrong): on purpose'],
  ['live.stats().streams; // => 1', ':1 (Wrong): expected +0 to deeply equal 1'],
  ["test('one', async () => {\n  expect(view.text).toBe('');\n});", ':2 (Wrong): expected'],
  ['render() { return html`${{}}`; }', ' (Sample was mounted, with session { start: 0'],
  [
    "app.get('/', (_, res) => { res.sendStatus(500); });\napp.listen(3000);",
    ':1 (Wrong): its server answers GET / with 500',
  ],
  ["setTimeout(() => console.error('late'));\nawait fetch(url);", ':1 (Wrong): console.error: late'],
];
const wrong = WRONG.map(([code, said], at) => {
  const sample = {
    file: `docs/wrong-${at}.md`,
    line: 1,
    about: 'Wrong',
    lang: 'ts',
    from: undefined,
    spared: undefined,
  } as const;
  return [said, makeModules([{ ...sample, code }], known)[0] as Made] as const;
});

/** The README's app, with the changes that it names for TypeScript. */
const program = all.find(({ file, lang }) => file === 'README.md' && lang === 'js') as Sample;
const changed = program.code
  .replace('extends LiveComponent {', 'extends LiveComponent<{ start: number }> {')
  .replace(
    /const \{ (\w+), (\w+) \} = process\.env;/,
    "const [$1, $2] = [process.env.$1 ?? '', process.env.$2 ?? ''];",
  );
const [typed] = makeModules([{ ...program, file: 'README-typed.md', lang: 'ts', code: changed }], known) as [Made];

describe('public exports', () => {
  test('there are some, and no entry point is forgotten', () => {
    expect(exported.length).toBeGreaterThan(70);
    expect(missingEntryPoints()).toEqual([]);
  });

  test.each(exported.map((it) => [`${it.name} of ${it.from}`, it] as const))(
    '%s has a docstring, with an example',
    (_, it) => {
      const place = `${it.file}:${it.line} ${it.name}`;
      expect(it.doc?.lines.join('').trim(), `${place} has no docstring`).toBeTruthy();
      expect(it.doc && examplesOf(it.doc).length, `${place} has no @example`).toBeGreaterThan(0);
      expect(bareMembers(it), 'members without a docstring').toEqual([]);
    },
  );
});

describe('samples', () => {
  let errors: Map<string, string[]>;
  let redis: Redis | undefined;

  beforeAll(async () => {
    Object.assign(process.env, { SESSION_SECRET: 'x'.repeat(32), LIVE_SECRET: 'y'.repeat(32) });
    if (hasRedis()) redis = await Redis.start();
    if (redis) process.env.REDIS_URL = redis.url;
    else console.log('Not run: the samples that need Redis, because redis-server is not installed.');
    const made = [...samples, typed, ...wrong.map(([, one]) => one)];
    writeModules(made);
    errors = compile(made);
  }, 60_000);
  afterAll(async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {}); // samples leave servers behind, which miss their Redis
    await redis?.stop();
    rmSync(FOLDER, { recursive: true, force: true });
  });

  test('there are some, of both kinds', () => {
    expect(samples.filter(({ sample }) => sample.file.endsWith('.ts')).length).toBeGreaterThan(70);
    expect(samples.filter(({ sample }) => sample.file.endsWith('.md')).length).toBeGreaterThan(15);
  });

  test('few are spared, each with its reason', () => {
    const spared = samples.filter(({ sample }) => sample.spared);
    for (const { sample } of spared)
      expect(
        sample.spared?.why,
        `${sample.file}:${sample.line} says no reason after no-${sample.spared?.what}:`,
      ).toMatch(/\w/);
    expect(spared.length).toBeLessThan(5);
  });

  test('no two have one file', () => {
    const paths = samples.map(({ path }) => path);
    expect(paths.filter((path, at) => paths.indexOf(path) !== at)).toEqual([]);
  });

  /** Rejects with what is wrong with a sample. */
  async function check(made: Made): Promise<void> {
    const { spared } = made.sample;
    const found = errors.get(made.path);
    if (found && spared?.what !== 'check') throw new Error(found.join('\n'));
    if (spared || (!redis && /redis/i.test(made.sample.code))) return;
    await run(made);
  }

  test.each(titled)('%s', (_, made) => check(made));

  test('the app of the README is TypeScript with the changes that it names', () => check(typed));

  test.each(wrong)('one that is wrong is told: %s', async (said, made) => {
    const message = await check(made).catch((error: Error) => error.message);
    expect(message).toContain(`${made.sample.file}:`);
    expect(message).toContain(said);
  });
});
