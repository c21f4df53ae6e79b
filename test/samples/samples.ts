// Owns the finding of samples: the examples of docstrings, and the fenced blocks of Markdown. In: the sources and documents. Out: code, and where it stands.
import { type Doc, docsOf, filesBelow, read } from './sources.ts';

/** A piece of code that a reader may copy. */
export interface Sample {
  /** Where it stands; `line`, from 1, is that of its first line of code. */
  readonly file: string;
  readonly line: number;
  /** Whose it is: a name of the sources, or a document's heading. */
  readonly about: string;
  readonly lang: 'ts' | 'tsx' | 'js';
  readonly code: string;
  /** The file of the project that it is, or is a part of: it is compiled and tested there. */
  readonly from: string | undefined;
  /** What its author has asked to be spared, with the reason. */
  readonly spared: Spared | undefined;
}

export interface Spared {
  readonly what: 'check' | 'run';
  readonly why: string;
}

/** The examples of all docstrings in what is published. */
export function samplesOfSources(): Sample[] {
  const files = ['protocol', 'views', 'server', 'htmx-ext'].flatMap((folder) => filesBelow(folder, '.ts'));
  return files.flatMap(docsOf).flatMap(examplesOf);
}

/** The examples of one docstring: what follows `@example` in its line, the fenced block in the lines after it, or these lines. */
export function examplesOf(doc: Doc): Sample[] {
  const starts = doc.lines.flatMap((line, at) => (line.startsWith('@example') ? [at] : []));
  return starts.map((start) => {
    const end = doc.lines.findIndex((line, at) => at > start && line.startsWith('@'));
    const [first = '', ...rest] = doc.lines.slice(start, end < 0 ? undefined : end);
    const inLine = first.replace('@example', '').trim();
    const open = rest.findIndex((line) => line.startsWith('```'));
    const close = rest.findIndex((line, at) => at > open && line === '```');
    const code =
      inLine ||
      rest
        .slice(open + 1, close < 0 ? undefined : close)
        .join('\n')
        .trim();
    const line = doc.line + start + (inLine ? 0 : open + 2);
    return { file: doc.file, line, about: doc.name, lang: 'ts', code, from: undefined, spared: undefined };
  });
}

/** The blocks of all documents but the change log. */
export function samplesOfDocuments(): Sample[] {
  const files = ['docs', 'examples', 'bench'].flatMap((folder) => filesBelow(folder, '.md'));
  return ['README.md', 'SECURITY.md', ...files].flatMap(samplesOf);
}

/** The blocks of one document. */
export function samplesOf(file: string): Sample[] {
  return readSamples(file, read(file));
}

/** The blocks of a document's text. */
export function readSamples(file: string, document: string): Sample[] {
  const samples: Sample[] = [];
  let heading = '';
  let open: { fence: string; indent: string; info: string; line: number; lines: string[] } | undefined;
  for (const [at, text] of document.split('\n').entries()) {
    if (open && text.trim().startsWith(open.fence) && !text.trim().slice(open.fence.length)) {
      const sample = readBlock(file, heading, open.info, open.line, open.lines.join('\n'));
      if (sample) samples.push(sample);
      open = undefined;
    } else if (open) {
      open.lines.push(text.startsWith(open.indent) ? text.slice(open.indent.length) : text.trimStart());
    } else {
      const [, indent = '', fence = '', info = ''] = /^(\s*)(`{3,}|~{3,})(.*)$/.exec(text) ?? [];
      if (fence) open = { fence, indent, info: info.trim(), line: at + 2, lines: [] };
      else heading = /^#+ (.*)$/.exec(text)?.[1] ?? heading;
    }
  }
  return samples;
}

const LANGUAGES: Readonly<Record<string, Sample['lang']>> = {
  ts: 'ts',
  typescript: 'ts',
  tsx: 'tsx',
  js: 'js',
  mjs: 'js',
  javascript: 'js',
};

function readBlock(file: string, about: string, info: string, line: number, code: string): Sample | undefined {
  const [, word = '', rest = ''] = /^(\w*)(.*)$/.exec(info) ?? [];
  const lang = LANGUAGES[word];
  if (!lang) return undefined;
  const [, what, why = ''] = /\bno-(check|run)\b:?(.*)$/.exec(rest) ?? [];
  const spared = what ? { what: what as Spared['what'], why: why.trim() } : undefined;
  const from = /\bfile=(\S+)/.exec(rest)?.[1];
  return { file, line, about, lang, code, from, spared };
}
