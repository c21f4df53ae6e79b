// Owns the question which old node becomes which new one, and which may stay where it is.

import { ATTRIBUTES } from '../protocol/names.ts';
import { longestIncrease } from '../protocol/order.ts';

/** A wanted node, and the old node that becomes it, if one does. */
export type Pair = readonly [match: ChildNode | undefined, wanted: ChildNode];

function keyOf(node: Node): string | undefined {
  if (!(node instanceof Element)) return undefined;
  return node.getAttribute(ATTRIBUTES.id) ?? (node.id || undefined);
}

function kindOf(node: Node): string {
  return node instanceof Element ? `${node.namespaceURI} ${node.localName}` : String(node.nodeType);
}

/** Finds for each wanted node the old node that becomes it: by its id; without one, the next of its kind without one. */
export function pair(old: readonly ChildNode[], wanted: readonly ChildNode[]): Pair[] {
  const keyed = new Map<string, ChildNode>();
  const loose = new Map<string, ChildNode[]>();
  for (const node of old) {
    const key = keyOf(node);
    if (key !== undefined && !keyed.has(key)) keyed.set(key, node);
    else if (key === undefined) push(loose, kindOf(node), node);
  }
  for (const list of loose.values()) list.reverse(); // to take the first with pop
  return wanted.map((node) => {
    const key = keyOf(node);
    if (key === undefined) return [loose.get(kindOf(node))?.pop(), node];
    const match = keyed.get(key);
    keyed.delete(key);
    return [match && kindOf(match) === kindOf(node) ? match : undefined, node];
  });
}

function push(map: Map<string, ChildNode[]>, key: string, node: ChildNode): void {
  const list = map.get(key);
  if (list) list.push(node);
  else map.set(key, [node]);
}

/** The matched nodes that can stay where they are: a longest run that is in order already. All others are moved. */
export function inOrder(pairs: readonly Pair[], base: Element): Set<ChildNode> {
  const matches = pairs.map(([match]) => match).filter((match) => match !== undefined);
  const position = new Map([...base.childNodes].map((node, at) => [node, at]));
  const places = matches.map((match) => position.get(match) as number);
  return new Set(longestIncrease(places).map((at) => matches[at] as ChildNode));
}
