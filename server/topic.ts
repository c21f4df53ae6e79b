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

/**
 * Names a topic. Keep it in a module of its own, so that components which publish and components which subscribe can both import it.
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
 */
export function topic<Value>(name: string): Topic<Value> {
  return { name };
}
