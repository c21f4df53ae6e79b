// Any renderer: each gets the same small patches, and each escapes what a user wrote.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '../../examples/app.ts';
import { shelves } from '../../examples/renderers/page.ts';
import type { TestApp } from '../support/app.ts';
import { Client } from '../support/client.ts';

let server: Server;
let live: ReturnType<typeof createApp>['live'];
let client: Client;
const errors: unknown[] = [];

beforeAll(async () => {
  const made = createApp({ session: 's'.repeat(32), live: 'l'.repeat(32) }, { onError: (error) => errors.push(error) });
  live = made.live;
  server = createServer(made.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = await Client.open({ ...made, server, url } as unknown as TestApp, '/renderers');
});
afterAll(async () => {
  client.disconnect();
  live.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe.each(shelves.map((shelf, at) => [shelf.component, at] as const))('%s', (component, at) => {
  test('escapes, goes live without content, and sends only the row that changed', async () => {
    const root = client.roots[at] as { id: string; component: string; session: string };
    expect(root.component).toBe(component);
    expect(client.page(`[data-id="${root.id}"] #book-1 span`).text()).toBe('Alice & the <Looking Glass>');
    const [answer] = await client.subscribe([root]);
    expect(answer).toEqual({ id: root.id, epoch: expect.any(String), version: 1 });
    const { epoch } = answer as { epoch: string };
    const query = new URLSearchParams({ id: root.id, name: 'take', viewer: client.viewer, n: '1', epoch, have: '1' });
    await client.post('event', `?${query}`, 'id=2').expect(204);
    const update = await client.update(root.id);
    expect(update.patch).toEqual([['r', 'book-2', expect.stringMatching(/^<li id="book-2">.*<b>1<\/b>.*<\/li>$/s)]]);
    expect(errors).toEqual([]);
  });
});
