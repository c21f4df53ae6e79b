// Two counters: one line is the difference.
import { html, LiveComponent } from 'htmx-liveview';

/** Its state is in the memory of its node. When that ends, another one mounts the counter anew. */
export class Counter extends LiveComponent {
  static component = 'cluster.Counter';
  static events = { increment: true };

  count = 0;
  since = '';

  mount() {
    this.since = new Date().toLocaleTimeString('en-GB');
  }

  increment() {
    this.count += 1;
  }

  render() {
    return html`
      <p class="figure">Count: <output>${this.count}</output></p>
      <button lv-event="increment">+1</button>
      <p class="hint">Counts since ${this.since}.</p>`;
  }
}

/** Its state is kept in Redis before a click is answered. Another node goes on with it, and does not call mount(). */
export class KeptCounter extends Counter {
  static component = 'cluster.KeptCounter';
  static durable = 'sync';
}
