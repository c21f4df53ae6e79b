// Owns the question which old item becomes which new one: both sides that write updates keep the same nodes.

/**
 * Finds for each wanted item the old one that becomes it: the first that is left of the same name, under the first naming, then under the
 * others. An item without one is not in the result.
 */
export function match<Item extends object>(
  old: readonly Item[],
  wanted: readonly Item[],
  namings: readonly ((item: Item) => string)[],
): Map<Item, Item> {
  const left = new Set(old);
  const matches = new Map<Item, Item>();
  for (const nameOf of namings) {
    const named = new Map<string, Item[]>();
    for (const item of [...left].reverse()) push(named, nameOf(item), item); // to take the first with pop
    for (const item of wanted) {
      const found = matches.has(item) ? undefined : named.get(nameOf(item))?.pop();
      if (!found) continue;
      matches.set(item, found);
      left.delete(found);
    }
  }
  return matches;
}

function push<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}
