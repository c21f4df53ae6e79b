// Owns how a sample becomes a module: it stays as it is, line by line, and gets what a reader knows to be there. In: a sample. Out: a module's text.
// - Names that it uses and does not declare are imported: what the package exports, and what the prelude has.
// - What begins with a member of a class is wrapped in one.
// - `work(); // => value` becomes an assertion.
// - Its components are exported, so that they can be mounted.
import type { Sample } from './samples.ts';

/** A module that was made of a sample. */
export interface Made {
  readonly sample: Sample;
  /** Its file, from the folder of made files. */
  readonly path: string;
  readonly text: string;
  /** The known names that it uses. */
  readonly uses: readonly string[];
}

/** Where each known name is imported from. */
export type Known = ReadonlyMap<string, { readonly from: string; readonly isType: boolean }>;

/** The prelude, as made modules import it. */
export const PRELUDE = '../../test/samples/prelude.ts';

/** The name under which a made module exports its components. */
export const COMPONENTS = 'componentsOfSample';

/** Makes modules of samples. Those of one document are neighbours: one whose first line is `// cart.ts` is imported by the others as `./cart.ts`. */
export function makeModules(samples: readonly Sample[], known: Known): Made[] {
  return samples.map((sample) => {
    const folder = sample.file.replace(/\.\w+$/, '').replace(/\W+/g, '-');
    const named = /^\/\/ ([\w-]+\.(?:tsx?|js))$/.exec(sample.code.split('\n')[0] as string)?.[1];
    return { sample, path: `${folder}/${named ?? `line-${sample.line}.${sample.lang}`}`, ...makeModule(sample, known) };
  });
}

function makeModule({ code, lang }: Sample, known: Known): Pick<Made, 'text' | 'uses'> {
  const body = isMember(code) ? wrap(code) : assert(code).replace(/'(?:vitest|node:test)'/g, `'${PRELUDE}'`);
  const components = [...body.matchAll(/^(?:export )?class (\w+) extends LiveComponent\b/gm)].map(([, name]) => name);
  const uses = usedNames(body, known);
  const imports = uses.map((name) => {
    const { from, isType } = known.get(name) as { from: string; isType: boolean };
    return isType && lang === 'js' ? '' : `import { ${isType ? 'type ' : ''}${name} } from '${from}'; `;
  });
  // on one line: those of the sample keep their numbers
  return { text: `${imports.join('')}${body}\nexport const ${COMPONENTS} = [${components.join(', ')}];\n`, uses };
}

/** What only a page has: `liveview` there is no function, but tools for its developer. */
const TOOLS = /(?<![.\w])liveview\.\w+\(/;

/** Whether a sample is a page's own script. */
export function isForPage({ code }: Sample): boolean {
  return TOOLS.test(code) || /(?<![.\w-])(?:document|window)(?:\.| as )/.test(code);
}

/** What a sample uses of the known names, and does not bring itself. One too many does no harm. */
function usedNames(code: string, known: Known): string[] {
  const brought = [...code.matchAll(BROUGHT)].flatMap(([, ...groups]) => groups.join(' ').match(/\w+/g) ?? []);
  const words = new Set([...code.matchAll(/(?<![.\w$#])\w+/g)].map(([word]) => word));
  for (const [, word = ''] of code.matchAll(/\.\.\.(\w+)/g)) words.add(word);
  if (TOOLS.test(code)) brought.push('liveview');
  return [...words].filter((word) => known.has(word) && !brought.includes(word));
}

/** What a module declares at its top, or imports. */
const BROUGHT =
  /^(?:export )?(?:(?:(?:declare|abstract|async) )*(?:class|interface|type|function\*?|enum) (\w+)|(?:const|let|var) (\w+|[{[].*?[}\]](?=(?:: [^=]*)? =))|import (?:type )?([^'"]*?) from)/gm;

const MEMBER =
  /^#|^(?:(?:static|readonly|override|async|get) )+#?\w+(?!.*=>)|^(?!(?:if|for|while|switch|function|test|describe|it)\b)#?\w+\([^()]*\)(?:: [^{]+)? \{/;

function isMember(code: string): boolean {
  const lines = code.split('\n').filter((line) => line.trim() && !/^\s*(?:\/\/|\/?\*)/.test(line));
  return MEMBER.test(lines[0] ?? '') && !/^async function/.test(lines[0] ?? '');
}

/** A class around its members. What they read of each other may be in another sample. */
function wrap(code: string): string {
  const name = /^ *static component\b/m.test(code) ? '' : "static component = 'sample.Sample'; ";
  const render = /\brender\(/.test(code) ? '' : "render() { return ''; } ";
  return `class Sample extends LiveComponent<any, any> { [name: string]: any; ${name}${render}${code}\n}`;
}

/** `work(); // => value` on a line of its own says what comes of it. */
function assert(code: string): string {
  return code.replace(/^( *)(?!const |let |return |\/\/)(\S.*?);? *\/\/ => (.+)$/gm, '$1expect($2).toEqual($3);');
}
