// The live part: how many orders there are, whoever took them, in the app's own view engine.
import { LiveComponent, topic } from 'htmx-liveview';
import { orders } from '../orders.ts';

export const taken = topic('orders');

export class Till extends LiveComponent {
  static component = 'shop.Till';

  mount() {
    this.subscribe(taken);
  }

  render() {
    return this.view('till', { orders });
  }
}
