// Owns the html`` tag: it escapes by context, composes, and brands what it made as trusted.
// In: a literal and its values. Out: Html, which keeps strings and values apart so that a diff can compare values.

import { LiveError } from './errors.ts';
import { type Hole, readTemplate, type Template } from './template.ts';

/** What a component renders: a template, or the text of any other renderer, which is trusted as it is. */
export type Content = Html | string;

/** Trusted HTML. `String(html)` gives its text. Made only by {@link html} and {@link raw}. */
export class Html {
  readonly template: Template;
  readonly values: readonly unknown[];
  /** Whether a promise is among the values, at any depth: see {@link settle}. */
  readonly pending: boolean;

  constructor(template: Template, values: readonly unknown[]) {
    this.template = template;
    this.values = values;
    this.pending = values.some(isPending);
  }

  toString(): string {
    const { statics, holes } = this.template;
    let text = statics[0] as string;
    for (let at = 0; at < holes.length; at++) {
      text += writeValue(holes[at] as Hole, this.values[at]) + statics[at + 1];
    }
    return text;
  }

  /** Catches `res.send(html`…`)`, which would send JSON. */
  toJSON(): never {
    throw new LiveError('ERR_LIVE_HTML_JSON', 'Html was turned into JSON. To send it write res.send(String(html`…`)).');
  }
}

/**
 * Makes HTML from a template literal. Values are escaped for the place where they stand.
 *
 * In text: strings and numbers are escaped, `Html` is composed, arrays and other iterables are joined, `null`, `undefined`, `true` and `false` are nothing.
 * In a quoted attribute: the same for strings and numbers. A boolean, `null` or `undefined` as the whole value makes the
 * attribute present or absent; `aria-*` and `data-*` write a boolean out. Promises are allowed in text.
 *
 * @throws LiveError `ERR_LIVE_HTML_HOLE` where a value stands in an unsafe place, `ERR_LIVE_HTML_URL` for a `javascript:`
 * address and its kind, `ERR_LIVE_HTML_VALUE` for a value that has no text.
 * @example html`<p title="${title}">${text}</p>`
 */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
  const template = readTemplate(strings);
  const checked = values.map((value, at) => check(template.holes[at] as Hole, value));
  return new Html(template, checked);
}

const RAW: Template = { statics: ['', ''], holes: [{ kind: 'raw' }] };

/** Marks text as trusted HTML: it is written as it is. Never give it what a user wrote. */
export function raw(text: string): Html {
  return new Html(RAW, [String(text)]);
}

const SPECIAL: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Escapes text for use between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (char) => SPECIAL[char] as string) : text;
}

/** Waits for the promises among the values. Returns at once where there are none. */
export function settle(content: Html): Html | Promise<Html> {
  return content.pending ? settlePending(content) : content;
}

async function settlePending(content: Html): Promise<Html> {
  const values = await Promise.all(content.values.map(settleValue));
  return settle(
    new Html(
      content.template,
      values.map((value, at) => check(content.template.holes[at] as Hole, value)),
    ),
  );
}

function settleValue(value: unknown): unknown {
  if (value instanceof Html) return settle(value);
  return Array.isArray(value) && value.some(isPending) ? Promise.all(value.map(settleValue)) : value;
}

function isPending(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Html) return value.pending;
  return Array.isArray(value) ? value.some(isPending) : isThenable(value);
}

function isThenable(value: object): boolean {
  return typeof (value as { then?: unknown }).then === 'function';
}

/** Refuses a value that cannot stand in a hole, while the literal is still on the stack; turns iterables into arrays. */
function check(hole: Hole, value: unknown): unknown {
  if (hole.kind !== 'text') {
    if (hole.kind === 'attribute') checkAttribute(hole.name, hole.url, value);
    return value;
  }
  if (typeof value !== 'object' || value === null || value instanceof Html || isThenable(value)) {
    if (typeof value === 'function' || typeof value === 'symbol') throw wordless('in text', value);
    return value;
  }
  if (!(Symbol.iterator in value)) throw wordless('in text', value);
  return Array.from(value as Iterable<unknown>, (item) => check(hole, item));
}

function checkAttribute(name: string, url: boolean, value: unknown): void {
  if ((typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol') {
    throw wordless(`in the attribute ${name}`, value);
  }
  if (url && typeof value === 'string' && !isSafeUrl(value)) {
    const found = JSON.stringify(value.slice(0, 40));
    throw new LiveError(
      'ERR_LIVE_HTML_URL',
      `html: ${name} must be a relative, http, https, mailto or tel address, got ${found}.`,
    );
  }
}

function wordless(where: string, value: unknown): LiveError {
  const kind = typeof value === 'object' ? (value?.constructor?.name ?? 'object') : typeof value;
  const cure = 'Expected a string, number, Html, array or promise';
  return new LiveError('ERR_LIVE_HTML_VALUE', `html: a value ${where} has no text: got ${kind}. ${cure}.`);
}

const SAFE_SCHEMES = /^(?:https?|mailto|tel|sms|ftp|blob)$/;

/** Whether a browser may follow this address: no scheme, or a harmless one. Browsers skip controls and white space in schemes. */
export function isSafeUrl(url: string): boolean {
  const scheme = /^([^/?#:]*):/.exec(
    url.replace(/[\u0000-\u0020\u007f-\u009f\u00ad\u200b-\u200f\u2028\u2029\ufeff]/g, ''),
  )?.[1];
  if (scheme === undefined) return true;
  return SAFE_SCHEMES.test(scheme.toLowerCase()) || /^data:image\/(?:png|jpeg|gif|webp|avif)[;,]/i.test(url);
}

function writeValue(hole: Hole, value: unknown): string {
  if (hole.kind === 'raw') return value as string;
  return hole.kind === 'text' ? writeText(value) : writeAttribute(hole.name, hole.whole, value);
}

function writeText(value: unknown): string {
  if (typeof value === 'string') return escapeHtml(value);
  if (value === null || value === undefined || typeof value === 'boolean') return '';
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map(writeText).join('');
  if (typeof value === 'object' && isThenable(value)) {
    throw new LiveError(
      'ERR_LIVE_HTML_PROMISE',
      'Html with a promise inside has no text yet. Write: String(await settle(html`…`)).',
    );
  }
  return escapeHtml(String(value));
}

function writeAttribute(name: string, whole: boolean, value: unknown): string {
  const absent = value === null || value === undefined || value === false;
  if (!whole) return absent ? '' : escapeHtml(String(value));
  if (typeof value === 'boolean' && /^(?:aria|data)-/.test(name)) return ` ${name}="${value}"`;
  if (absent) return '';
  return ` ${name}="${value === true ? '' : escapeHtml(String(value))}"`;
}
