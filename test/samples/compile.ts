// Owns the compiling of made modules: one run of tsc, with the project's strictness. In: modules. Out: the files, and what is wrong with each sample.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Made } from './module.ts';
import { ROOT } from './sources.ts';

/** Where made files go: out of version control, and inside the project, where its packages are found. */
export const FOLDER = join(ROOT, '.samples');

/** A reader's own settings: strict, but without this project's rules for imports. `name: value` alone is a label to a parser, and no sample. */
const SETTINGS = {
  extends: '../tsconfig.json',
  compilerOptions: { verbatimModuleSyntax: false, isolatedModules: false, allowJs: true, allowUnusedLabels: false },
};

/** What is there without an import: what passport's types say of a request; in a page, what the extension gives its developer. */
const AMBIENT = `import type { User as Known } from '../test/samples/prelude.ts';
declare global {
  const liveview: { debug(on?: boolean): void; latency(ms?: number): void; highlight(on?: boolean): void };
  namespace Express {
    interface User extends Known {}
    interface Request {
      user?: User;
    }
  }
}
`;

/** Writes the modules. */
export function writeModules(made: readonly Made[]): void {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  writeFileSync(join(FOLDER, 'ambient.d.ts'), AMBIENT);
  for (const { path, text } of made) {
    mkdirSync(dirname(join(FOLDER, path)), { recursive: true });
    writeFileSync(join(FOLDER, path), text);
  }
}

/**
 * Compiles all of them. Gives each sample's errors, by the module's path, in the sample's own lines. Where one can't be parsed, tsc says nothing of what
 * the others mean: they are compiled without it.
 */
export function compile(made: readonly Made[]): Map<string, string[]> {
  const errors = runCompiler(made);
  const unread = made.filter(({ path }) => errors.get(path)?.some((error) => /: TS1\d{3}: /.test(error)));
  if (unread.length === 0) return errors;
  return new Map([...compile(made.filter((one) => !unread.includes(one))), ...errors]);
}

/** What may be done about a name that nobody knows. */
const CURE = 'Import it, declare it in the sample, or see docs/contributing.md for the names that are there.';

const ERROR = /^(?:\.samples\/)?(\S+?)\((\d+),\d+\): error (.*(?:\n +.*)*)/gm;

function runCompiler(made: readonly Made[]): Map<string, string[]> {
  const files = ['ambient.d.ts', ...made.map(({ path }) => path)];
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify({ ...SETTINGS, include: [], files }));
  const args = ['node_modules/typescript/bin/tsc', '-p', FOLDER, '--pretty', 'false'];
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  const errors = new Map<string, string[]>();
  for (const [, path = '', line, message] of stdout.matchAll(ERROR)) {
    const one = made.find((it) => it.path === path);
    if (!one) throw new Error(`what samples stand on does not compile: ${path}:${line} ${message}`);
    const cure = /^TS(?:2304|2552)/.test(message ?? '') ? ` ${CURE}` : '';
    errors.set(path, [...(errors.get(path) ?? []), `${placeOf(one, Number(line))}: ${message}${cure}`]);
  }
  if (status !== 0 && errors.size === 0) throw new Error(`tsc: ${stdout}`);
  return errors;
}

/** A line of a module, as its author knows it. */
export function placeOf({ sample }: Made, line: number): string {
  const last = sample.line + sample.code.split('\n').length - 1;
  return `${sample.file}:${Math.min(sample.line + line - 1, last)}`;
}
