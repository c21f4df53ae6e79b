// Standard Schemas of three makers: what a browser sends is checked by them, and a handler gets what they give.
import { type } from 'arktype';
import { html, type InvalidEvent, LiveComponent, type Params } from 'htmx-liveview';
import { mountLive } from 'htmx-liveview/testing';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';

/** What each of them must do, whoever made its schema. */
abstract class Order extends LiveComponent {
  said = '';
  errors: readonly string[] = [];

  show(count: number, tags: readonly string[]) {
    this.said = `${typeof count} ${count}, ${tags.join('+')}`;
    this.errors = [];
  }
  invalid({ messages }: InvalidEvent) {
    this.errors = Object.keys(messages);
  }
  render() {
    return html`<form lv-event="order">
        <input name="count"><input name="tags[]"><input name="tags[]"><button>Order</button>
      </form><p>${this.said}</p><p role="alert">${this.errors.join()}</p>`;
  }
}

class Zod extends Order {
  static component = 'order.Zod';
  static events = { order: z.object({ count: z.coerce.number().int(), tags: z.array(z.string().min(2)) }) };
  order({ count, tags }: Params<typeof Zod, 'order'>) {
    this.show(count satisfies number, tags satisfies string[]);
  }
}

class Valibot extends Order {
  static component = 'order.Valibot';
  static events = {
    order: v.object({
      count: v.pipe(v.string(), v.toNumber(), v.integer()),
      tags: v.array(v.pipe(v.string(), v.minLength(2))),
    }),
  };
  order({ count, tags }: Params<typeof Valibot, 'order'>) {
    this.show(count satisfies number, tags satisfies string[]);
  }
}

class ArkType extends Order {
  static component = 'order.ArkType';
  static events = { order: type({ count: 'string.integer.parse', tags: '(string >= 2)[]' }) };
  order({ count, tags }: Params<typeof ArkType, 'order'>) {
    this.show(count satisfies number, tags satisfies string[]);
  }
}

test.each([
  ['zod', () => mountLive(Zod)],
  ['valibot', () => mountLive(Valibot)],
  ['arktype', () => mountLive(ArkType)],
])('%s turns the text of a form into what the handler takes, and says what it refuses', async (_, mount) => {
  const view = await mount();
  await view.submit('form', { count: '1.5', 'tags[]': ['a', 'bc'] });
  expect(view.find('[role=alert]').text()).toBe('count,tags');
  await view.submit('form', { count: '4', 'tags[]': ['ab', 'cd'] });
  expect(view.find('p').first().text()).toBe('number 4, ab+cd');
  expect(view.find('[role=alert]').text()).toBe('');
});
