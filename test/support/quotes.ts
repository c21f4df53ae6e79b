// What guides quote: their samples, and the lines in which two versions of a program differ.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The text of a file of this project. */
export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The samples of a document in one language, in their order. */
export function samplesOf(path: string, language: string): string[] {
  const found = textOf(path).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'));
  return [...found].map(([, text = '']) => text.trimEnd());
}

/** What a document quotes of files, by ` ```ts file=path `. */
export function quotesOf(path: string): { file: string; text: string }[] {
  const found = textOf(path).matchAll(/^```\w+ file=(\S+)\n(.*?)^```/gms);
  return [...found].map(([, file = '', text = '']) => ({ file, text }));
}

/** The lines of a text, those that another one has not marked `+`, and those that only the other one has `-`: the shortest way from one to the other. */
export function changes(before: string, after: string): string[] {
  const [old, now] = [before.trimEnd().split('\n'), after.trimEnd().split('\n')];
  const common = old.map(() => now.map(() => 0)).concat([now.map(() => 0)]);
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = now.length - 1; j >= 0; j--)
      (common[i] as number[])[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: string[] = [];
  for (let i = 0, j = 0; i < old.length || j < now.length; ) {
    if (i < old.length && j < now.length && old[i] === now[j]) lines.push(` ${old[i++]}`) && j++;
    else if (i < old.length && (j >= now.length || at(i + 1, j) >= at(i, j + 1))) lines.push(`-${old[i++]}`);
    else lines.push(`+${now[j++]}`);
  }
  return lines;
}
