// What the guides promise of a browser.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { createApp as createAuthApp } from '../../examples/guides/auth/app.ts';
import { addUser } from '../../examples/guides/auth/users.ts';
import { SECRET } from '../support/app.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

beforeAll(() => {
  process.env.SESSION_SECRET = SECRET;
  process.env.LIVE_SECRET = SECRET;
});

describeInBrowser('the existing app that was made live', (visit, htmx) => {
  test('keeps its own form, is live for two visitors, and nothing breaks helmet’s policy', async () => {
    const { app } = await import('../../examples/guides/existing/after/app.ts');
    const server = createServer(app).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const [ada, bob] = [await visit(), await visit()];
    for (const { page } of [ada, bob]) {
      await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
      await page.route('**/htmx.js', (route) => route.fulfill({ path: htmx }));
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await isLive(page);
    }
    const count = Number(await bob.page.locator('b').first().textContent());
    await ada.page.getByLabel('Dish').fill('Pie');
    await ada.page.getByRole('button').click();
    await ada.page.locator('#orders').getByText('Pie, € 9').last().waitFor();
    for (const { page } of [ada, bob])
      await expect.poll(() => page.locator('b').first().textContent()).toBe(String(count + 1));
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });
});

describeInBrowser('the app with a login', (visit, htmx) => {
  test('brings all tabs to the login when one of them logs out', async () => {
    addUser('grace', 'hopper');
    const { app, live } = createAuthApp({ session: SECRET, live: SECRET });
    const server = createServer(app).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { page, context, faults } = await visit();
    await context.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
    await context.route('**/htmx.js', (route) => route.fulfill({ path: htmx }));
    await page.goto(`${url}/login`);
    await page.getByLabel('Name').fill('grace');
    await page.getByLabel('Password').fill('hopper');
    await page.getByRole('button', { name: 'Log in' }).click();
    await isLive(page);
    const second = await context.newPage();
    await second.goto(url);
    await isLive(second);
    await page.getByLabel('Note').fill('compile');
    await page.getByRole('button', { name: 'Keep' }).click();
    await second.getByText('grace: compile').last().waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await second.waitForURL('**/login');
    expect(faults).toEqual([]);
    live.close();
  });
});
