// The samples of docs/testing.md, as they stand there: components of the gallery, tested without a browser.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connectLive, mountLive } from 'htmx-liveview/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../examples/app.ts';
import { Chat } from '../../examples/chat/chat.ts';
import { Clock } from '../../examples/clock/clock.ts';
import { Counter } from '../../examples/counter/counter.ts';
import { TodoList } from '../../examples/todo/todo.ts';
import { Upload } from '../../examples/upload/upload.ts';

test('a counter counts', async () => {
  const view = await mountLive(Counter, { session: { start: 3 } });

  await view.click('[lv-event=increment]');
  expect(view.text).toContain('Count: 4');

  await view.click('button:contains("Reset")');
  expect(view.find('output').text()).toBe('0');
});

test('a to-do list refuses what is empty, and all tabs show the rest', async () => {
  const view = await mountLive(TodoList, { context: { owner: 'ada' } });
  const tab = await view.join({ sameSession: true });

  await view.submit('form', { text: '  ' });
  expect(view.find('.error').text()).toBe('Please say what there is to do.');
  expect(view.values('form')).toEqual({ text: '  ' });

  await view.submit('form', { text: 'Milk' });
  await tab.click('li:contains("Milk") input');
  expect(view.find('li').attr('class')).toBe('done');
  expect(view.values('form')).toEqual({ text: '' });
});

test('two people talk, and one who was away misses nothing', async () => {
  const ada = await mountLive(Chat, { session: { room: 'lobby' } });
  const bob = await ada.join();

  await bob.disconnect();
  await ada.submit('form', { from: 'Ada', text: 'Hello, Bob' });
  expect(bob.text).not.toContain('Hello');

  await bob.reconnect();
  expect(bob.find('li').last().text()).toBe('Ada Hello, Bob');
});

test('time passes when the test says so', async () => {
  const view = await mountLive(Clock);

  await view.elapse(3000);
  expect(view.text).toContain('3 ticks since this page went live');
});

test('a file is sent, and one of another kind is refused', async () => {
  const view = await mountLive(Upload);

  await view.upload('[type=file]', new File(['hello'], 'a.txt', { type: 'text/plain' }));
  await view.submit('form');
  expect(view.find('li').text()).toContain('5 bytes');

  await view.upload('[type=file]', new File(['MZ'], 'a.exe'));
  await view.submit('form');
  expect(view.find('[role=alert]').text()).not.toBe('');
});

let url = '';
const secret = 'a secret for tests that is long enough to be one';
const { app, live } = createApp({ session: secret, live: secret });
let server: ReturnType<typeof app.listen>;

beforeAll(async () => {
  server = app.listen(0);
  await once(server, 'listening');
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  live.close();
  server.close();
});

test('the server as a whole answers', async () => {
  const page = await connectLive(`${url}/counter`);
  const [first, second] = page.views;

  await first?.click('[lv-event=increment]');
  expect(first?.text).toContain('Count: 1');
  expect(second?.text).toContain('Count: 10');
  await page.close();
});

test('the samples of the documentation are those of this file', () => {
  const root = join(import.meta.dirname, '../..');
  const samples = readFileSync(join(root, 'docs/testing.md'), 'utf8').matchAll(/```ts\n(.*?)```/gs);
  const here = readFileSync(import.meta.filename, 'utf8');
  const texts = [...samples].map(([, text = '']) => text.trim());
  expect(texts.length).toBeGreaterThan(4);
  for (const text of texts) expect(here).toContain(text);
});
