// Owns the writing of new HTML into the page, three ways: the last HTML of the server (base), its new HTML (next), and the
// live DOM, which users and other scripts have changed. Only what differs between base and next is written to the live DOM.

import { ATTRIBUTES } from '../protocol/names.ts';
import type { Operation } from '../protocol/patch.ts';
import { changedAttributes, copyAttribute, removeMarks, writeAttribute } from './attributes.ts';
import { changeControl } from './forms.ts';
import { inOrder, type Pair, pair } from './pairs.ts';

/** What happens to nodes beside the DOM: htmx wires new ones and cleans up removed ones. */
export interface Wiring {
  added(element: Element): void;
  /** An attribute of htmx's, or lv-event, has changed. */
  changed(element: Element): void;
  removed(element: Element): void;
}

/** Components that were put back without their inside, because another script had taken them away. */
export const emptied = new WeakSet<Element>();

/** So many operations in a patch make an index of ids worth while. */
const MANY = 8;

/** Thrown where a patch does not fit what the page holds: the component must be fetched whole. */
export class Misfit extends Error {}

const ROOT = `[${ATTRIBUTES.component}]`;
const IDENTITY: ReadonlySet<string> = new Set([ATTRIBUTES.id, ATTRIBUTES.component]);

/** A document in which nothing runs, loads or upgrades, and which parses as the page does, quirks included. */
const parseInert = () =>
  new DOMParser().parseFromString(document.compatMode === 'CSS1Compat' ? '<!doctype html>' : '', 'text/html');
let inert: Document;

/** The content of one component: what the server said last, and which live node shows each part of it. */
export class View {
  readonly #root: Element;
  readonly #base: Element;
  readonly #live = new WeakMap<Node, Node>();
  /** Base elements whose change was not written to the page, because the page cancelled it. */
  readonly #stale = new WeakSet<Element>();
  /** The insides of components that came with new HTML, until they are put into the page. */
  readonly #insides = new WeakMap<Element, DocumentFragment>();
  readonly #wiring: Wiring;
  #added: Element[] = [];
  #rewired: Element[] = [];
  #isShown = true;
  #hasTemplates = false;
  /** The base element of each id, while a patch of many operations is applied. */
  #index: Map<string, Element | undefined> | undefined;

  /** Takes the root's present content as what the server said last. */
  constructor(root: Element, wiring: Wiring) {
    this.#root = root;
    this.#wiring = wiring;
    inert ??= parseInert(); // not before: this file is also loaded by a worker
    this.#base = inert.importNode(root, true);
    for (const component of this.#base.querySelectorAll(ROOT)) component.replaceChildren();
    this.#link(this.#base, root);
    for (const element of [this.#base, ...this.#base.querySelectorAll('*')]) removeMarks(element);
  }

  /**
   * Brings the component to new content, written only where it differs from the last.
   * With `isShown` false only what the server said is noted: it is written when the same place changes again.
   */
  update(html: string, isShown = true): void {
    this.#write(isShown, () => {
      const next = this.#parse(html, this.#root);
      if (!isShown) this.#stale.add(this.#base);
      this.#content(this.#base, next, this.#root);
    });
  }

  /** Applies a patch. Throws Misfit where it does not fit; what has been applied by then stays. */
  patch(operations: readonly Operation[], isShown = true): void {
    this.#write(isShown, () => {
      if (operations.length >= MANY) this.#makeIndex();
      for (const operation of operations) this.#operate(operation);
    });
  }

  #write(isShown: boolean, work: () => void): void {
    this.#isShown = isShown;
    const focused = document.activeElement;
    try {
      work();
    } finally {
      this.#index = undefined;
      // a node that had to be moved without moveBefore has lost the focus
      if (focused !== document.activeElement && focused instanceof HTMLElement && this.#root.contains(focused)) {
        focused.focus({ preventScroll: true });
      }
      const added = this.#added.filter((element) => element.isConnected);
      this.#added = [];
      for (const element of added) this.#wiring.added(element);
      for (const element of this.#rewired.splice(0)) this.#wiring.changed(element);
    }
  }

  /** Parses HTML as the children of an element like `parent`; the insides of components are put aside, for they are their own. */
  #parse(html: string, parent: Element): Element {
    const next = inert.importNode(parent, false);
    next.innerHTML = html;
    this.#hasTemplates = next.querySelector('template') !== null;
    for (const component of next.querySelectorAll(ROOT)) {
      if (!next.contains(component)) continue; // it went along with the component around it
      const inside = inert.createDocumentFragment();
      inside.append(...component.childNodes);
      this.#insides.set(component, inside);
    }
    return next;
  }

  // --- Operations ------------------------------------------------------------------------------------------------

  #operate(operation: Operation): void {
    const [kind, id] = operation;
    const element = this.#find(id);
    const parent = element.parentNode as Element;
    const shown = this.#liveOf(parent);
    // where the page has not followed base, base goes on alone, and is then shown whole
    const isStale = shown !== undefined && this.#stale.delete(parent);
    const live = isStale ? undefined : shown;
    if (!this.#isShown && kind !== 'r') this.#stale.add(parent);
    if (kind === 'r') this.#replace(element, parent, live, operation[2]);
    else if (kind === 'm') this.#move(operation, element, live);
    else if (kind !== 'x') this.#insert(kind, element, [...this.#parse(operation[2], parent).childNodes], live);
    else for (const node of take(element, operation[2])) this.#remove(node, live);
    if (isStale && shown) this.#rebuild(parent, shown);
  }

  /** The one base element of an id. The insides of other components are not in base. */
  #find(id: string): Element {
    const found = this.#index ? this.#index.get(id) : this.#search(id);
    if (!found) throw new Misfit(`not just one element has the id ${id}`);
    return found;
  }

  #search(id: string): Element | undefined {
    const value = CSS.escape(id);
    const found = this.#base.querySelectorAll(`[id="${value}"],[${ATTRIBUTES.id}="${value}"]`);
    return found.length === 1 ? found[0] : undefined;
  }

  /** For a patch of many operations: all ids, once. */
  #makeIndex(): void {
    this.#index = new Map();
    this.#note(this.#base);
  }

  /** Takes the ids in a new part of base into the index. One that is there twice names nothing. */
  #note(within: Element): void {
    const index = this.#index;
    if (!index) return;
    for (const element of [within, ...within.querySelectorAll(`[id],[${ATTRIBUTES.id}]`)]) {
      if (element === this.#base) continue;
      for (const id of [element.id, element.getAttribute(ATTRIBUTES.id)]) {
        if (id) index.set(id, index.has(id) && index.get(id) !== element ? undefined : element);
      }
    }
  }

  #liveOf(base: Node): Element | undefined {
    return this.#isShown ? (this.#live.get(base) as Element | undefined) : undefined;
  }

  #replace(element: Element, parent: Element, live: Element | undefined, html: string): void {
    const [next, ...more] = this.#parse(html, parent).childNodes;
    if (!(next instanceof Element) || more.length > 0) throw new Misfit(`not one element: ${html.slice(0, 80)}`);
    if (next.localName === element.localName) return this.#node(element, next, live);
    this.#insertAfter(parent, this.#create(next, live), element, live);
    this.#remove(element, live);
  }

  #insert(side: 'a' | 'b', beside: Element, nodes: ChildNode[], live: Element | undefined): void {
    const parent = beside.parentNode as Element;
    let previous = side === 'a' ? beside : (beside.previousSibling ?? undefined);
    for (const node of nodes) {
      this.#insertAfter(parent, this.#create(node, live), previous, live);
      previous = node;
    }
  }

  #move([, , side, besideId, gap]: Extract<Operation, { 0: 'm' }>, element: Element, live: Element | undefined): void {
    const nodes = take(element, gap);
    const beside = this.#find(besideId);
    const parent = beside.parentNode as Element;
    if (parent !== element.parentNode) throw new Misfit('a move to another parent');
    const isAfter = side === 'a';
    const inOrder = nodes.length > 1 && (nodes[0] === element) === isAfter ? nodes.reverse() : nodes;
    let previous = isAfter ? beside : (beside.previousSibling ?? undefined);
    // a node that is to be moved can't be what the others follow
    while (previous && inOrder.includes(previous)) previous = previous.previousSibling ?? undefined;
    for (const node of inOrder) {
      this.#insertAfter(parent, node, previous, live);
      previous = node;
    }
  }

  // --- Base and live ---------------------------------------------------------------------------------------------

  /** Notes for a tree of the server's which live tree shows it; both have the same shape, but for the insides of components. */
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

  #content(base: Element, next: Element, live: Element): void {
    const wasStale = this.#isShown && this.#stale.delete(base);
    if (!wasStale) return this.#children(base, next, this.#isShown ? live : undefined);
    this.#children(base, next, undefined);
    this.#rebuild(base, live);
  }

  /** Writes an element's content from base, where the live DOM has not followed it. */
  #rebuild(base: Element, live: Element): void {
    const nodes = [...base.childNodes].map((node) => this.#show(node)); // components move into these
    for (const child of [...live.children]) if (!nodes.includes(child)) this.#wiring.removed(child);
    live.replaceChildren(...nodes);
  }

  /** Makes the live node for a base node. New components get their insides; those that are on the page already stay what they are. */
  #show(base: ChildNode): ChildNode {
    const components =
      base instanceof Element ? [base, ...base.querySelectorAll(ROOT)].filter((it) => it.matches(ROOT)) : [];
    const full = components.filter((component) => this.#insides.has(component));
    const before = components.filter((it) => !full.includes(it)).map((it) => [it, this.#live.get(it)] as const);
    for (const component of full) component.append(this.#insides.get(component) as DocumentFragment);
    const shown = document.importNode(base, true);
    for (const component of full) component.replaceChildren();
    this.#link(base, shown);
    const kept = before.map(([component, old]) => this.#keep(component, old as Element | undefined));
    const result = kept.find((it) => it?.made === shown)?.old ?? shown;
    if (result instanceof Element) this.#added.push(result);
    return result;
  }

  /** Puts a component's own element back in the place of a new, empty one. */
  #keep(component: Element, old: Element | undefined): { made: Node; old: ChildNode } | undefined {
    const made = this.#live.get(component) as Element;
    if (!old?.isConnected) {
      emptied.add(made);
      return undefined;
    }
    made.replaceWith(old);
    this.#live.set(component, old);
    return { made, old };
  }

  // --- Children --------------------------------------------------------------------------------------------------

  /** Makes the children of `base`, and of the live node that shows it, those of `next`. */
  #children(base: Element, next: Element, live: Element | undefined): void {
    const old = [...base.childNodes];
    const wanted = [...next.childNodes];
    let start = 0;
    let oldEnd = old.length;
    let end = wanted.length;
    const same = (a: number, b: number) => this.#isSame(old[a] as Node, wanted[b] as Node);
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

  /** A new node of the server's: it moves into base as it is, and the page gets a copy. */
  #create(wanted: ChildNode, live: Element | undefined): ChildNode {
    if (live) this.#show(wanted);
    if (wanted instanceof Element) this.#note(wanted);
    return wanted;
  }

  #insertAfter(base: Element, node: ChildNode, previous: ChildNode | undefined, live: Element | undefined): void {
    base.insertBefore(node, previous ? previous.nextSibling : base.firstChild);
    const shown = this.#live.get(node);
    if (!live || !shown) return;
    const shownBefore = previous && this.#shown(previous, live);
    move(live, shown, shownBefore ? shownBefore.nextSibling : this.#nextShown(node, live));
  }

  /** Before what a node comes that follows nothing: the next sibling that is shown, else the end. */
  #nextShown(node: ChildNode, live: Element): ChildNode | null {
    for (let next = node.nextSibling; next; next = next.nextSibling) {
      const shown = this.#shown(next, live);
      if (shown) return shown;
    }
    return null;
  }

  #remove(node: ChildNode, live: Element | undefined): void {
    if (this.#index && node instanceof Element) this.#index.delete(node.id);
    const shown = this.#shown(node, live);
    node.remove();
    if (!shown) return;
    if (shown instanceof Element) this.#wiring.removed(shown);
    shown.remove();
  }

  /** Whether two nodes of the server's are the same; isEqualNode does not look into templates. */
  #isSame(base: Node, next: Node): boolean {
    if (!base.isEqualNode(next)) return false;
    return !this.#hasTemplates || !(next instanceof Element) || (base as Element).outerHTML === next.outerHTML;
  }

  // --- One node --------------------------------------------------------------------------------------------------

  #node(base: ChildNode, next: ChildNode, parent: Element | undefined): void {
    const live = this.#shown(base, parent);
    if (!(base instanceof Element)) {
      if (base.nodeValue === next.nodeValue) return;
      base.nodeValue = next.nodeValue;
      if (live) live.nodeValue = next.nodeValue;
    } else if (!this.#isSame(base, next)) {
      if (parent && !live) this.#showAgain(base, next as Element, parent);
      else this.#element(base, next as Element, live as Element | undefined);
    }
  }

  /** Another script has taken the element away. It has changed, so it is shown again. */
  #showAgain(base: Element, next: Element, parent: Element): void {
    this.#element(base, next, undefined);
    const shown = this.#show(base);
    const previous = base.previousSibling ? this.#shown(base.previousSibling, parent) : undefined;
    parent.insertBefore(shown, previous ? previous.nextSibling : this.#nextShown(base, parent));
  }

  #element(base: Element, next: Element, live: Element | undefined): void {
    if (!this.#isShown) this.#stale.add(base);
    const isComponent = base.hasAttribute(ATTRIBUTES.component);
    const changed = changedAttributes(base, next);
    if (live && changed.some((name) => /^(?:data-)?(?:lv|hx)-/.test(name))) this.#rewired.push(live);
    for (const name of changed) {
      if (isComponent && IDENTITY.has(name)) continue;
      if (live) writeAttribute(live, base, next, name);
      copyAttribute(base, next, name);
    }
    // a component inside is its own: its content comes in its own updates
    if (isComponent) return;
    const wasStale = live && this.#stale.delete(base);
    if (live && wasStale) this.#refresh(base, next, live);
    else if (live instanceof HTMLTextAreaElement) changeControl(live, () => this.#children(base, next, live));
    else if (base instanceof HTMLTemplateElement) this.#template(base, next as HTMLTemplateElement, live);
    else this.#children(base, next, live);
  }

  /** Writes an element whole that was not written when the server changed it. */
  #refresh(base: Element, next: Element, live: Element): void {
    for (const name of next.getAttributeNames())
      if (name !== 'class' && name !== 'style') copyAttribute(live, next, name);
    this.#children(base, next, undefined);
    this.#rebuild(base, live);
  }

  #template(base: HTMLTemplateElement, next: HTMLTemplateElement, live: Element | undefined): void {
    if (live instanceof HTMLTemplateElement)
      live.content.replaceChildren(live.content.ownerDocument.importNode(next.content, true));
    base.content.replaceChildren(next.content);
  }
}

/** An element of a list, and the white space that goes with it: what follows, or for the last what is before. */
function take(element: Element, gap: string): ChildNode[] {
  if (gap === '') return [element];
  const { nextSibling: after, previousSibling: before } = element;
  if (isGap(after, gap)) return [element, after as ChildNode];
  if (isGap(before, gap)) return [before as ChildNode, element];
  throw new Misfit(`no white space beside ${element.id}`);
}

function isGap(node: Node | null, gap: string): boolean {
  return node instanceof Text && node.data === gap;
}

/** Moves a node without resetting it where the browser can: a moved iframe, video or focus survives. */
function move(parent: Element, node: Node, before: Node | null): void {
  const able = parent as Element & { moveBefore?: (node: Node, before: Node | null) => void };
  if (able.moveBefore && node.isConnected && parent.isConnected) able.moveBefore(node, before);
  else parent.insertBefore(node, before);
}
