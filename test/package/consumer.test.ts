// Projects that install the tarball from an empty folder, as users do: in ES modules, in CommonJS, and in TypeScript.
import { type ExecFileException, execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, inject, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { tarball } = inject('packed');
const folder = mkdtempSync(join(tmpdir(), 'liveview-consumer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = async (file: string, ...args: string[]) => {
  const { stdout, stderr } = await promisify(execFile)(file, args, { cwd: folder });
  return { stdout: stdout.trim(), stderr: stderr.trim() };
};
const node = (...args: string[]) => run(process.execPath, ...args);

/** What a consumer installs beside it, in the versions that this project has. */
const BESIDE = [
  'express',
  'express-session',
  'cheerio',
  'eventsource',
  '@types/express',
  '@types/express-session',
  '@types/node',
];

async function install(): Promise<boolean> {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const packages = BESIDE.map((name) => `${name}@${devDependencies[name]}`);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  cpSync(join(root, 'test/package/consumer'), folder, { recursive: true });
  const { stderr } = await run(
    'npm',
    ...['install', '--prefer-offline', '--no-audit', '--no-fund', tarball, ...packages],
  ).catch((error: ExecFileException) => ({ stderr: String(error.stderr) }));
  const isOffline = /code (?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT)/.test(stderr);
  if (isOffline && !process.env.CI) console.log('Skipped: the consumer projects, because npm reaches no registry.');
  else expect(stderr).toBe('');
  return !isOffline;
}
const isInstalled = await install();

/** Compiles the TypeScript of the folder with this project's compiler, and checks every declaration on the way. */
const compile = (...options: string[]) =>
  node(
    join(root, 'node_modules/typescript/bin/tsc'),
    ...['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'],
    ...['--target', 'es2022', '--lib', 'es2023,dom,dom.iterable', '--types', 'node', ...options, 'app.ts', 'page.ts'],
  ).catch((error) => error.stdout as string);

test.skipIf(!isInstalled).each(['app.mjs', 'app.cjs'])('%s renders, opens its stream, and clicks', async (file) => {
  expect(await node(file)).toEqual({ stdout: 'Count: 6 200 iveview/dist/liveview.js', stderr: '' });
});

test.skipIf(!isInstalled)('app.ts is compiled by the rules of Node, and runs', async () => {
  expect(await compile('--module', 'nodenext', '--outDir', 'out')).toEqual({ stdout: '', stderr: '' });
  const { stdout, stderr } = await node('out/app.js');
  expect(stdout).toBe('Count: 6 by Ada 200 Counter of Ada');
  expect(stderr).toBe('');
});

test.skipIf(!isInstalled)('app.ts is compiled by the rules of bundlers', async () => {
  const bundler = ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit'];
  expect(await compile(...bundler)).toEqual({ stdout: '', stderr: '' });
});

test.skipIf(!isInstalled)('a stack leads to the sources, and shows the line', async () => {
  const program = "require('htmx-liveview').liveview({ secret: 'short' })";
  const { stderr } = await node('--enable-source-maps', '--input-type=commonjs', '-e', program).catch((error) => error);
  const [, path = '', line = ''] = /at readComponents \(.*?htmx-liveview\/(server\/\w+\.ts):(\d+):/.exec(stderr) ?? [];
  expect(path).toBe('server/check.ts');
  const source = readFileSync(join(root, path), 'utf8').split('\n')[Number(line) - 1] ?? '';
  expect(source).toContain('new LiveError(');
  expect(stderr).toContain(source);
});
