// connectLive: the pages of a running server, without a browser.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { html, LiveComponent } from 'htmx-liveview';
import { connectLive, type LivePage } from 'htmx-liveview/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../examples/app.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { Counter, news, Reader, Signup } from '../support/components.ts';

const pages: LivePage[] = [];
const connect = async (...given: Parameters<typeof connectLive>) => {
  const page = await connectLive(...given);
  pages.push(page);
  return page;
};
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

/** Fails, and takes its time. */
class Slow extends LiveComponent {
  static component = 'test.Slow';
  static events = { wait: true, fail: true };
  done = 0;
  async wait() {
    await new Promise((resolve) => setTimeout(resolve, 1100)); // longer than a POST is kept waiting
    this.done++;
  }
  fail() {
    throw new Error('no luck');
  }
  render() {
    return html`<b>${this.done}</b><button lv-event="wait">Wait</button><button lv-event="fail">Fail</button>`;
  }
}

/** Can be shown, and not be live. */
class NeverLive extends LiveComponent {
  static component = 'test.NeverLive';
  mount() {
    if (this.connected) throw new Error('not today');
  }
  render() {
    return html`<p>static</p>`;
  }
}

describe('a page of a running server', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp({ components: [Counter, Reader, Signup, Slow] });
  });
  afterEach(() => app.close());

  test('has a view of each component, with a user’s hands', async () => {
    const page = await connect(app.url);
    expect(page.views).toHaveLength(4);
    const counter = page.view('test.Counter');
    await counter.click('button');
    await counter.click('button');
    expect(counter.text).toContain('Count: 2');
    expect(page.$('p').first().text()).toBe('Count: 2');
    expect(() => page.view('test.Other')).toThrow('there is no such component');
  });

  test('shows what others do, and a page with the same cookie is another tab', async () => {
    const one = await connect(app.url);
    const two = await connect(app.url, { headers: { cookie: one.cookie } });
    app.live.publish(news, 'hello');
    await Promise.all([one, two].map((page) => page.view('test.Reader').until(() => page.$('li').text() === 'hello')));
    expect(two.cookie).toBe(one.cookie);
  });

  test('tells what failed there, and waits for handlers that take long', async () => {
    const slow = (await connect(app.url)).view('test.Slow');
    await expect(slow.click('button:contains("Fail")')).rejects.toThrow('the handler failed on the server');
    expect(await slow.click('button:contains("Fail")', { fails: true })).toEqual({ status: 500 });
    await slow.click('button:contains("Wait")');
    expect(slow.find('b').text()).toBe('1');
    expect(app.errors).toHaveLength(2);
  });

  test('resumes after a cut, and is told when it is disconnected', async () => {
    const page = await connect(app.url);
    const [counter, reader] = [page.view('test.Counter'), page.view('test.Reader')];
    await counter.click('button');
    await reader.disconnect();
    app.live.publish(news, 'missed');
    await reader.reconnect();
    await reader.until(() => reader.text === 'missed');
    await counter.click('button');
    expect(counter.text).toContain('Count: 2');
    app.live.disconnect({ match: () => true });
    await counter.until(() => counter.gone === 'ended');
    await expect(counter.click('button')).rejects.toThrow('not live any more: ended');
  });

  test.each([
    ['alone', [NeverLive]],
    ['beside others', [Counter, NeverLive]],
  ])('says of a component that can’t go live that it failed: %s', async (_, components) => {
    await app.close();
    app = await startApp({ components });
    const page = await connect(app.url);
    expect(page.view('test.NeverLive').gone).toBe('failed');
  });

  test.each([
    [403, 'expired'],
    [400, 'refused'],
  ])('says what a browser says where something before the router answers a subscribe with %i', async (status, gone) => {
    await app.close();
    app = await startApp({
      components: [Counter],
      before: (it) => it.post('/live/subscribe', (_req, res) => void res.sendStatus(status)),
    });
    const page = await connect(app.url);
    expect(page.view('test.Counter').gone).toBe(gone);
  });

  test('that can’t be loaded is told', async () => {
    await expect(connectLive(`${app.url}/nowhere`)).rejects.toThrow('/nowhere answered 404');
    await expect(connectLive(app.url, { path: '/elsewhere' })).rejects.toThrow('the stream could not be opened');
  });
});

describe('the gallery', () => {
  let server: Server;
  let url = '';
  beforeEach(async () => {
    const secret = 'a secret for tests that is long enough to be one';
    const { app, live } = createApp({ session: secret, live: secret });
    server = createServer(live.attach(app));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test('two browsers chat, and files are sent', async () => {
    const [ada, bob] = await Promise.all([connect(`${url}/chat`), connect(`${url}/chat`)]);
    await ada.view('demo.Chat').submit('form', { from: 'Ada', text: 'Hello, Bob' });
    await bob.view('demo.Chat').until(() => bob.$('li').last().text() === 'Ada Hello, Bob');
    const upload = (await connect(`${url}/upload`)).view('demo.Upload');
    await upload.upload('input', new File(['text'], 'a.txt', { type: 'text/plain' }));
    await upload.submit();
    expect(upload.find('li span').text()).toBe('a.txt');
  });
});
