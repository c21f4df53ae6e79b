// Where an event's effect goes when nobody waits for its answer any more.
import { request as httpRequest } from 'node:http';
import { html, LiveComponent } from 'htmx-liveview';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MEDIA } from '../../protocol/names.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { Client } from '../support/client.ts';

class Gated extends LiveComponent {
  static component = 'test.Gated';
  static events = { go: true };
  static started = 0;
  static gate: Promise<void>;
  n = 0;
  async go() {
    Gated.started++;
    await Gated.gate;
    this.n++;
  }
  render() {
    return html`<p>${this.n}</p>`;
  }
}

let app: TestApp;
let client: Client;
beforeEach(async () => {
  Gated.started = 0;
  app = await startApp({ components: [Gated] });
  client = await Client.open(app);
});
afterEach(async () => {
  client.disconnect();
  await app.close();
});

test('a POST that its browser gave up: the effect and the settlement come by the stream, at once', async () => {
  let open = () => {};
  Gated.gate = new Promise((resolve) => (open = resolve));
  const live = await client.live();
  const query = live.query('go');
  const headers = { ...client.sign('event', query, '', { accept: MEDIA.frames }), cookie: client.cookie };
  const request = httpRequest(`${app.url}/live/event${query}`, { method: 'POST', headers });
  request.on('error', () => {}).end();
  await vi.waitFor(() => expect(Gated.started).toBe(1));
  request.destroy();
  await new Promise((resolve) => setTimeout(resolve, 30));
  const before = Date.now();
  open();
  expect((await client.update()).html).toContain('1');
  expect((await client.frame('settled')).data).toEqual({ id: live.id, viewer: client.viewer, number: 1, status: 200 });
  expect(Date.now() - before).toBeLessThan(500);
});
