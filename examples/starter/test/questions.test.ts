import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { connectLive, mountLive } from 'htmx-liveview/testing';
import { createApp } from '../src/app.ts';
import { Questions } from '../src/components/questions.ts';

test('what is asked is there for everybody, and votes move it up', async () => {
  const ada = await mountLive(Questions, { session: { title: 'Test' } });
  const bob = await ada.join();

  await ada.submit('form[lv-event=ask]', { text: '' });
  assert.equal(ada.find('.error').text(), 'Please write a question.');

  await ada.submit('form[lv-event=ask]', { text: 'Is <b> escaped?' });
  await bob.click('li:contains("escaped") button[lv-event=vote]');
  await bob.click('li:contains("escaped") button[lv-event=vote]');
  assert.equal(ada.find('li').first().find('span').text(), 'Is <b> escaped?');
});

test('the app as a whole serves a live page', async (t) => {
  const secret = 'a secret that only tests know, but long';
  const { app, live } = createApp({ session: secret, live: secret });
  t.after(() => live.close());
  const server = app.listen(0);
  t.after(() => server.close());
  await once(server, 'listening');

  const page = await connectLive(`http://localhost:${(server.address() as AddressInfo).port}`);
  t.after(() => page.close());
  await page.view('app.Questions').submit('form[lv-event=ask]', { text: 'Does it work?' });
  assert.match(page.view('app.Questions').text, /Does it work\?/);
});
