// Every public export has a docstring with an example; every example and every sample of the documents compiles, and runs (docs/contributing.md).
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { compile, FOLDER, writeModules } from '../samples/compile.ts';
import { type Known, makeModules, PRELUDE } from '../samples/module.ts';
import * as prelude from '../samples/prelude.ts';
import { isForBrowser, run } from '../samples/run.ts';
import { examplesOf, samplesOfDocuments, samplesOfSources } from '../samples/samples.ts';
import { bareMembers, entryPoints, exportsOf, read } from '../samples/sources.ts';
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
const samples = makeModules([...samplesOfSources(), ...samplesOfDocuments()], known);
const titled = samples.map((made) => [`${made.sample.file}:${made.sample.line} ${made.sample.about}`, made] as const);

describe('public exports', () => {
  test('there are some', () => expect(exported.length).toBeGreaterThan(70));

  test.each(exported.map((it) => [`${it.name} of ${it.from}`, it] as const))(
    '%s has a docstring, with an example',
    (_, it) => {
      const place = `${it.file}:${it.line} ${it.name}`;
      expect(it.doc?.lines.join('').trim(), `${place} has no docstring`).toBeTruthy();
      expect(it.doc && examplesOf(it.doc), `${place} has no @example`).not.toEqual([]);
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
    writeModules(samples);
    errors = compile(samples);
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
        `${sample.file}:${sample.line} says no reason after no-${sample.spared?.from}:`,
      ).toMatch(/\w/);
    expect(spared.length).toBeLessThan(5);
  });

  test('no two have one file', () => {
    const paths = samples.map(({ path }) => path);
    expect(paths.filter((path, at) => paths.indexOf(path) !== at)).toEqual([]);
  });

  test.each(titled)('%s', async (_, made) => {
    const { spared } = made.sample;
    if (spared?.from === 'check') return;
    const wrong = errors.get(made.path);
    if (wrong) expect.fail(wrong.join('\n'));
    if (spared || isForBrowser(made) || (!redis && /redis/i.test(made.sample.code))) return;
    await run(made);
  });
});
