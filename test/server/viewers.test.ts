// Viewers of shared components who come, go and come back: nobody is forgotten, nothing counts twice, nothing is shown twice.
import { html, LiveComponent } from 'htmx-liveview';
import { describe, test } from 'vitest';
import type { TestAppOptions } from '../support/app.ts';
import { Client } from '../support/client.ts';
import { useApp } from '../support/opened.ts';

class Room extends LiveComponent {
  static component = 'test.Room';
  static scope = 'app';
  static events = { say: true };
  lines: string[] = [];
  say({ text }: { readonly text?: unknown }) {
    this.lines.push(String(text));
  }
  render() {
    return html`<ul>${this.lines.map((line, n) => html`<li id="l${n}">${line}</li>`)}</ul>`;
  }
}

const server = useApp();

async function open(path: string, options: Partial<TestAppOptions> = {}): Promise<Client> {
  const client = await server.open({
    components: [Room] as never,
    routes: (app, live) => {
      app.get('/room', async (req, res) => void res.send(String(await live.render(req, Room))));
    },
    ...options,
  });
  await client.load(path);
  return client;
}

async function visitor(path: string): Promise<Client> {
  const client = new Client(server.app);
  await client.load(path);
  await client.connect();
  server.clients.push(client);
  return client;
}

describe('a viewer', () => {
  test('who comes after most of many have left is found, too', async () => {
    const ann = await open('/room');
    const first = ann.viewer;
    const hers = await ann.live();
    for (let n = 1; n <= 20; n++) {
      ann.viewer = `${first}-${n}`;
      await ann.live();
    }
    for (let n = 1; n <= 20; n++) {
      ann.viewer = `${first}-${n}`;
      await ann.unsubscribe([hers.id]);
    }
    const bob = await visitor('/room');
    const his = await bob.live();
    await his.event('say', { text: 'hello' }).expect(204);
  });
});
