import { html, LiveComponent } from 'htmx-liveview';
import { mountLive } from 'htmx-liveview/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { Client } from '../support/client.ts';
import { Board, Card, TextBoard } from '../support/family.ts';

let app: TestApp;
let client: Client;

describe.each([
  ['html', Board],
  ['text', TextBoard],
])('children, rendered as %s', (_, type) => {
  beforeEach(async () => {
    Card.log = [];
    app = await startApp({
      components: [type, Card] as never,
      routes: (it, live) => it.get('/board', async (req, res) => void res.send(String(await live.render(req, type)))),
    });
    client = new Client(app);
    await client.load('/board');
    await client.connect();
  });
  afterEach(async () => {
    client.disconnect();
    await app.close();
  });
  const board = () => client.roots.slice(0, 1);

  test('are complete in the static page, each with a token of its own', () => {
    expect(client.roots.map(({ component }) => component)).toEqual([type.component, ...Array(3).fill('test.Card')]);
    expect(
      client
        .page('#cards .card b')
        .toArray()
        .map((it) => client.page(it).text()),
    ).toEqual(['card 1', 'card 2', 'card 3']);
  });

  test('go live with their parent, and send nothing that the page has', async () => {
    const answers = await client.subscribe();
    expect(answers.map((answer) => ('updates' in answer ? answer.updates : 'none'))).toEqual(Array(4).fill('none'));
    expect(Card.log.toSorted()).toEqual(['mount 1', 'mount 2', 'mount 3']);
  });

  test('are mounted by the server, also where the page never asks', async () => {
    await client.subscribe(board());
    expect(Card.log.toSorted()).toEqual(['mount 1', 'mount 2', 'mount 3']);
  });

  test('come into a patch with their content, and go live without more', async () => {
    await client.subscribe(board());
    Board.live?.order.push(4);
    const update = await client.update();
    expect(update.patch).toEqual([['a', client.roots[3]?.id, expect.stringContaining('<b>card 4</b>')]]);
    const [, id = '', session = ''] =
      /data-id="([^"]+)".*data-session="(v1[^"]+)"/.exec(update.patch?.[0]?.[2] ?? '') ?? [];
    const [answer] = await client.subscribe([{ id, component: 'test.Card', session }]);
    expect(answer).toEqual({ id, epoch: expect.any(String), version: 1 });
  });

  test('are moved and removed by operations, and unmounted with their last render', async () => {
    await client.subscribe();
    if (Board.live) Board.live.order = [3, 1];
    const [one, two, three] = client.roots.slice(1).map(({ id }) => id);
    const { patch } = await client.update();
    expect(patch).toContainEqual(['x', two, '']);
    expect(patch?.filter(([kind]) => kind === 'm')).toHaveLength(1);
    expect(JSON.stringify(patch)).not.toContain('<b>');
    expect([one, three].every(Boolean)).toBe(true);
    await vi.waitFor(() => expect(Card.log).toContain('unmount 2'));
  });

  test('get a new session without being mounted again', async () => {
    await client.subscribe();
    if (Board.live) Board.live.titles[2] = 'changed';
    const id = client.roots[2]?.id as string;
    const updates = [await client.update(), await client.update()];
    expect(updates.find((update) => update.id === id)?.html).toContain('<b>changed</b>');
    expect(Card.log.filter((line) => line === 'mount 2')).toHaveLength(1);
  });

  test('end with their parent', async () => {
    await client.subscribe();
    await client.unsubscribe([client.roots[0]?.id as string]);
    await vi.waitFor(() => expect(Card.log.filter((line) => line.startsWith('unmount'))).toHaveLength(3));
  });

  test('an update of the parent never says what is inside of one', async () => {
    await client.subscribe();
    const card = client.roots[1]?.id as string;
    if (Board.live) Board.live.head = 'New';
    const update = await client.update();
    expect(update.id).toBe(client.roots[0]?.id);
    expect(card).toBeTruthy();
  });
});

test('two children of one key are an error that names it', async () => {
  class Twice extends Board {
    static override component = 'Twice';
    override render() {
      this.child(Card, { n: 1, title: '' }, { key: 'a' });
      this.child(Card, { n: 2, title: '' }, { key: 'a' });
      return '' as never;
    }
  }
  app = await startApp({ components: [Twice, Card] });
  await expect(app.live.render({ headers: {}, session: {}, sessionID: 's' } as never, Twice)).rejects.toThrow(
    /ERR_LIVE_CHILD_KEY.*"a"/,
  );
  await app.close();
});

class Leaf extends LiveComponent {
  static component = 'test.Leaf';
  static events = { count: true };
  counted = 0;
  count() {
    this.counted++;
  }
  render() {
    return html`<button lv-event="count">${this.counted} of ${Object.keys(this.session).length}</button>`;
  }
}
class Tree extends LiveComponent {
  static component = 'test.Tree';
  render() {
    return html`<h1>${this.child(Leaf)}</h1><h2>${this.child(Leaf, undefined, { key: 'b' })}</h2>`;
  }
}

test('a child whose class asks for no session payload needs none', async () => {
  const view = await mountLive(Tree, { components: [Leaf] });
  await view.click('h2 button');
  expect(view.text).toBe('0 of 01 of 0');
});

test('a child whose constructor throws is gone, and its parent goes on', async () => {
  class Fragile extends LiveComponent {
    static component = 'test.Fragile';
    static isBroken = false;
    field = Fragile.isBroken && fail();
    render() {
      return html`<i>fine</i>`;
    }
  }
  const fail = () => {
    throw new Error('on purpose');
  };
  class Shelf extends LiveComponent {
    static component = 'test.Shelf';
    static events = { count: true };
    counted = 0;
    count() {
      this.counted++;
    }
    render() {
      return html`<b id="counted">${this.counted}</b>${this.child(Fragile)}`;
    }
  }
  app = await startApp({ components: [Shelf, Fragile] as never });
  client = new Client(app);
  await client.load();
  await client.connect();
  Fragile.isBroken = true;
  const shelf = await client.live();
  expect(await client.subscribe(client.roots.slice(1, 2))).toEqual([{ id: client.roots[1]?.id, gone: 'failed' }]);
  await shelf.event('count').expect(204);
  expect((await client.update()).patch).toEqual([['r', 'counted', '<b id="counted">1</b>']]);
  expect(new Set(app.errors.map(({ place }) => `${place.component} ${place.doing}`))).toEqual(
    new Set(['test.Fragile constructor()']),
  );
  client.disconnect();
  await app.close();
});
