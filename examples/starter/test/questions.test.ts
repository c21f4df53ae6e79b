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

  await ada.submit('form', { text: '' });
  assert.equal(ada.find('.error').text(), 'Please write a question.');

  await ada.submit('form', { text: 'Is <b> escaped?' });
  await bob.click('li:contains("escaped") button');
  await bob.click('li:contains("escaped") button');
  assert.equal(ada.find('li').first().find('span').text(), 'Is <b> escaped?');
});

test('the app as a whole serves a live page', async () => {
  const secret = 'a secret that only tests know, but long';
  const { app, live } = createApp({ session: secret, live: secret });
  const server = app.listen(0);
  await once(server, 'listening');

  const page = await connectLive(`http://localhost:${(server.address() as AddressInfo).port}`);
  await page.view('app.Questions').submit('form', { text: 'Does it work?' });
  assert.match(page.view('app.Questions').text, /Does it work\?/);

  await page.close();
  live.close();
  server.close();
});
