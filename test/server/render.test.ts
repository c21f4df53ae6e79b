import { load } from 'cheerio';
import type express from 'express';
import { html, type Live, LiveComponent } from 'htmx-liveview';
import supertest from 'supertest';
import { afterEach, describe, expect, test } from 'vitest';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { Counter } from '../support/components.ts';

let app: TestApp;
const start = async (options: TestAppOptions) => {
  app = await startApp(options);
  return app;
};
afterEach(() => app?.close());

async function page(path = '/') {
  const answer = await supertest(app.server).get(path);
  return { answer, $: load(answer.text) };
}

describe('the static render', () => {
  test('is complete, readable HTML with id, component and session', async () => {
    await start({ components: [Counter] });
    const { $, answer } = await page();
    const root = $('[data-id]');
    expect(root.is('div')).toBe(true);
    expect(root.attr('data-component')).toBe('test.Counter');
    expect(root.attr('data-session')).toMatch(/^v1\./);
    expect(root.find('p').text()).toBe('Count: 0');
    expect(answer.headers['cache-control']).toBe('private, no-cache');
  });

  test('gives each instance an id of its own', async () => {
    await start({ components: [Counter] });
    const ids = [await page(), await page()].map(({ $ }) => $('[data-id]').attr('data-id'));
    expect(new Set(ids).size).toBe(2);
  });

  test('leaves the app’s own Cache-Control alone', async () => {
    await start({
      components: [Counter],
      routes: (it, live) =>
        it.get('/mine', async (req, res) => {
          res.setHeader('Cache-Control', 'no-store');
          res.send(String(await live.render(req, Counter, {})));
        }),
    });
    expect((await page('/mine')).answer.headers['cache-control']).toBe('no-store');
  });

  test('mounts a throw-away instance: not connected, helpers start nothing, no unmount', async () => {
    let ticks = 0;
    let unmounts = 0;
    class Busy extends LiveComponent {
      static component = 'Busy';
      state = '';
      async mount() {
        await Promise.resolve();
        this.state = this.connected ? 'live' : 'static';
        this.every(1, () => ticks++);
        this.after(1, () => ticks++);
        this.task('x', () => ticks++);
        this.subscribe({ name: 't' }, () => ticks++);
      }
      unmount() {
        unmounts++;
      }
      render() {
        return this.state;
      }
    }
    await start({ components: [Busy] });
    const { $ } = await page();
    app.live.publish({ name: 't' }, 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect($('[data-id]').text()).toBe('static');
    expect([ticks, unmounts]).toEqual([0, 0]);
  });

  test('gives the component its session payload, context and address', async () => {
    class Facts extends LiveComponent<{ n: number }, { user: string }> {
      static component = 'Facts';
      path = '';
      navigate(url: URL) {
        this.path = url.pathname + url.search;
      }
      render() {
        return html`${this.session.n} ${this.context.user} ${this.path} ${this.id}`;
      }
    }
    await start({
      components: [Facts],
      context: () => Promise.resolve({ user: 'Ada' }),
      routes: (it, live) =>
        it.get('/facts', async (req, res) => res.send(String(await live.render(req, Facts, { n: 7 })))),
    });
    const { $ } = await page('/facts?q=1');
    const root = $('[data-id]');
    expect(root.text()).toBe(`7 Ada /facts?q=1 ${root.attr('data-id')}`);
  });

  test('asks for the context once for each request, however many components that renders', async () => {
    class Name extends LiveComponent<Record<never, never>, { user: number }> {
      static component = 'Name';
      render() {
        return `${this.context.user}`;
      }
    }
    let asked = 0;
    let isBroken = false;
    await start({
      components: [Name],
      context: async () => {
        asked++;
        if (isBroken) throw new Error('nobody');
        return { user: asked };
      },
      routes: (it, live) =>
        it.get('/names', async (req, res) => {
          const render = () => live.render(req, Name).catch(({ message }) => `<i data-id="">${message}</i>`);
          res.send(`${await render()}${(await Promise.all([render(), render()])).join('')}`);
        }),
    });
    const shown = async () => {
      const { $ } = await page('/names');
      return $.extract({ names: ['[data-id]'] }).names;
    };
    expect([await shown(), await shown()]).toEqual([Array(3).fill('1'), Array(3).fill('2')]);
    isBroken = true;
    expect([await shown(), asked]).toEqual([Array(3).fill('nobody'), 3]);
    isBroken = false;
    expect(await shown()).toEqual(Array(3).fill('4'));
  });

  test('writes the root element that the class asks for', async () => {
    class Row extends LiveComponent {
      static component = 'Row';
      static root = { tag: 'tr', class: 'card "x"' };
      render() {
        return html`<td>1</td>`;
      }
    }
    await start({
      components: [Row],
      routes: (it, live) =>
        it.get('/row', async (req, res) => res.send(`<table>${await live.render(req, Row)}</table>`)),
    });
    expect((await page('/row')).$('tr').attr('class')).toBe('card "x"');
  });

  test('awaits promises in the template, and takes strings as they are', async () => {
    class Later extends LiveComponent {
      static component = 'Later';
      async render() {
        return html`<b>${Promise.resolve('<')}</b>`;
      }
    }
    class Text extends LiveComponent {
      static component = 'Text';
      render() {
        return '<i>x</i>';
      }
    }
    await start({ components: [Later, Text] });
    const { $ } = await page();
    expect($('b').text()).toBe('<');
    expect($('i').text()).toBe('x');
  });
});

describe('what goes wrong in a static render', () => {
  class Broken extends LiveComponent {
    static component = 'Broken';
    mount() {
      throw new Error('no database');
    }
    render() {
      return '';
    }
  }

  test('goes to the app, as any error of a route', async () => {
    await start({ components: [Broken], routes: (it) => it.set('env', 'test') });
    expect((await page()).answer.status).toBe(500);
  });

  test('goes to failed(), where there is one', async () => {
    class Shown extends Broken {
      static override component = 'Shown';
      failed(error: unknown) {
        return html`<p>Sorry: ${(error as Error).message}</p>`;
      }
    }
    await start({ components: [Shown] });
    expect((await page()).$('p').text()).toBe('Sorry: no database');
    expect(app.errors).toHaveLength(1);
  });

  test.each([
    [
      'without express-session',
      (live: Live) => live.render(fakeRequest(), Counter, {}),
      /ERR_LIVE_NO_SESSION.*app\.use\(session/,
    ],
    [
      'for a class that is not registered',
      (live: Live) => live.render(fakeRequest(), Broken),
      /ERR_LIVE_UNREGISTERED.*components: \[Broken\]/,
    ],
  ])('%s says the cure', async (_, render, message) => {
    await start({ components: [Counter] });
    await expect(render(app.live)).rejects.toThrow(message);
  });

  test('a render that gives neither Html nor a string says so', async () => {
    class Nothing extends LiveComponent {
      static component = 'Nothing';
      render() {
        return undefined as never;
      }
      failed(error: unknown) {
        return (error as Error).message;
      }
    }
    await start({ components: [Nothing] });
    expect((await page()).$('[data-id]').text()).toMatch(/ERR_LIVE_RENDER: Nothing\.render\(\).*got undefined/);
  });
});

function fakeRequest() {
  return { headers: {} } as unknown as express.Request;
}
