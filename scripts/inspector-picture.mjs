// Makes the picture of docs/inspector.md again: node scripts/inspector-picture.mjs, after a build.
import { createApp } from '../dist/examples/app.js';
import { FOLDER, openCamera } from './camera.mjs';

const secret = 'only for a picture, and long enough to be one';
const { base, browser, close } = await openCamera(createApp({ session: secret, live: secret }));
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });

async function open(path) {
  const page = await context.newPage();
  await page.goto(base + path);
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

await inspector.screenshot({ path: process.argv[2] ?? `${FOLDER}/inspector.png` });
await close();
