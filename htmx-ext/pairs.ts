// Owns the question which old node becomes which new one, and which may stay where it is.

import { match } from '../protocol/match.ts';
import { ATTRIBUTES } from '../protocol/names.ts';
import { longestIncrease } from '../protocol/order.ts';
import { isChoice } from './forms.ts';

/** A wanted node, and the old node that becomes it, if one does. */
export type Pair = readonly [match: ChildNode | undefined, wanted: ChildNode];

function keyOf(node: Node): string | undefined {
  if (!(node instanceof Element)) return undefined;
  return node.getAttribute(ATTRIBUTES.id) ?? (node.id || undefined);
}

function tagOf(node: Node): string {
  return node instanceof Element ? `${node.namespaceURI} ${node.localName}` : String(node.nodeType);
}

/** What a user types or chooses in one is not moved to another: a control is known by its name, an option and a choice by their values. */
function kindOf(node: Node): string {
  let kind = tagOf(node);
  if (node instanceof HTMLOptionElement) return kind + node.value;
  if (!(node instanceof Element && node.matches(CONTROLS))) return kind;
  const { name, type } = node as HTMLInputElement;
  kind += ` ${name} ${/^(?:text|password|email|search|tel|url)$/.test(type) ? '' : type}`;
  return isChoice(node) ? `${kind} ${(node as HTMLInputElement).value}` : kind;
}

const CONTROLS = 'input,select,textarea';

/** By what a node is known: its id; without one, its kind and those of the controls inside. */
function nameOf(node: Node): string {
  const key = keyOf(node);
  if (key !== undefined) return `${tagOf(node)}#${key}`;
  const controls = node instanceof Element ? [...node.querySelectorAll(CONTROLS)] : [];
  return [node, ...controls].map(kindOf).join();
}

/** The same, whatever is inside. */
function looseNameOf(node: Node): string {
  return keyOf(node) === undefined ? kindOf(node) : nameOf(node);
}

/** Finds for each wanted node the old node that becomes it: by its id; without one, the next of its kind, rather with the same controls inside. */
export function pair(old: readonly ChildNode[], wanted: readonly ChildNode[]): Pair[] {
  const matches = match(old, wanted, [nameOf, looseNameOf]);
  return wanted.map((node) => [matches.get(node), node]);
}

/** The matched nodes that can stay where they are: a longest run that is in order already. All others are moved. */
export function inOrder(pairs: readonly Pair[], base: Element): Set<ChildNode> {
  const matches = pairs.map(([old]) => old).filter((old) => old !== undefined);
  const position = new Map([...base.childNodes].map((node, at) => [node, at]));
  const places = matches.map((old) => position.get(old) as number);
  return new Set(longestIncrease(places).map((at) => matches[at] as ChildNode));
}
