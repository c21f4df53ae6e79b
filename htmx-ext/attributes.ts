// Owns the writing of attributes, three ways: what the server changed between two renders is written, the rest is left alone.

import { changeControl, isChoice } from './forms.ts';

/** Marks of htmx and of this extension, which are not the server's. */
const FOREIGN_CLASSES = /^(?:htmx-(?:request|added|settling|swapping)|lv-)/;
const FOREIGN_ATTRIBUTES = /^(?:data-htmx-powered|data-disabled-by-htmx|data-hx-revealed)$/;

/** The names of the attributes in which two elements differ. */
export function changedAttributes(base: Element, next: Element): string[] {
  const names = new Set([...base.getAttributeNames(), ...next.getAttributeNames()]);
  return [...names].filter((name) => base.getAttribute(name) !== next.getAttribute(name));
}

/** Gives an element another's attribute, or takes it away where the other has none. */
export function copyAttribute(to: Element, from: Element, name: string): void {
  const value = from.getAttributeNode(name);
  if (value) to.setAttributeNodeNS(value.cloneNode() as Attr);
  else to.removeAttribute(name);
}

/** Writes a changed attribute. Of a class list and a style only what the server changed: the rest may be another script's. */
export function writeAttribute(live: Element, base: Element, next: Element, name: string): void {
  if (name === 'class') writeClasses(live, base, next);
  else if (name === 'style' && live instanceof HTMLElement) writeStyle(live, base, next);
  else if (isState(live, name)) changeControl(live, () => copyAttribute(live, next, name));
  else if (name === 'disabled' && live.hasAttribute('data-disabled-by-htmx')) return writeDisabled(live, next);
  else {
    // without its attribute a modal dialog would be gone, and the page under it inert
    if (name === 'open' && !next.hasAttribute(name) && live.matches('dialog:modal'))
      (live as HTMLDialogElement).close();
    copyAttribute(live, next, name);
  }
}

/** Whether an attribute is what a control shows: of a checkbox, a radio and an option its value is not. */
function isState(element: Element, name: string): boolean {
  if (name === 'checked' || name === 'selected') return true;
  return name === 'value' && !(element instanceof HTMLOptionElement || isChoice(element));
}

/** What htmx reads when an element fires, and not when it is wired: wiring it again would end its delays. */
const READ_LATE =
  /^(?:data-)?hx-(?:vals|vars|include|headers|params|confirm|prompt|target|swap|select|indicator|disabled-elt|sync|push-url|replace-url)\b/;

/** Whether a changed attribute is htmx's or ours to know of. Which event it is, is read late too. */
export function isWired(name: string, base: Element, next: Element): boolean {
  if (/^(?:data-)?lv-event$/.test(name)) return base.hasAttribute(name) !== next.hasAttribute(name);
  return /^(?:data-)?hx-/.test(name) && !READ_LATE.test(name);
}

function writeClasses(live: Element, base: Element, next: Element): void {
  for (const name of base.classList) if (!next.classList.contains(name)) live.classList.remove(name);
  for (const name of next.classList) if (!base.classList.contains(name)) live.classList.add(name);
  const said = next.getAttribute('class');
  if (live.classList.length === 0 && said === null) live.removeAttribute('class');
  else if (said !== null && !live.hasAttribute('class')) live.setAttribute('class', said);
}

/** While htmx keeps a control disabled, the server's wish is noted for when htmx lets go. */
function writeDisabled(live: Element, next: Element): void {
  if (next.hasAttribute('disabled')) live.removeAttribute('data-disabled-by-htmx');
}

function writeStyle(live: HTMLElement, base: Element, next: Element): void {
  const said = next.getAttribute('style') ?? '';
  if (live.getAttribute('style') === base.getAttribute('style')) {
    live.style.cssText = said;
    if (said === '') live.removeAttribute('style');
    return;
  }
  const [before, after] = [base, next].map((element) => readStyle(element.getAttribute('style') ?? ''));
  // a shorthand with var() has no parts that could be written by themselves
  if ([...(after as Style).values()].some(([value]) => value === '')) {
    live.style.cssText += `;${said}`;
    return;
  }
  for (const [name] of before as Style) if (!after?.has(name)) live.style.removeProperty(name);
  for (const [name, [value, priority]] of after as Style) live.style.setProperty(name, value, priority);
}

type Style = Map<string, [value: string, priority: string]>;

/** Reads declarations through the CSSOM, which a strict Content-Security-Policy allows. */
function readStyle(text: string): Style {
  const { style } = document.createElement('i');
  style.cssText = text;
  return new Map([...style].map((name) => [name, [style.getPropertyValue(name), style.getPropertyPriority(name)]]));
}

/** Removes what is not the server's from a copy of the page. */
export function removeMarks(element: Element): void {
  for (const name of [...element.classList]) if (FOREIGN_CLASSES.test(name)) element.classList.remove(name);
  if (element.getAttribute('class') === '') element.removeAttribute('class');
  if (element.hasAttribute('data-disabled-by-htmx')) element.removeAttribute('disabled');
  for (const name of element.getAttributeNames()) if (FOREIGN_ATTRIBUTES.test(name)) element.removeAttribute(name);
}
