// What holds for both kinds of durable components: those that are kept before anybody sees them, and those that are kept a moment later.
import { html, LiveComponent, topic } from 'htmx-liveview';
import { expect, test, vi } from 'vitest';
import type { TestApp } from '../support/app.ts';
import type { Client, LiveRoot } from '../support/client.ts';
import { type Live, useNodes } from '../support/nodes.ts';

const news = topic<string>('news');
let raw: () => void = () => {};

class Pad extends LiveComponent {
  static component = 'test.Pad';
  static durable: boolean | 'sync' = true;
  static events = { add: true, slow: true } as const;
  count = 0;
  texts: string[] = [];
  mount() {
    this.resumed();
  }
  resumed() {
    this.subscribe(news, (text) => void this.texts.push(text));
    raw = () => {
      this.count += 1000;
    };
  }
  add() {
    this.count++;
  }
  async slow() {
    await new Promise((resolve) => setTimeout(resolve, 400));
    this.count += 10;
  }
  render() {
    return html`<p>count ${this.count} texts ${this.texts.join()}</p>`;
  }
}
class SyncPad extends Pad {
  static override component = 'test.SyncPad';
  static override durable = 'sync' as const;
}

for (const durable of ['sync', 'behind']) {
  const suite = useNodes({ components: [durable === 'sync' ? SyncPad : Pad] });
  const { kill, moveTo, start } = suite;

  const back = async (client: Client, held: LiveRoot) => (await suite.back(client, [held]))[0] as Live;
  const begin = async (): Promise<{ client: Client; pad: LiveRoot; here: TestApp }> => {
    const here = await start();
    const { client, roots } = await suite.live(here, 1);
    return { here, client, pad: roots[0] as LiveRoot };
  };
  const kept = () => new Promise((resolve) => setTimeout(resolve, 150));

  test(`${durable}: each node that takes it up goes on with a newer version than the page has seen at the one before`, async () => {
    const { here, client, pad } = await begin();
    for (let n = 0; n < 3; n++) await pad.event('add').expect(204);
    await kept();
    const [second, third] = [await start(), await start()];
    kill(here);
    await moveTo(client, second);
    const at2 = await back(client, pad);
    kill(second); // nothing has happened there
    await moveTo(client, third);
    const at3 = await back(client, { ...pad, version: at2.version } as never);
    expect({ at2: at2.version, at3: at3.version, isNewer: at3.version > at2.version }).toMatchObject({ isNewer: true });
  });

  test(`${durable}: what its owner still wrote between the look and the taking is not lost`, async () => {
    const { here, client, pad } = await begin();
    await pad.event('add').expect(204);
    await kept();
    const there = await start();
    const { store } = suite.network;
    const find = store.find.bind(store);
    let isFirst = true;
    store.find = async (id) => {
      const found = await find(id);
      if (!isFirst) return found;
      isFirst = false;
      here.live.publish(news, 'late');
      await vi.waitFor(async () => expect((await find(id))?.text).not.toBe(found?.text));
      kill(here);
      return found;
    };
    await moveTo(client, there);
    const item = await back(client, pad);
    expect(JSON.stringify(item.updates)).toContain('texts late');
  });

  test(`${durable}: what is written outside of a turn is kept, too`, async () => {
    const { here, client, pad } = await begin();
    raw();
    await client.update(pad.id); // the viewer has seen it
    await kept();
    kill(here);
    const there = await start();
    await moveTo(client, there);
    const item = await back(client, pad);
    expect(JSON.stringify(item.updates)).toContain('count 1000');
  });

  test(`${durable}: a long turn does not keep back for long what a turn before it did`, async () => {
    const { here, client, pad } = await begin();
    await kept();
    await pad.event('add').expect(204);
    void pad.event('slow').then(
      () => {},
      () => {},
    );
    await new Promise((resolve) => setTimeout(resolve, 250)); // 250 ms after the first was answered
    kill(here);
    const there = await start();
    await moveTo(client, there);
    const item = await back(client, pad);
    expect(JSON.stringify(item.updates)).toContain('count 1 ');
  });

  if (durable === 'behind')
    test('behind: while the store is away events are answered, also after a turn that took long', async () => {
      const { pad } = await begin();
      await kept();
      suite.network.store.write = () => Promise.reject(new Error('away'));
      await pad.event('add').expect(204);
      await pad.event('slow').expect(204);
      await pad.event('add').expect(204);
    });
}
