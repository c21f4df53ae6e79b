// Owns the writing of new HTML into the page, three ways: the last HTML of the server (base), its new HTML (next), and the
// live DOM, which users and other scripts have changed. Only what differs between base and next is written to the live DOM.

import { ATTRIBUTES } from '../protocol/names.ts';
import { changeControl } from './forms.ts';

/** What happens to nodes beside the DOM: htmx wires new ones and cleans up removed ones. */
export interface Wiring {
  added(element: Element): void;
  removed(element: Element): void;
}

/** Marks of htmx and of this extension, which are not the server's. */
const FOREIGN_CLASSES = /^(?:htmx-(?:request|added|settling|swapping)|lv-)/;
const FOREIGN_ATTRIBUTES = /^(?:data-htmx-powered|data-disabled-by-htmx|data-hx-revealed)$/;
/** Attributes that are also the state of a control. */
const CONTROL_ATTRIBUTES = /^(?:value|checked|selected)$/;
const IDENTITY: ReadonlySet<string> = new Set([ATTRIBUTES.id, ATTRIBUTES.component, ATTRIBUTES.session]);

/** A document in which nothing runs, loads or upgrades. */
const inert = document.implementation.createHTMLDocument('');

/** The content of one component: what the server said last, and which live node shows each part of it. */
export class View {
  readonly #root: Element;
  readonly #base: Element;
  readonly #live = new WeakMap<Node, Node>();
  readonly #wiring: Wiring;
  #added: Element[] = [];

  /** Takes the root's present content as what the server said last. */
  constructor(root: Element, wiring: Wiring) {
    this.#root = root;
    this.#wiring = wiring;
    this.#base = inert.importNode(root, true);
    this.#link(this.#base, root);
    for (const element of [this.#base, ...this.#base.querySelectorAll('*')]) removeMarks(element);
  }

  /** Brings the component to new content. The live DOM is written only where this content differs from the last. */
  update(html: string): void {
    const next = inert.importNode(this.#root, false);
    next.innerHTML = html;
    const focused = document.activeElement;
    this.#children(this.#base, next, this.#root);
    // a node that had to be moved without moveBefore has lost the focus
    if (focused !== document.activeElement && focused instanceof HTMLElement && this.#root.contains(focused)) {
      focused.focus({ preventScroll: true });
    }
    const added = this.#added.filter((element) => element.isConnected);
    this.#added = [];
    for (const element of added) this.#wiring.added(element);
  }

  /** Notes for a tree of the server's which live tree shows it; both have the same shape. */
  #link(base: Node, live: Node): void {
    this.#live.set(base, live);
    let other = live.firstChild;
    for (const child of base.childNodes) {
      if (!other) return;
      this.#link(child, other);
      other = other.nextSibling;
    }
  }

  /** The live node that shows a base node, unless another script has taken it away. */
  #shown(base: Node, parent: Node | undefined): ChildNode | undefined {
    const live = this.#live.get(base);
    return live && live.parentNode === parent ? (live as ChildNode) : undefined;
  }

  // --- Children --------------------------------------------------------------------------------------------------

  /** Makes the children of `base`, and of the live node that shows it, those of `next`. */
  #children(base: Element, next: Element, live: Element | undefined): void {
    const old = [...base.childNodes];
    const wanted = [...next.childNodes];
    let start = 0;
    let oldEnd = old.length;
    let end = wanted.length;
    const same = (a: number, b: number) => (old[a] as Node).isEqualNode(wanted[b] as Node);
    while (start < oldEnd && start < end && same(start, start)) start++;
    while (oldEnd > start && end > start && same(oldEnd - 1, end - 1)) {
      oldEnd--;
      end--;
    }
    const pairs = pair(old.slice(start, oldEnd), wanted.slice(start, end));
    const kept = new Set(pairs.map(([match]) => match));
    for (const node of old.slice(start, oldEnd)) if (!kept.has(node)) this.#remove(node, live);
    this.#place(base, pairs, old[start - 1], live);
  }

  /** Puts the children in order after `before`: keeps what is in its place, moves the rest, makes what is new. */
  #place(base: Element, pairs: readonly Pair[], before: ChildNode | undefined, live: Element | undefined): void {
    const still = inOrder(pairs, base);
    let previous = before;
    for (const [match, wanted] of pairs) {
      const node = match ?? this.#create(wanted, live);
      if (!match || !still.has(match)) this.#insertAfter(base, node, previous, live);
      if (match) this.#node(match, wanted, live);
      previous = node;
    }
  }

  #create(wanted: ChildNode, live: Element | undefined): ChildNode {
    if (!live) return wanted;
    const shown = document.importNode(wanted, true);
    this.#link(wanted, shown);
    if (shown instanceof Element) this.#added.push(shown);
    return wanted;
  }

  #insertAfter(base: Element, node: ChildNode, previous: ChildNode | undefined, live: Element | undefined): void {
    base.insertBefore(node, previous ? previous.nextSibling : base.firstChild);
    const shown = this.#live.get(node);
    if (!live || !shown) return;
    const shownBefore = previous && this.#shown(previous, live);
    move(live, shown, shownBefore ? shownBefore.nextSibling : this.#firstShown(node, live));
  }

  /** Where a first child goes: before the next sibling that is shown, else at the end. */
  #firstShown(node: ChildNode, live: Element): ChildNode | null {
    for (let next = node.nextSibling; next; next = next.nextSibling) {
      const shown = this.#shown(next, live);
      if (shown) return shown;
    }
    return null;
  }

  #remove(node: ChildNode, live: Element | undefined): void {
    const shown = this.#shown(node, live);
    node.remove();
    if (!shown) return;
    if (shown instanceof Element) this.#wiring.removed(shown);
    shown.remove();
  }

  // --- One node --------------------------------------------------------------------------------------------------

  #node(base: ChildNode, next: ChildNode, parent: Element | undefined): void {
    const live = this.#shown(base, parent);
    if (base instanceof Element) {
      if (!base.isEqualNode(next)) this.#element(base, next as Element, live as Element | undefined);
    } else if (base.nodeValue !== next.nodeValue) {
      base.nodeValue = next.nodeValue;
      if (live) live.nodeValue = next.nodeValue;
    }
  }

  #element(base: Element, next: Element, live: Element | undefined): void {
    const isComponent = base.hasAttribute(ATTRIBUTES.component);
    for (const name of changedAttributes(base, next)) {
      if (isComponent && IDENTITY.has(name)) continue;
      if (live) writeAttribute(live, base, next, name);
      copyAttribute(base, next, name);
    }
    // a component inside is its own: its content comes in its own updates
    if (isComponent) return;
    if (live instanceof HTMLTextAreaElement) changeControl(live, () => this.#children(base, next, live));
    else if (base instanceof HTMLTemplateElement) this.#template(base, next as HTMLTemplateElement, live);
    else this.#children(base, next, live);
  }

  #template(base: HTMLTemplateElement, next: HTMLTemplateElement, live: Element | undefined): void {
    base.innerHTML = next.innerHTML;
    if (live) live.innerHTML = next.innerHTML;
  }
}

/** A wanted node, and the old node that becomes it, if one does. */
type Pair = readonly [match: ChildNode | undefined, wanted: ChildNode];

function keyOf(node: Node): string | undefined {
  if (!(node instanceof Element)) return undefined;
  return node.getAttribute(ATTRIBUTES.id) ?? (node.id || undefined);
}

function kindOf(node: Node): string {
  return node instanceof Element ? `${node.namespaceURI} ${node.localName}` : String(node.nodeType);
}

/** Finds for each wanted node the old node that becomes it: by its id; without one, the next of its kind without one. */
function pair(old: readonly ChildNode[], wanted: readonly ChildNode[]): Pair[] {
  const keyed = new Map<string, ChildNode>();
  const loose = new Map<string, ChildNode[]>();
  for (const node of old) {
    const key = keyOf(node);
    if (key !== undefined && !keyed.has(key)) keyed.set(key, node);
    else if (key === undefined) loose.set(kindOf(node), [...(loose.get(kindOf(node)) ?? []), node]);
  }
  return wanted.map((node) => {
    const key = keyOf(node);
    if (key === undefined) return [loose.get(kindOf(node))?.shift(), node];
    const match = keyed.get(key);
    keyed.delete(key);
    return [match && kindOf(match) === kindOf(node) ? match : undefined, node];
  });
}

/** The matched nodes that can stay where they are: a longest run that is in order already. All others are moved. */
function inOrder(pairs: readonly Pair[], base: Element): Set<ChildNode> {
  const matches = pairs.map(([match]) => match).filter((match) => match !== undefined);
  const position = new Map([...base.childNodes].map((node, at) => [node, at]));
  const places = matches.map((match) => position.get(match) as number);
  return new Set(longestIncrease(places).map((at) => matches[at] as ChildNode));
}

/** The indexes of a longest increasing subsequence, by patience sorting: n log n. */
function longestIncrease(numbers: readonly number[]): number[] {
  const tails: number[] = [];
  const before: number[] = [];
  numbers.forEach((number, at) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[tails[middle] as number] as number) < number) low = middle + 1;
      else high = middle;
    }
    before[at] = tails[low - 1] ?? -1;
    tails[low] = at;
  });
  const run: number[] = [];
  for (let at = tails.at(-1) ?? -1; at >= 0; at = before[at] as number) run.push(at);
  return run.reverse();
}

/** Moves a node without resetting it where the browser can: a moved iframe, video or focus survives. */
function move(parent: Element, node: Node, before: Node | null): void {
  const able = parent as Element & { moveBefore?: (node: Node, before: Node | null) => void };
  if (able.moveBefore && node.isConnected && parent.isConnected) able.moveBefore(node, before);
  else parent.insertBefore(node, before);
}

// --- Attributes ----------------------------------------------------------------------------------------------------

function changedAttributes(base: Element, next: Element): string[] {
  const names = new Set([...base.getAttributeNames(), ...next.getAttributeNames()]);
  return [...names].filter((name) => base.getAttribute(name) !== next.getAttribute(name));
}

function copyAttribute(to: Element, from: Element, name: string): void {
  const value = from.getAttributeNode(name);
  if (value) to.setAttributeNodeNS(value.cloneNode() as Attr);
  else to.removeAttribute(name);
}

/** Writes a changed attribute. Of a class list and a style only what the server changed: the rest may be another script's. */
function writeAttribute(live: Element, base: Element, next: Element, name: string): void {
  if (name === 'class') writeClasses(live, base, next);
  else if (name === 'style' && live instanceof HTMLElement) writeStyle(live, base, next);
  else if (CONTROL_ATTRIBUTES.test(name)) changeControl(live, () => copyAttribute(live, next, name));
  else if (name === 'disabled' && live.hasAttribute('data-disabled-by-htmx')) return writeDisabled(live, next);
  else copyAttribute(live, next, name);
}

function writeClasses(live: Element, base: Element, next: Element): void {
  for (const name of base.classList) if (!next.classList.contains(name)) live.classList.remove(name);
  for (const name of next.classList) if (!base.classList.contains(name)) live.classList.add(name);
}

/** While htmx keeps a control disabled, the server's wish is noted for when htmx lets go. */
function writeDisabled(live: Element, next: Element): void {
  if (next.hasAttribute('disabled')) live.removeAttribute('data-disabled-by-htmx');
}

function writeStyle(live: HTMLElement, base: Element, next: Element): void {
  const [before, after] = [base, next].map((element) => readStyle(element.getAttribute('style') ?? ''));
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

function removeMarks(element: Element): void {
  for (const name of [...element.classList]) if (FOREIGN_CLASSES.test(name)) element.classList.remove(name);
  if (element.getAttribute('class') === '') element.removeAttribute('class');
  if (element.hasAttribute('data-disabled-by-htmx')) element.removeAttribute('disabled');
  for (const name of element.getAttributeNames()) if (FOREIGN_ATTRIBUTES.test(name)) element.removeAttribute(name);
}
