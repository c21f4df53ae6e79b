// The app of docs/guides/auth.md: login, a component of one's own, logout, and what others can't do.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Live } from 'htmx-liveview';
import { connectLive, type LivePage } from 'htmx-liveview/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../examples/guides/auth/app.ts';
import { addUser, setRole } from '../../examples/guides/auth/users.ts';
import { SECRET } from '../support/app.ts';

let server: Server;
let live: Live;
let url = '';
const pages: LivePage[] = [];

beforeAll(async () => {
  addUser('ada', 'lovelace');
  addUser('bob', 'builder');
  addUser('root', 'of all', 'admin');
  const made = createApp({ session: SECRET, live: SECRET });
  live = made.live;
  server = createServer(made.app).listen(0);
  await once(server, 'listening');
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
  setRole('bob', 'member');
});
afterAll(() => {
  live.close();
  server.closeAllConnections();
  server.close();
});

/** Sends a form, and gives the answer with the session's cookie. */
async function post(path: string, fields: Record<string, string> | string = {}, cookie = '', site = 'same-origin') {
  const answer = await fetch(url + path, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { cookie, 'sec-fetch-site': site },
    redirect: 'manual',
  });
  const [set = cookie] = answer.headers.getSetCookie();
  return { status: answer.status, location: answer.headers.get('location'), cookie: set.split(';')[0] as string };
}
const login = async (name: string, password: string) => (await post('/login', { name, password })).cookie;

async function open(cookie: string): Promise<LivePage> {
  const page = await connectLive(url, { headers: { cookie } });
  pages.push(page);
  return page;
}

test('nobody comes in without the right password', async () => {
  const answer = await fetch(url, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login']);
  expect((await post('/login', { name: 'ada', password: 'wrong' })).status).toBe(401);
  expect((await post('/login', { name: 'nobody', password: 'wrong' })).status).toBe(401);
});

test('a form of another site logs nobody in or out', async () => {
  const ada = await login('ada', 'lovelace');
  for (const site of ['cross-site', 'same-site']) {
    const planted = await post('/login', { name: 'bob', password: 'builder' }, '', site);
    expect([planted.status, planted.cookie]).toEqual([403, '']);
    expect((await post('/logout', {}, ada, site)).status).toBe(403);
  }
  expect((await fetch(url, { headers: { cookie: ada }, redirect: 'manual' })).status).toBe(200);
});

test.each(['', 'name=ada&name=bob&password=a&password=b', 'password=x'])(
  'a login of %j is a wrong one',
  async (form) => {
    expect((await post('/login', form)).status).toBe(401);
  },
);

test('login gives a new session: one that was planted before is worth nothing', async () => {
  const planted = await login('bob', 'builder');
  const { cookie } = await post('/login', { name: 'ada', password: 'lovelace' }, planted);
  expect(cookie).not.toBe(planted);
  expect((await fetch(url, { headers: { cookie: planted }, redirect: 'manual' })).status).toBe(303);
});

test('each sees and changes notes of her own, in all tabs', async () => {
  const ada = await login('ada', 'lovelace');
  const [first, second] = [await open(ada), await open(ada)];
  const bob = await open(await login('bob', 'builder'));
  await first.view('app.Notes').submit('form[lv-event]', { text: 'secret' });
  await expect.poll(() => second.view('app.Notes').text).toContain('ada: secret');
  expect(bob.view('app.Notes').text).not.toContain('secret');
});

test('an id that a user should not know does nothing', async () => {
  const ada = await open(await login('ada', 'lovelace'));
  await ada.view('app.Notes').submit('form[lv-event]', { text: 'untouched' });
  const [, id = ''] = /note-(\d+)/.exec(ada.view('app.Notes').find('li:contains("untouched")').attr('id') ?? '') ?? [];
  const bob = await open(await login('bob', 'builder'));
  await bob.view('app.Notes').submit('form[lv-event]', { text: 'mine' });
  const button = bob.view('app.Notes').find('li:contains("mine") button');
  button.attr('value', id); // as with the browser's tools
  expect(await bob.view('app.Notes').click(button)).toEqual({ status: 200 });
  expect(bob.view('app.Notes').text).toContain('mine');
  const again = await open(ada.cookie);
  expect(again.view('app.Notes').text).toContain('untouched');
});

test('logout ends the streams of all tabs, and what is clicked then is lost', async () => {
  const cookie = await login('ada', 'lovelace');
  const [here, there] = [await open(cookie), await open(cookie)];
  const bob = await open(await login('bob', 'builder'));
  const { status, location } = await post('/logout', {}, cookie);
  expect([status, location]).toEqual([303, '/login']);
  for (const page of [here, there]) await expect.poll(() => page.view('app.Notes').gone).toBe('ended');
  await expect(here.view('app.Notes').submit('form[lv-event]', { text: 'too late' })).rejects.toThrow('not live');
  expect(bob.view('app.Notes').gone).toBeUndefined();
  expect((await fetch(url, { headers: { cookie }, redirect: 'manual' })).status).toBe(303);
});

test('who gets another role gets another stream, and others keep theirs', async () => {
  const [ada, bob] = [await open(await login('ada', 'lovelace')), await open(await login('bob', 'builder'))];
  expect((await post('/users/bob/role', { role: 'admin' }, bob.cookie)).status).toBe(403);
  const root = await login('root', 'of all');
  expect((await post('/users/bob/role', { role: 'admin' }, root)).status).toBe(204);
  await expect.poll(() => bob.view('app.Notes').gone).toBe('ended');
  expect(ada.view('app.Notes').gone).toBeUndefined();
  const again = await open(bob.cookie);
  expect(again.view('app.Notes').text).toContain('bob, admin');
});
