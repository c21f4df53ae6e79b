// The specification's own example: a counter whose state is on the server.
import { html, LiveComponent, type Params } from 'htmx-liveview';
import { z } from 'zod';

export class Counter extends LiveComponent<{ start: number }> {
  static component = 'demo.Counter';
  static events = {
    increment: true,
    decrement: true,
    set: z.object({ count: z.coerce.number().int().min(-999).max(999) }),
  };

  count = 0;

  mount() {
    this.count = this.session.start;
  }

  increment() {
    this.count += 1;
  }

  decrement() {
    this.count -= 1;
  }

  set({ count }: Params<typeof Counter, 'set'>) {
    this.count = count;
  }

  render() {
    return html`
      <p class="figure">Count: <output>${this.count}</output></p>
      <div class="row">
        <button lv-event="decrement" aria-label="one less">−1</button>
        <button lv-event="increment" aria-label="one more">+1</button>
        <button lv-event="set" name="count" value="0" class="quiet">Reset</button>
      </div>`;
  }
}
