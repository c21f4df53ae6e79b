// Owns the small questions about a page's elements. cheerio keeps them as plain data; its functions come with the page.

import type { CheerioAPI } from 'cheerio';
import { ATTRIBUTES } from '../../protocol/names.ts';
import { LiveError } from '../errors.ts';

/** What a cheerio search finds. */
export type Elements = ReturnType<ReturnType<CheerioAPI['root']>['find']>;
export type Element = Elements[number];
export type Parent = NonNullable<Element['parent']>;
export type Child = Element['children'][number];

/** A selector, or what a search has found. */
export type Target = string | Elements;

/** The root elements of components. */
export const ROOTS = `[${ATTRIBUTES.id}][${ATTRIBUTES.component}]`;

/** Elements that send events. */
export const SENDERS = `[${ATTRIBUTES.event}],[data-${ATTRIBUTES.event}]`;

/** Something that a browser could not do, or that was not to be expected. */
export function refused(doing: string, what: string): LiveError {
  return new LiveError('ERR_LIVE_TEST', `${doing}: ${what}`);
}

export function isElement(node: unknown): node is Element {
  return typeof node === 'object' && node !== null && 'attribs' in node;
}

/** Whether an element is a component's root. */
export function isRoot({ attribs }: Element): boolean {
  return attribs[ATTRIBUTES.id] !== undefined && attribs[ATTRIBUTES.component] !== undefined;
}

/** An element, and those around it, from the inside out. */
export function* around(element: Element): Generator<Element> {
  for (let at: Parent | null = element; at; at = at.parent) if (isElement(at)) yield at;
}

/** The first element, from this one on outwards, of which something is true. */
export function closest(element: Element, is: (element: Element) => boolean): Element | undefined {
  for (const one of around(element)) if (is(one)) return one;
  return undefined;
}

export function rootOf(element: Element): Element | undefined {
  return closest(element, isRoot);
}

/** The value of an attribute that may have `data-` before its name. */
export function attributeOf({ attribs }: Element, name: string): string | undefined {
  return attribs[name] ?? attribs[`data-${name}`];
}

/** The same, of the first element from this one on outwards that has it: htmx 2 hands most of its attributes down. */
export function inherited(element: Element, name: string): string | undefined {
  const owner = closest(element, (one) => attributeOf(one, name) !== undefined);
  return owner && attributeOf(owner, name);
}

/** The type of an input or button, as a browser sees it. */
export function typeOf({ name, attribs }: Element): string {
  if (name === 'button')
    return /^(?:reset|button)$/i.test(attribs.type ?? '') ? (attribs.type ?? '').toLowerCase() : 'submit';
  return name === 'input' ? (attribs.type ?? 'text').toLowerCase() : name;
}

export function isButton(element: Element): boolean {
  return (
    element.name === 'button' || (element.name === 'input' && /^(?:submit|button|reset|image)$/.test(typeOf(element)))
  );
}

export function isControl({ name }: Element): boolean {
  return name === 'input' || name === 'select' || name === 'textarea';
}

export function isChoice(element: Element): boolean {
  return element.name === 'input' && /^(?:checkbox|radio)$/.test(typeOf(element));
}

/** Whether a browser lets nobody use it: it is disabled, or stands in a fieldset that is, other than in its first legend. */
export function isDisabled(element: Element): boolean {
  if (
    element.attribs.disabled !== undefined &&
    (isControl(element) || /^(?:button|option|fieldset)$/.test(element.name))
  )
    return true;
  let inner: Element = element;
  for (const outer of around(element)) {
    const legend = outer.children.find((child) => isElement(child) && child.name === 'legend');
    if (outer !== element && outer.name === 'fieldset' && outer.attribs.disabled !== undefined && inner !== legend)
      return true;
    inner = outer;
  }
  return false;
}

/** All elements of a page that match. */
export function all($: CheerioAPI, selector: string): Element[] {
  return $.root().find(selector).toArray();
}

/** All text below a node, as it stands there. */
export function textOf(node: Child | Element): string {
  if ('data' in node) return node.type === 'text' ? node.data : '';
  return 'children' in node ? node.children.map(textOf).join('') : '';
}

const MOST_LETTERS = 100;

/** An element as a message shows it: its tag and attributes, and its text. */
export function describe(element: Element): string {
  const shown = Object.entries(element.attribs).filter(([name]) => name !== ATTRIBUTES.session);
  const attributes = shown.map(([name, value]) => (value === '' ? ` ${name}` : ` ${name}="${value}"`)).join('');
  const text = textOf(element).replace(/\s+/g, ' ').trim();
  const said = `<${element.name}${attributes}>${text}`;
  return said.length > MOST_LETTERS ? `${said.slice(0, MOST_LETTERS)}…` : said;
}

/** Several elements as a message shows them. */
export function describeAll(elements: readonly Element[], most = 8): string {
  const said = elements.slice(0, most).map(describe);
  if (elements.length > most) said.push(`and ${elements.length - most} more`);
  return said.join(', ') || 'nothing';
}

/** What tells elements of one kind apart best. */
const TELLING = [ATTRIBUTES.event, `data-${ATTRIBUTES.event}`, 'id', 'name', 'value'];

/** How a selector that matches all of these can be made to match one. */
export function narrower(elements: readonly Element[]): string {
  for (const name of TELLING)
    for (const { name: tag, attribs } of elements) {
      const value = attribs[name];
      if (!value || elements.filter((other) => other.attribs[name] === value).length > 1) continue;
      return `Narrow it, e.g. '${tag}[${name}=${/^[a-z][\w-]*$/i.test(value) ? value : JSON.stringify(value)}]'.`;
    }
  return 'Take one of them, e.g. view.find(…).first().';
}
