// Owns the reading of a template's static strings: where each hole stands, and whether a value may stand there.
// In: the strings of an html`` literal. Out: a Template, read once and kept.

import { LiveError } from './errors.ts';
import { findRegions, type Regions } from './regions.ts';

/** A place in a template for a value. */
export type Hole =
  | { readonly kind: 'text' }
  | { readonly kind: 'raw' }
  | {
      readonly kind: 'attribute';
      readonly name: string;
      /** Whether the hole is the whole value, so that the attribute can be left out. */
      readonly whole: boolean;
      /** Whether a browser follows the value as an address, and the hole stands at its start. */
      readonly url: boolean;
      /** Whether htmx runs the value as code if it begins so. */
      readonly code: boolean;
    };

/** A template: `statics` has one entry more than `holes`. */
export interface Template extends Regions {
  readonly statics: readonly string[];
  readonly holes: readonly Hole[];
}

const URL_ATTRIBUTES =
  /^(?:href|src|action|formaction|poster|cite|data|ping|background|xlink:href|(?:data-)?hx-(?:get|post|put|patch|delete|action|query)(?::[\w:-]+)?)$/;
/** Attributes whose value is code or a document: escaping for HTML does not make a value safe there. */
const CODE_ATTRIBUTES = /^(?:on|hx-on|data-hx-on|srcdoc$)/;
/** Attributes of htmx whose value may be code, if it says so. */
const SCRIPTED_ATTRIBUTES = /^(?:data-)?hx-(?:vals|headers|vars|request|config|confirm|prompt|trigger)(?::[\w:-]+)?$/;
const CODE_ELEMENTS = /^(?:script|style)$/;
const SPACE = /[\s/]/;

type State = 'text' | 'tag' | 'name' | 'after-name' | 'before-value' | 'unquoted' | '"' | "'" | 'comment' | 'code';

/** The position in a template while its strings are read. */
interface Cursor {
  state: State;
  tag: string;
  closing: boolean;
  attribute: string;
  /** The value of the open attribute so far. */
  value: string;
}

const known = new WeakMap<TemplateStringsArray, Template>();
let lastStrings: TemplateStringsArray | undefined;
let lastTemplate: Template | undefined;

/** Reads a template's strings, once for each literal. Throws a LiveError where a hole stands in an unsafe place. */
export function readTemplate(strings: TemplateStringsArray): Template {
  if (strings === lastStrings) return lastTemplate as Template; // a list asks for one template again and again
  let template = known.get(strings);
  if (!template) {
    template = compile(strings);
    known.set(strings, template);
  }
  lastStrings = strings;
  lastTemplate = template;
  return template;
}

function compile(strings: readonly string[]): Template {
  const cursor: Cursor = { state: 'text', tag: '', closing: false, attribute: '', value: '' };
  const statics = [...strings];
  const holes: Hole[] = [];
  for (let at = 0; at < strings.length - 1; at++) {
    for (const char of strings[at] as string) step(cursor, char);
    const hole = holeAt(cursor, strings[at] as string, strings[at + 1] as string);
    if (hole.kind === 'attribute' && hole.whole) {
      statics[at] = (statics[at] as string).replace(/\s[^\s"'=<>]+\s*=\s*["']$/, '');
      statics[at + 1] = (statics[at + 1] as string).slice(1);
    }
    cursor.value += HOLE;
    holes.push(hole);
  }
  return { statics, holes, ...findRegions(statics, holes) };
}

function holeAt(cursor: Cursor, before: string, after: string): Hole {
  const { state, attribute: name } = cursor;
  if (state === 'text' && !/<\/?$/.test(before)) return { kind: 'text' };
  if (state === '"' || state === "'") {
    if (CODE_ATTRIBUTES.test(name))
      throw misplaced(before, `in ${name}, whose value is code`, 'use lv-event, or raw()');
    const isUrl = URL_ATTRIBUTES.test(name);
    if (isUrl) checkAddress(cursor.value, before, after);
    const isFilter = /trigger(?::|$)/.test(name) && cursor.value.includes('[');
    if (SCRIPTED_ATTRIBUTES.test(name) && (isFilter || /^\s*(?:js|javascript):/i.test(cursor.value))) {
      throw misplaced(before, `in ${name}, in code`, 'write JSON instead');
    }
    const whole = cursor.value === '' && after.startsWith(state) && /\s[^\s"'=<>]+\s*=\s*["']$/.test(before);
    const isStart = cursor.value.trim() === '';
    return {
      kind: 'attribute',
      name,
      whole,
      url: (isUrl || isAnimated(cursor)) && isStart,
      code: SCRIPTED_ATTRIBUTES.test(name) && (isStart || /trigger(?::|$)/.test(name)),
    };
  }
  if (state === 'unquoted' || state === 'before-value') {
    throw misplaced(before, `in the unquoted value of ${name}`, `write ${name}="\${…}"`);
  }
  if (state === 'code')
    throw misplaced(before, `inside <${cursor.tag}>`, 'pass data in a data-* attribute, or use raw()');
  if (state === 'comment') throw misplaced(before, 'inside a comment', 'move it out');
  const cure = 'write name="${…}"; a boolean makes the attribute come and go: checked="${done}"';
  throw misplaced(before, 'in the name of a tag or attribute', cure);
}

/** Whether an attribute may set another element's address. */
function isAnimated({ tag, attribute }: Cursor): boolean {
  return /^(?:animate|set)$/.test(tag) && /^(?:values|to|from|by)$/.test(attribute);
}

/** What stands for a hole in the value that was read so far. */
const HOLE = '\0';

/** The scheme of an address must be in one hand: a whole value, or the template. */
function checkAddress(value: string, before: string, after: string): void {
  const isSettled = value.trim() === '' || /[/?#]/.test(value) || /^[^\0]*:/.test(value);
  if (isSettled && !(value.trim() === '' && /^[^/?#"']*:/.test(after))) return;
  throw misplaced(
    before,
    'where it can change what kind of address this is',
    'put the address together first: href="${url}"',
  );
}

function misplaced(before: string, where: string, cure: string): LiveError {
  return new LiveError(
    'ERR_LIVE_HTML_HOLE',
    `html: a value stands ${where}, at: ${endOf(before)}\${…}. To mend it: ${cure}.`,
  );
}

/** The last tag that begins in a text, or its last words, on one line. */
function endOf(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const tag = line.slice(line.lastIndexOf('<'));
  return tag.length <= 60 ? tag : `… ${tag.slice(-50).replace(/^\S* /, '')}`;
}

/** Moves on by one character. A small part of the HTML standard's tokenizer (13.2.5): enough to know where a hole is. */
function step(cursor: Cursor, char: string): void {
  switch (cursor.state) {
    case 'text':
      return stepText(cursor, char);
    case 'code':
    case 'comment':
      return stepHidden(cursor, char);
    case 'tag':
      if (char === '>') return endTag(cursor);
      if (SPACE.test(char)) return startName(cursor);
      cursor.tag += char.toLowerCase();
      if (cursor.tag === '!--') enterHidden(cursor, 'comment');
      return;
    case '"':
    case "'":
      if (char === cursor.state) return startName(cursor);
      cursor.value += char;
      return;
    default:
      return stepAttribute(cursor, char);
  }
}

function stepText(cursor: Cursor, char: string): void {
  if (cursor.value === '<' && /[a-z!/?]/i.test(char)) {
    cursor.state = 'tag';
    cursor.closing = char === '/';
    cursor.tag = cursor.closing ? '' : char.toLowerCase();
  }
  cursor.value = char === '<' ? '<' : '';
}

/** Inside a comment, a script or a style only its own end counts. */
function stepHidden(cursor: Cursor, char: string): void {
  cursor.value = (cursor.value + char).slice(-16);
  const end = cursor.state === 'comment' ? '-->' : `</${cursor.tag}>`;
  if (cursor.value.toLowerCase().endsWith(end)) enterHidden(cursor, 'text');
}

function enterHidden(cursor: Cursor, state: State): void {
  cursor.state = state;
  cursor.value = '';
}

function stepAttribute(cursor: Cursor, char: string): void {
  if (char === '>') return endTag(cursor);
  if (cursor.state === 'unquoted') {
    if (/\s/.test(char)) startName(cursor);
  } else if (cursor.state === 'before-value') {
    if (char === '"' || char === "'") enterHidden(cursor, char);
    else if (!/\s/.test(char)) enterHidden(cursor, 'unquoted');
  } else if (char === '=' && cursor.attribute) {
    cursor.state = 'before-value';
  } else if (SPACE.test(char)) {
    cursor.state = cursor.attribute ? 'after-name' : 'name';
  } else {
    if (cursor.state === 'after-name') cursor.attribute = '';
    cursor.state = 'name';
    cursor.attribute += char.toLowerCase();
  }
}

function startName(cursor: Cursor): void {
  cursor.state = 'name';
  cursor.attribute = '';
  cursor.value = '';
}

function endTag(cursor: Cursor): void {
  cursor.attribute = '';
  enterHidden(cursor, !cursor.closing && CODE_ELEMENTS.test(cursor.tag) ? 'code' : 'text');
}
