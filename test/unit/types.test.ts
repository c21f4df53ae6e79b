// What the compiler says of faults: the sentences that test/types/faults.ts quotes, each at its line.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const source = readFileSync(join(root, 'test/types/faults.ts'), 'utf8').split('\n');
const MARK = /^\s*\/\/ @ts-expect-error: "(.*)"$/;
/** What is quoted, with the number of the line that it is said of: the next one. */
const quoted = source.flatMap((line, at) => {
  const [, text] = MARK.exec(line) ?? [];
  return text === undefined ? [] : [{ text, line: at + 2 }];
});

const folder = mkdtempSync(join(tmpdir(), 'liveview-types-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** All that the compiler says of the file where nothing is expected, by the numbers of its lines. */
function compile(): Map<number, string> {
  mkdirSync(join(folder, 'test'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  writeFileSync(join(folder, 'faults.ts'), source.join('\n').replaceAll('@ts-expect-error', ''));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const options = { noErrorTruncation: true, rootDir: '/' };
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions: options, include: [], files: ['faults.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const said = new Map<number, string>();
  let line = 0;
  for (const text of tsc().split('\n')) {
    const [, at] = /^faults\.ts\((\d+),\d+\): error /.exec(text) ?? [];
    if (at) line = Number(at);
    if (text) said.set(line, `${said.get(line) ?? ''}${text}\n`);
  }
  return said;
}

function tsc(): string {
  const args = [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false'];
  try {
    return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

const said = compile();

test.each(quoted)('line $line is refused with: $text', ({ text, line }) => {
  expect(said.get(line)).toContain(text);
});

test('there are sentences, and every error is one that is expected', () => {
  expect(quoted.length).toBeGreaterThan(30);
  const expected = source.flatMap((line, at) => (line.includes('@ts-expect-error') ? [at + 2] : []));
  expect([...said.keys()].filter((line) => !expected.includes(line))).toEqual([]);
});
