// Owns what is public: the exports of package.json's entry points, where each is declared, and its docstring. The sources are laid out by biome, so
// that a declaration begins its line, and its docstring ends on the line before.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

export const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const IGNORED = read('.gitignore').split('\n');

/** The files below a folder, by their paths from the root. What git ignores is left out: it was installed or made. */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (!entry.isDirectory()) return path.endsWith(ending) ? [path] : [];
    const isIgnored = entry.name.startsWith('.') || [path, entry.name].some((it) => IGNORED.includes(`${it}/`));
    return isIgnored ? [] : filesBelow(path, ending);
  });
}

/** A docstring. `line` is that of its `/**`, from 1. */
export interface Doc {
  readonly file: string;
  readonly line: number;
  /** What it stands before: `LiveComponent`, or `LiveComponent.every`. */
  readonly name: string;
  /** Its lines, without the stars. */
  readonly lines: readonly string[];
}

/** A name that an entry point exports. */
export interface Export {
  /** The entry point's file. */
  readonly entry: string;
  readonly name: string;
  readonly isType: boolean;
  /** Where it is declared. */
  readonly file: string;
  readonly line: number;
  readonly doc: Doc | undefined;
}

/** The files of the entry points, by the names under which they are imported: what tsconfig.json says of the package. */
export function entryPoints(): Record<string, string> {
  const { paths } = JSON.parse(read('tsconfig.json')).compilerOptions as { paths: Record<string, [string]> };
  return Object.fromEntries(Object.entries(paths).map(([name, [file]]) => [name, normalize(file)]));
}

/** What package.json says has types, and is no entry point here. */
export function missingEntryPoints(): string[] {
  const { name, exports } = JSON.parse(read('package.json')) as {
    name: string;
    exports: Record<string, { types?: string }>;
  };
  const typed = Object.entries(exports).flatMap(([path, { types }]) =>
    types ? [{ path: name + path.slice(1), types }] : [],
  );
  const known = typed.filter(({ path }) => path in entryPoints()).map(({ types }) => types);
  return typed.filter(({ types }) => !known.includes(types)).map(({ path }) => path);
}

/** All names that a file exports, followed to where they are declared. */
export function exportsOf(entry: string): Export[] {
  const passed = [...read(entry).matchAll(/^export (type )?\{([^}]*)\}(?: from '([^']+)')?;/gms)];
  const lists = passed.flatMap(([, type, names = '', from]) => {
    const file = from ? normalize(join(dirname(entry), from)) : entry;
    return [...names.matchAll(/(type )?(\w+)(?: as (\w+))?/g)].map(([, one, name = '', as = name]) => {
      return { ...findDeclaration(file, name), entry, name: as, isType: Boolean(type ?? one) };
    });
  });
  const own = [...read(entry).matchAll(DECLARATION)].map(([, kind, name = '']) => {
    return { ...findDeclaration(entry, name), entry, name, isType: kind === 'interface' || kind === 'type' };
  });
  return [...lists, ...own];
}

const DECLARATION =
  /^export (?:declare )?(?:default )?(?:abstract )?(?:async )?(class|interface|type|const|function\*?) (\w+)/gm;

function findDeclaration(file: string, name: string): Pick<Export, 'file' | 'line' | 'doc'> {
  const text = read(file);
  const found = [...text.matchAll(DECLARATION)].find(([, , declared]) => declared === name);
  if (found) {
    const line = lineOf(text, found.index);
    return { file, line, doc: docsOf(file).find((doc) => doc.name === name) };
  }
  const passed = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';/gms)];
  const on = passed.find(([, names = '']) => new RegExp(`\\b${name}\\b`).test(names));
  if (!on) throw new Error(`${file}: ${name} is exported, but no line begins with its declaration`);
  return findDeclaration(normalize(join(dirname(file), on[2] as string)), name);
}

/** All docstrings of a file that stand before something with a name. */
export const docsOf = (file: string): Doc[] => readDocs(file, read(file));

/** All docstrings of a source's text. */
export function readDocs(file: string, text: string): Doc[] {
  const blocks = [...text.matchAll(/^( *)\/\*\*([\s\S]*?)\*\/\n(?: *\/\/.*\n)*(.*)$/gm)];
  let owner = '';
  return blocks.map(([, indent = '', body = '', before = ''], at) => {
    const index = blocks[at]?.index ?? 0;
    const name = nameIn(before) ?? '';
    if (indent === '') owner = name;
    const lines = body.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
    return { file, line: lineOf(text, index), name: indent === '' ? name : `${owner}.${name}`, lines };
  });
}

const WORDS = 'export|declare|default|abstract|async|static|readonly|get|set|class|interface|type|const|function';

function nameIn(line: string): string | undefined {
  return new RegExp(`^\\s*(?:(?:${WORDS}) )*(?:#|')?([\\w-]+)`).exec(line)?.[1];
}

/** The members of an exported class, interface or type that users can see and that have no docstring; an interface may be merged with its class. */
export function bareMembers({ file, name }: Pick<Export, 'file' | 'name'>): string[] {
  const text = read(file);
  const found = [...text.matchAll(DECLARATION)].filter(
    ([, kind, it]) => it === name && !/const|function/.test(kind ?? ''),
  );
  return found.flatMap(({ index }) => {
    const start = lineOf(text, index);
    const lines = text.split('\n').slice(start - 1);
    const end = lines.findIndex((line, at) => at > 0 && /^[^\s]/.test(line) && !/^\S.*\{$/.test(line));
    return lines.slice(0, end).flatMap((line, at) => {
      const [, member] = /^ {2}(?:(?:readonly|get|async|abstract|static) )*(\w+)(?:<[^>]*>)?[?(:]/.exec(line) ?? [];
      if (!member || /^ {2}(?:constructor|extends)\b/.test(line) || lines[at - 1]?.endsWith('*/')) return [];
      return [`${file}:${start + at} ${name}.${member}`];
    });
  });
}

/** The line, from 1, of a place in a text. */
export function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
