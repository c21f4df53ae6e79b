// The live part of an existing page: it shows the day's orders, whoever takes them.
import { html, LiveComponent, topic } from 'htmx-liveview';

export interface Order {
  readonly id: number;
  readonly dish: string;
  readonly price: number;
}

export const orders: Order[] = [
  { id: 1, dish: 'Soup', price: 6 },
  { id: 2, dish: 'Noodles', price: 11 },
];

/** Published by the page's own POST route. */
export const taken = topic<Order>('orders');

export class Till extends LiveComponent {
  static component = 'demo.Till';
  static events = { close: true };

  count = 0;
  sum = 0;
  open = true;

  mount() {
    this.add();
    this.subscribe(taken, () => this.add());
  }

  add() {
    this.count = orders.length;
    this.sum = orders.reduce((sum, order) => sum + order.price, 0);
  }

  close() {
    this.open = !this.open;
  }

  render() {
    return html`
      <p class="figure">€ ${this.sum}</p>
      <p>${this.count} orders today, the till is ${this.open ? 'open' : 'closed'}</p>
      <button lv-event="close">${this.open ? 'Close' : 'Open'} the till</button>`;
  }
}
