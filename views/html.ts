// Owns the html`` tag: it escapes by context, composes, and brands what it made as trusted.
// In: a literal and its values. Out: Html, which keeps strings and values apart so that a diff can compare values.

import { LiveError } from './errors.ts';
import { note } from './noted.ts';
import type { Place } from './regions.ts';
import { isMisplaced } from './scan.ts';
import { type Hole, readTemplate, type Template } from './template.ts';
import { readText } from './text.ts';

/**
 * What a component renders: a template, or the text of any other renderer, which is trusted as it is.
 * @example const showAll = (items: readonly Card[]): Content => (items.length > 0 ? html`<b>${items.length}</b>` : '');
 */
export type Content = Html | string;

/**
 * Trusted HTML. `String(html)` gives its text. Made only by {@link html} and {@link raw}.
 * @example
 * ```ts
 * const hello: Html = html`<b>${'Tom & Jerry'}</b>`;
 * String(hello); // => '<b>Tom &amp; Jerry</b>'
 * ```
 */
export class Html {
  /** The literal's strings, and what stands between them; for the package's own use. */
  readonly template: Template;
  /** What stands in the holes. */
  readonly values: readonly unknown[];
  /** Whether a promise is among the values, at any depth: see {@link settle}. */
  readonly pending: boolean = false;
  /** Whether the regions of the templates, at any depth, are where a browser's parser has them. */
  readonly isSound: boolean;

  constructor(template: Template, values: unknown[]) {
    this.template = template;
    this.values = values;
    this.isSound = template.isSound;
    for (let at = 0; at < values.length; at++) {
      const value = values[at];
      if (typeof value !== 'object' || value === null) {
        if (template.noText?.[at] && !isBlank(value)) this.isSound = false;
        continue;
      }
      if (!(value instanceof Html) && Symbol.iterator in value) values[at] = copy(value as Iterable<unknown>);
      const found = look(template, at, values[at]);
      this.pending ||= found.pending;
      this.isSound &&= found.isSound;
    }
  }

  /**
   * Writes the text.
   * @throws LiveError `ERR_LIVE_HTML_URL`, `ERR_LIVE_HTML_VALUE`, `ERR_LIVE_HTML_CODE`; `ERR_LIVE_HTML_PROMISE` where a promise is inside.
   */
  toString(): string {
    return note(writeHtml(this, START, { at: this.template.statics.length - 1, offset: Number.POSITIVE_INFINITY }));
  }

  /** Catches `res.send(html`…`)`, which would send JSON. */
  toJSON(): never {
    throw new LiveError('ERR_LIVE_HTML_JSON', 'Html was turned into JSON. To send it write res.send(String(html`…`)).');
  }
}

const START: Place = { at: 0, offset: 0 };

/**
 * Lists are copied, at any depth: what was rendered must not change when the state does, or no difference would be seen.
 * Other iterables than arrays are read once, now.
 */
function copy(list: Iterable<unknown>): unknown[] {
  return Array.from(list, (item) => {
    const isList = typeof item === 'object' && item !== null && !(item instanceof Html) && Symbol.iterator in item;
    return isList ? copy(item as Iterable<unknown>) : item;
  });
}

/** Whether a value writes no text that a parser would move out of a table. */
function isBlank(value: unknown): boolean {
  return typeof value === 'string'
    ? /^[\t\n\f\r ]*$/.test(value)
    : typeof value === 'boolean' || value === null || value === undefined;
}

/** What a value says of the template around it. */
interface Look {
  readonly pending: boolean;
  readonly isSound: boolean;
}

const NOTHING: Look = { pending: false, isSound: true };
const UNSOUND: Look = { pending: false, isSound: false };
const PENDING: Look = { pending: true, isSound: true };

function look(template: Template, at: number, value: unknown): Look {
  if (typeof value !== 'object' || value === null) return template.noText?.[at] && !isBlank(value) ? UNSOUND : NOTHING;
  if (value instanceof Html) {
    if (value.isSound && fits(template, at, value)) return value.pending ? PENDING : NOTHING;
    return { pending: value.pending, isSound: false };
  }
  if (!Array.isArray(value)) return isThenable(value) ? PENDING : NOTHING;
  let pending = false;
  let isSound = true;
  for (const item of value) {
    const found = look(template, at, item);
    pending ||= found.pending;
    isSound &&= found.isSound;
  }
  return { pending, isSound };
}

/** Whether what a template begins with may stand in a hole of another: a `div` in a `p` is moved by every parser. */
function fits(outer: Template, at: number, inner: Html): boolean {
  const open = outer.openAt[at];
  if (!open || open.length === 0 || inner.template.tops.length === 0)
    return inner.template !== RAW || !open || rawFits(open, inner);
  let known = fitting.get(outer);
  if (!known) {
    known = [];
    fitting.set(outer, known);
  }
  known[at] ??= new WeakMap();
  let answer = known[at].get(inner.template);
  if (answer === undefined) {
    answer = !inner.template.tops.some((name) => isMisplaced(open, name));
    known[at].set(inner.template, answer);
  }
  return answer;
}

const fitting = new WeakMap<Template, WeakMap<Template, boolean>[]>();

function rawFits(open: readonly string[], { values }: Html): boolean {
  return !readText(String(values[0]), open).isMalformed;
}

/**
 * Makes HTML from a template literal. Values are escaped for the place where they stand.
 *
 * In text: strings and numbers are escaped, `Html` is composed, arrays and other iterables are joined, `null`, `undefined`, `true` and `false` are nothing.
 * In a quoted attribute: the same for strings and numbers. A boolean, `null` or `undefined` as the whole value makes the
 * attribute present or absent; `aria-*` and `data-*` write a boolean out. Promises are allowed in text.
 *
 * @throws LiveError `ERR_LIVE_HTML_HOLE` where a value stands in an unsafe place. When the text is written: `ERR_LIVE_HTML_URL`
 * for a `javascript:` address and its kind, `ERR_LIVE_HTML_VALUE` for a value that has no text.
 * @example String(html`<p title="${'Tom & Jerry'}">${['<', 1]}</p>`); // => '<p title="Tom &amp; Jerry">&lt;1</p>'
 */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
  return new Html(readTemplate(strings), values);
}

const RAW: Template = {
  statics: ['', ''],
  holes: [{ kind: 'raw' }],
  regions: [],
  regionOf: [-1],
  openAt: [[]],
  noText: undefined,
  tops: [],
  item: undefined,
  isSound: true,
};

/**
 * Marks text as trusted HTML: it is written as it is. Never give it what a user wrote.
 * @example String(html`<p>${raw('<b>bold</b>')}</p>`); // => '<p><b>bold</b></p>'
 */
export function raw(text: string): Html {
  return new Html(RAW, [String(text)]);
}

/** The text of an Html that {@link raw} made; undefined for any other. */
export function rawText({ template, values }: Html): string | undefined {
  return template === RAW ? (values[0] as string) : undefined;
}

/** Writes a part of a template with its values, from one place to another. */
export function writeHtml({ template, values }: Html, from: Place, to: Place): string {
  const { statics, holes } = template;
  if (from.at === to.at) return (statics[from.at] as string).slice(from.offset, to.offset);
  let text = (statics[from.at] as string).slice(from.offset);
  for (let at = from.at; at < to.at; at++) {
    text += writeValue(holes[at] as Hole, values[at]);
    text += at + 1 < to.at ? statics[at + 1] : (statics[at + 1] as string).slice(0, to.offset);
  }
  return text;
}

const SPECIAL: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Escapes text for use between tags and in quoted attributes. What stands in {@link html} needs no such care.
 * @example escapeHtml('<a title="x">'); // => '&lt;a title=&quot;x&quot;&gt;'
 */
export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (char) => SPECIAL[char] as string) : text;
}

/**
 * Waits for the promises among the values. Returns at once where there are none.
 * @example String(await settle(html`<p>${Promise.resolve('late')}</p>`)); // => '<p>late</p>'
 */
export function settle(content: Html): Html | Promise<Html> {
  return content.pending ? settlePending(content) : content;
}

async function settlePending({ template, values }: Html): Promise<Html> {
  return settle(new Html(template, await Promise.all(values.map(settleValue))));
}

function settleValue(value: unknown): unknown {
  if (value instanceof Html) return settle(value);
  return Array.isArray(value) ? Promise.all(value.map(settleValue)) : value;
}

function isThenable(value: object): boolean {
  return typeof (value as { then?: unknown }).then === 'function';
}

function wordless(where: string, value: unknown): LiveError {
  const kind = typeof value === 'object' ? (value?.constructor?.name ?? 'object') : typeof value;
  const cure = 'Expected a string, number, Html, array or promise';
  return new LiveError('ERR_LIVE_HTML_VALUE', `html: a value ${where} has no text: got ${kind}. ${cure}.`);
}

const SAFE_SCHEMES = /^(?:https?|mailto|tel|sms|ftp|blob)$/;

/**
 * Whether a browser may follow this address: no scheme, or a harmless one. Browsers skip controls and white space in schemes.
 * @example isSafeUrl(' java\tscript:alert(1)'); // => false
 */
export function isSafeUrl(url: string): boolean {
  const scheme = /^([^/?#:]*):/.exec(
    url.replace(/[\u0000-\u0020\u007f-\u009f\u00ad\u200b-\u200f\u2028\u2029\ufeff]/g, ''),
  )?.[1];
  if (scheme === undefined) return true;
  return SAFE_SCHEMES.test(scheme.toLowerCase()) || /^data:image\/(?:png|jpeg|gif|webp|avif)[;,]/i.test(url);
}

function writeValue(hole: Hole, value: unknown): string {
  if (hole.kind === 'raw') return value as string;
  return hole.kind === 'text' ? writeText(value) : writeAttribute(hole, value);
}

function writeText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return escapeHtml(value);
    case 'number':
    case 'bigint':
      return String(value);
    case 'undefined':
    case 'boolean':
      return '';
    case 'object':
      return value === null ? '' : writeObject(value);
    default:
      throw wordless('in text', value);
  }
}

function writeObject(value: object): string {
  if (value instanceof Html) return value.toString();
  if (Symbol.iterator in value) return Array.from(value as Iterable<unknown>, writeText).join('');
  if (!isThenable(value)) throw wordless('in text', value);
  throw new LiveError(
    'ERR_LIVE_HTML_PROMISE',
    'html: a value is a promise, so there is no text yet. Is an `await` missing, as in ${await live.render(…)}? Or write String(await settle(html`…`)).',
  );
}

function writeAttribute({ name, whole, url, code }: Extract<Hole, { kind: 'attribute' }>, value: unknown): string {
  if ((typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol') {
    throw wordless(`in the attribute ${name}`, value);
  }
  if (url && typeof value === 'string' && !isSafeUrl(value)) throw unsafeUrl(name, value);
  if (code && typeof value === 'string' && isScript(name, value)) throw scripted(name, value);
  const isAbsent = value === null || value === undefined || value === false;
  if (!whole) return isAbsent ? '' : escapeHtml(String(value));
  if (typeof value === 'boolean' && /^(?:aria|data)-/.test(name)) return ` ${name}="${value}"`;
  if (isAbsent) return '';
  return ` ${name}="${value === true ? '' : escapeHtml(String(value))}"`;
}

function isScript(name: string, value: string): boolean {
  return /trigger(?::|$)/.test(name) ? value.includes('[') : /^\s*(?:js|javascript):/i.test(value);
}

function scripted(name: string, value: string): LiveError {
  const found = JSON.stringify(value.slice(0, 40));
  return new LiveError(
    'ERR_LIVE_HTML_CODE',
    `html: htmx would run code in ${name}, got ${found}. Write it in the template itself.`,
  );
}

function unsafeUrl(name: string, value: string): LiveError {
  const found = JSON.stringify(value.slice(0, 40));
  const expected = 'must be a relative, http, https, mailto or tel address';
  return new LiveError('ERR_LIVE_HTML_URL', `html: ${name} ${expected}, got ${found}.`);
}
