// Owns the writing of updates into a test's page: the operations of protocol/patch, and whole contents. Nodes that stay keep their identity, and with
// it what was typed into them. The browser does the same three ways (htmx-ext/apply); here nobody but the server writes.

import type { CheerioAPI } from 'cheerio';
import { match } from '../../protocol/match.ts';
import { ATTRIBUTES } from '../../protocol/names.ts';
import type { Operation } from '../../protocol/patch.ts';
import { type Child, type Element, isChoice, isElement, isRoot, type Parent } from './dom.ts';

/** A patch does not fit what the page holds: the component must be fetched whole. The message is the region's id. */
export class Misfit extends Error {}

/** Writes updates into the elements of a page. */
export class Applier {
  readonly #$: CheerioAPI;
  readonly #controlChanged: (control: Element) => void;
  /** What the present patch has removed from lists, by id. */
  #removed = new Map<string, Element>();

  /** @param controlChanged is called for a control of which the server says something new. */
  constructor($: CheerioAPI, controlChanged: (control: Element) => void) {
    this.#$ = $;
    this.#controlChanged = controlChanged;
  }

  /** Brings a component to new content. */
  update(root: Element, html: string): void {
    this.#children(root, this.#parse(html, root));
  }

  /** Applies a patch; what has been applied stays where it does not fit. */
  patch(root: Element, operations: readonly Operation[]): void {
    this.#removed.clear();
    for (const operation of operations) this.#operate(root, operation);
    this.#removed.clear();
  }

  // --- Operations ------------------------------------------------------------------------------------------------

  #operate(root: Element, operation: Operation): void {
    const [kind, id] = operation;
    const element = find(root, id);
    const parent = element.parent as Element;
    if (kind === 'r') return this.#replace(element, parent, operation[2]);
    if (kind === 'm') return moveTo(operation, element, find(root, operation[3]));
    if (kind === 'x') {
      this.#removed.set(id, element);
      return without(parent, take(element, operation[2]));
    }
    const nodes = this.#parse(operation[2], parent).map((node) => this.#comeOver(node) ?? node);
    putBeside(kind, element, nodes);
  }

  /** What another list has given away in this patch is not made anew. */
  #comeOver(node: Child): Element | undefined {
    if (!isElement(node)) return undefined;
    const old = this.#removed.get(node.attribs.id ?? node.attribs[ATTRIBUTES.id] ?? '');
    if (old?.name !== node.name) return undefined;
    this.#write(old, node);
    return old;
  }

  #replace(element: Element, parent: Element, html: string): void {
    const [next, ...more] = this.#parse(html, parent);
    if (!isElement(next) || more.length > 0) throw new Misfit(element.attribs.id);
    if (next.name === element.name) return this.#write(element, next);
    setChildren(
      parent,
      parent.children.map((child) => (child === element ? next : child)),
    );
  }

  /** Parses HTML as the children of an element like `parent`. */
  #parse(html: string, parent: Element): Child[] {
    const shell: Element = Object.create(Object.getPrototypeOf(parent));
    Object.assign(shell, parent, { children: [], parent: null, prev: null, next: null });
    this.#$(shell).html(html);
    return [...shell.children];
  }

  // --- Content ---------------------------------------------------------------------------------------------------

  #children(parent: Parent, wanted: readonly Child[]): void {
    const old = [...parent.children];
    let start = 0;
    let [oldEnd, end] = [old.length, wanted.length];
    while (start < oldEnd && start < end && isSame(old[start], wanted[start])) start++;
    while (oldEnd > start && end > start && isSame(old[oldEnd - 1], wanted[end - 1])) {
      oldEnd--;
      end--;
    }
    const middle = pair(old.slice(start, oldEnd), wanted.slice(start, end)).map(([match, node]) => {
      if (match) this.#write(match, node);
      return match ?? this.#comeOver(node) ?? node;
    });
    setChildren(parent, [...old.slice(0, start), ...middle, ...old.slice(oldEnd)]);
  }

  #write(old: Child, next: Child): void {
    if (isSame(old, next)) return;
    if ('data' in old && 'data' in next) old.data = next.data;
    if (isElement(old) && isElement(next)) this.#attributes(old, next);
    // a component inside is its own: its content comes in its own updates
    if ('children' in old && 'children' in next && !(isElement(old) && isRoot(old))) {
      if (isElement(old) && old.name === 'textarea') this.#controlChanged(old);
      this.#children(old, next.children);
    }
  }

  #attributes(old: Element, next: Element): void {
    const names = new Set([...Object.keys(old.attribs), ...Object.keys(next.attribs)]);
    const changed = [...names].filter((name) => old.attribs[name] !== next.attribs[name]);
    const { [ATTRIBUTES.id]: id, [ATTRIBUTES.component]: component } = old.attribs;
    const own = isRoot(old) ? { [ATTRIBUTES.id]: id, [ATTRIBUTES.component]: component } : {};
    for (const key of ['attribs', 'x-attribsNamespace', 'x-attribsPrefix'] as const)
      Object.assign(old, { [key]: next[key] });
    Object.assign(old.attribs, own);
    if (changed.some((name) => isState(old, name))) this.#controlChanged(old);
  }
}

/** Whether an attribute is what a control shows: of a checkbox, a radio and an option its value is not. */
function isState(element: Element, name: string): boolean {
  if (name === 'checked' || name === 'selected') return true;
  return name === 'value' && element.name !== 'option' && !isChoice(element);
}

/** The one element that has an id, or a `data-id`. The insides of other components are not looked into. */
function find(root: Element, id: string): Element {
  const found: Element[] = [];
  const search = (within: Element) => {
    for (const child of within.children) {
      if (!isElement(child)) continue;
      if (child.attribs.id === id || child.attribs[ATTRIBUTES.id] === id) found.push(child);
      if (!isRoot(child)) search(child);
    }
  };
  search(root);
  const [element] = found;
  if (!element || found.length > 1) throw new Misfit(id); // not just one element has it
  return element;
}

function without(parent: Element, nodes: readonly Child[]): void {
  setChildren(
    parent,
    parent.children.filter((child) => !nodes.includes(child)),
  );
}

function moveTo([, , side, id, gap]: Extract<Operation, { 0: 'm' }>, element: Element, beside: Element): void {
  const nodes = take(element, gap);
  if (beside.parent !== element.parent) throw new Misfit(id); // a move to another parent
  if (nodes.length > 1 && (nodes[0] === element) === (side === 'a')) nodes.reverse();
  without(element.parent as Element, nodes);
  putBeside(side, beside, nodes);
}

function putBeside(side: 'a' | 'b', beside: Element, nodes: readonly Child[]): void {
  const parent = beside.parent as Element;
  const at = parent.children.indexOf(beside) + (side === 'a' ? 1 : 0);
  setChildren(parent, [...parent.children.slice(0, at), ...nodes, ...parent.children.slice(at)]);
}

/** An element of a list, and the white space that goes with it: what follows, or for the last what is before. */
function take(element: Element, gap: string): Child[] {
  if (gap === '') return [element];
  const { next, prev } = element;
  if (isGap(next, gap)) return [element, next];
  if (isGap(prev, gap)) return [prev, element];
  throw new Misfit(element.attribs.id); // no white space beside it
}

function isGap(node: Child | null, gap: string): node is Child {
  return node !== null && node.type === 'text' && 'data' in node && node.data === gap;
}

function setChildren(parent: Parent, children: readonly Child[]): void {
  for (const child of parent.children) child.parent = child.prev = child.next = null;
  parent.children = [...children];
  for (const [at, child] of children.entries()) {
    child.parent = parent;
    child.prev = children[at - 1] ?? null;
    child.next = children[at + 1] ?? null;
  }
}

// --- Which old node becomes which new one ------------------------------------------------------------------------------

function tagOf(node: Child): string {
  return isElement(node) ? `${node.namespace} ${node.name}` : node.type;
}

/** What a user types or chooses in one is not moved to another: a control is known by its name, an option and a choice by their values. */
function kindOf(node: Child): string {
  if (!isElement(node)) return tagOf(node);
  const { name, type = '', value } = node.attribs;
  if (node.name === 'option') return `${tagOf(node)} ${value ?? textOf(node)}`;
  if (!/^(?:input|select|textarea)$/.test(node.name)) return tagOf(node);
  const look = /^(?:text|password|email|search|tel|url)?$/i.test(type) ? '' : type.toLowerCase();
  return `${tagOf(node)} ${name} ${look} ${isChoice(node) ? value : ''}`;
}

function textOf(element: Element): string {
  return element.children.map((child) => ('data' in child ? child.data : '')).join('');
}

/** By what a node is known: its id; without one, its kind and those of the controls inside. */
function nameOf(node: Child): string {
  const key = keyOf(node);
  if (key) return `${tagOf(node)}#${key}`;
  const inside = 'children' in node && !isControl(node) ? node.children.map(controlsIn) : [];
  return [kindOf(node), ...inside].join('');
}

function keyOf(node: Child): string | undefined {
  return isElement(node) ? (node.attribs[ATTRIBUTES.id] ?? node.attribs.id) : undefined;
}

function isControl(node: Child): boolean {
  return kindOf(node) !== tagOf(node);
}

function controlsIn(node: Child): string {
  if (!('children' in node)) return '';
  return [isControl(node) ? `,${kindOf(node)}` : '', ...node.children.map(controlsIn)].join('');
}

/** For each wanted node the old node that becomes it: by its id; without one, the next of its kind, rather with the same controls inside. */
function pair(old: readonly Child[], wanted: readonly Child[]): [match: Child | undefined, node: Child][] {
  const matches = match(old, wanted, [nameOf, (node) => (keyOf(node) ? nameOf(node) : kindOf(node))]);
  return wanted.map((node) => [matches.get(node), node]);
}

/** Whether two nodes are the same to the letter; the order of attributes does not matter. */
function isSame(one: Child | undefined, other: Child | undefined): boolean {
  if (!one || !other || tagOf(one) !== tagOf(other)) return false;
  if ('data' in one && 'data' in other && one.data !== other.data) return false;
  if (isElement(one) && isElement(other)) {
    const names = Object.keys(one.attribs);
    if (names.length !== Object.keys(other.attribs).length) return false;
    if (names.some((name) => one.attribs[name] !== other.attribs[name])) return false;
  }
  const [mine, its] = [one, other].map((node) => ('children' in node ? node.children : [])) as [Child[], Child[]];
  return mine.length === its.length && mine.every((child, at) => isSame(child, its[at]));
}
