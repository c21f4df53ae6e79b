// Owns topics: typed names under which components publish and subscribe.

/** A topic: a name, and the type of the values that are published under it. */
export interface Topic<Value> {
  readonly name: string;
  /** Only for the compiler. */
  readonly value?: (value: Value) => Value;
}

/**
 * Names a topic. Keep it in a module of its own, so that components which publish and components which subscribe can both import it.
 * @example export const cards = topic<Card>('cards');
 */
export function topic<Value>(name: string): Topic<Value> {
  return { name };
}
