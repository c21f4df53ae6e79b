// What a review found in comparing, in children and in html; each failed before it was mended.
import { html, LiveComponent, raw } from 'htmx-liveview';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { diff, rendered } from '../../server/diff.ts';
import { useApp } from '../support/opened.ts';

const its = useApp();
const { open } = its;

describe('what was rendered does not change with the state', () => {
  test('an array that is rendered as it is, and changed in place', async () => {
    class Tags extends LiveComponent {
      static component = 'Tags';
      static events = { add: true };
      tags = ['a', ['b']];
      add() {
        this.tags.push('c');
        (this.tags[1] as string[]).push('d');
      }
      render() {
        return html`<p id="p">${this.tags}</p>`;
      }
    }
    const it = await (await open({ components: [Tags] })).live();
    await it.event('add').expect(204);
    expect((await it.client.update()).patch).toEqual([['r', 'p', '<p id="p">abdc</p>']]);
  });

  test('an iterator inside an array writes the same twice', () => {
    const content = html`<p>${[[1, 2].values()]}</p>`;
    expect([String(content), String(content)]).toEqual(['<p>12</p>', '<p>12</p>']);
  });

  test('a child whose session is a part of its parent’s state follows it', async () => {
    class Kid extends LiveComponent<{ card?: { title: string } }> {
      static component = 'Kid';
      render() {
        return html`${this.session.card?.title}`;
      }
    }
    class Parent extends LiveComponent {
      static component = 'Parent';
      static events = { next: true };
      card = { title: 'a' };
      next() {
        this.card.title += 'x';
      }
      render() {
        return html`<div id="d">${this.child(Kid, { card: this.card })}</div>`;
      }
    }
    const it = await (await open({ components: [Parent, Kid] })).live();
    const kid = it.client.page('[data-component="Parent"] [data-component="Kid"]').attr('data-id');
    for (const title of ['ax', 'axx', 'axxx']) {
      await it.event('next').expect(204);
      expect((await it.client.update(kid)).html).toBe(title);
    }
  });
});

describe('children', () => {
  const log: string[] = [];
  class Kid extends LiveComponent<{ n: number }> {
    static component = 'Kid';
    mount() {
      if (!this.connected) return;
      log.push(`mount ${this.session.n}`);
      this.every(10, () => log.push('tick'));
      this.browser.push('hello', this.session.n);
      if (this.session.n < 0) throw new Error('never');
      if (this.session.n > 100) return new Promise((resolve) => setTimeout(resolve, 900));
    }
    unmount() {
      log.push(`unmount ${this.session.n}`);
    }
    render() {
      return html`kid ${this.session.n}`;
    }
  }
  class Parent extends LiveComponent {
    static component = 'Parent';
    static events = { set: true, count: true };
    static gate: Promise<void> | undefined;
    kids: number[] = [1];
    n = 0;
    async mount() {
      if (this.connected) await Parent.gate;
    }
    set({ kids }: { readonly kids?: unknown }) {
      this.kids = String(kids).split(',').map(Number);
    }
    count() {
      this.n++;
    }
    render() {
      return html`<b id="n">${this.n}</b>${this.kids.map((n) => this.child(Kid, { n }, { key: n }))}`;
    }
  }
  afterEach(() => {
    log.length = 0;
    Parent.gate = undefined;
  });

  test('of a parent that ended while it was mounting are not left running', async () => {
    let release = () => {};
    Parent.gate = new Promise((resolve) => (release = resolve));
    const client = await open({ components: [Parent, Kid] });
    const [root] = client.roots;
    const subscribed = client.subscribe(client.roots.slice(0, 1)).catch(() => {});
    await vi.waitFor(() => expect(its.app.live.stats().instances).toBe(1));
    await client.unsubscribe([root?.id ?? '']);
    release();
    await subscribed;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(log.filter((line) => line === 'tick')).toEqual([]);
    expect(its.app.live.stats().instances).toBe(0);
  });

  test('that come later have their orders carried out', async () => {
    const it = await (await open({ components: [Parent, Kid] })).live();
    await it.event('set', { kids: '1,2' }).expect(204);
    const update = await it.client.update(it.id);
    const [, id = '', session = ''] =
      /data-id="([^"]+)" data-component="Kid" data-session="(v1[^"]+)"[^>]*>kid 2/.exec(
        update.html ?? JSON.stringify(update.patch).replaceAll('\\"', '"'),
      ) ?? [];
    await it.client.update(id);
    const [answer] = await it.client.subscribe([{ id, component: 'Kid', session }]);
    expect(answer).toMatchObject({ version: 2, updates: [{ from: 1, version: 2, orders: [['push', 'hello', 2]] }] });
  });

  test('that can’t be mounted are tried once, not with each render', async () => {
    const it = await (await open({ components: [Parent, Kid] })).live();
    await it.event('set', { kids: '-1' }).expect(204);
    for (let n = 0; n < 3; n++) await it.event('count').expect(204);
    expect(log.filter((line) => line === 'mount -1')).toHaveLength(1);
  });

  test('that are slow don’t hold their parent back', async () => {
    const it = await (await open({ components: [Parent, Kid] })).live();
    const start = Date.now();
    await it.event('set', { kids: '101' }).expect(204);
    expect(Date.now() - start).toBeLessThan(700);
    expect(JSON.stringify(await it.client.update(it.id))).not.toContain('kid 101');
  });
});

describe('a patch is not trusted', () => {
  test('with text directly in a table', () => {
    const table = (text: string) => html`<div id="w"><table id="t">${text}<tr id="r"><td>1</td></tr></table></div>`;
    for (const as of [(it: unknown) => it, String]) {
      expect(diff(rendered(as(table('x')) as string), rendered(as(table('')) as string))).toHaveProperty('html');
    }
  });

  test('with rows that a parser puts a body around', () => {
    const table = (ids: number[]) =>
      html`<table id="t"><thead id="h"><tr><td>h</td></tr></thead>${ids.map((id) => html`<tr id="r-${id}"><td>${id}</td></tr>`)}</table>`;
    for (const as of [(it: unknown) => it, String]) {
      const change = diff(rendered(as(table([2])) as string), rendered(as(table([1, 2])) as string));
      expect(change?.patch?.map(([kind, id]) => [kind, id])).toEqual([['r', 't']]);
    }
  });
});

describe('html refuses', () => {
  test.each([
    ['code in hx-confirm', () => html`<b hx-confirm="${'js:alert(1)'}"></b>`],
    ['code in an inherited attribute', () => html`<b hx-vals:inherited="${'js:{}'}"></b>`],
    ['a hole inside a filter', () => html`<b hx-trigger="click[event.type=='${'x'}']"></b>`],
    ['an animated address', () => html`<svg><animate attributeName="href" values="${'javascript:alert(1)'}"/></svg>`],
  ])('%s', (_, make) => {
    expect(() => String(make())).toThrow(/ERR_LIVE_HTML/);
  });

  test('no question, and no list of values', () => {
    expect(String(html`<b hx-confirm="${'Delete “a”?'}">${raw('')}</b>`)).toContain('Delete');
    expect(String(html`<svg><animate values="${'0;1'}"/></svg>`)).toContain('0;1');
  });
});
