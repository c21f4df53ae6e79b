// Owns topics: typed names under which components publish and subscribe.

/**
 * A topic: a name, and the type of the values that are published under it.
 * @example const news: Topic<string> = topic('news');
 */
export interface Topic<Value> {
  /** Unlike any other's in the app. */
  readonly name: string;
  /** Only for the compiler. */
  readonly value?: (value: Value) => Value;
}

/** What `publish` takes beside the topic: its value, or nothing where the topic has none. */
export type Published<Value> = undefined extends Value ? [value?: NoInfer<Value>] : [value: NoInfer<Value>];

/**
 * Names a topic, and the type of its values; without a type it has none, and only says that something has changed. Keep it in a module of its own, so that components which publish and components which subscribe can both import it.
 * @example
 * ```ts
 * export const cards = topic<Card>('cards');
 *
 * class Board extends LiveComponent {
 *   static component = 'demo.Board';
 *   cards: Card[] = [];
 *   mount() {
 *     this.subscribe(cards, (card) => this.cards.push(card));
 *   }
 *   render() {
 *     return html`<ul>${this.cards.map(({ id, title }) => html`<li id="${id}">${title}</li>`)}</ul>`;
 *   }
 * }
 * const view = await mountLive(Board);
 * await view.publish(cards, { id: 'c1', title: 'Milk' });
 * view.text; // => 'Milk'
 * ```
 * @example
 * ```ts
 * const changed = topic('orders');
 * let orders = 0;
 *
 * class Orders extends LiveComponent {
 *   static component = 'demo.Orders';
 *   mount() {
 *     this.subscribe(changed);
 *   }
 *   render() {
 *     return html`<p>${orders} orders</p>`;
 *   }
 * }
 * const till = await mountLive(Orders);
 * orders += 1;
 * await till.publish(changed);
 * till.text; // => '1 orders'
 * ```
 */
export function topic<Value = void>(name: string): Topic<Value> {
  return { name };
}
