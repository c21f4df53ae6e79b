// Makes the picture of docs/inspector.md again: node scripts/inspector-picture.mjs, after a build. It needs Chromium; CHROMIUM is its path.
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { createApp } from '../dist/examples/app.js';

const secret = 'only for a picture, and long enough to be one';
const { app, live } = createApp({ session: secret, live: secret });
const server = app.listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });

async function open(path) {
  const page = await context.newPage();
  await page.goto(url + path);
  await page.locator('.lv-connected').first().waitFor();
  return page;
}

const inspector = await open('/live/inspector');
const [counter, todo] = [await open('/counter'), await open('/todo')];
await open('/vote');
for (const text of ['water the plants', 'write to Ada']) {
  await todo.locator('input').first().fill(text);
  await todo.keyboard.press('Enter');
  await todo.getByText(text).waitFor();
}
for (let n = 0; n < 3; n++) await counter.getByLabel('one more').first().click();
await inspector.bringToFront();
await inspector.locator('#list').getByRole('button', { name: 'demo.Todo' }).click();
await todo.locator('input[type=checkbox]').first().click({ force: true });
await inspector.locator('#detail .tree').first().waitFor();
await inspector.waitForTimeout(2500); // its figures are of full seconds

mkdirSync('docs/images', { recursive: true });
await inspector.screenshot({ path: process.argv[2] ?? 'docs/images/inspector.png' });
await browser.close();
live.close();
server.closeAllConnections();
server.close();
