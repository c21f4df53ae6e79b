// Makes the pictures of docs/debugging.md again: node scripts/pictures.mjs, after a build.
import { createRequire } from 'node:module';
import express from 'express';
import session from 'express-session';
import { html, LiveComponent, liveview } from 'htmx-liveview';
import { FOLDER, openCamera } from './camera.mjs';

const secret = 'only for pictures, and long enough to be one';
const PRICES = { tea: 4, cake: 6 };

/** A cart with a fault, as one might write it. */
class Cart extends LiveComponent {
  static component = 'shop.Cart';
  static events = { add: true, checkout: true };
  items = [];
  add({ item }) {
    this.items.push(item);
  }
  async checkout() {
    try {
      await this.pay(this.items.reduce((sum, item) => sum + PRICES[item].gross, 0));
    } catch (cause) {
      throw new Error('the order could not be paid', { cause });
    }
  }
  async pay(sum) {
    if (!(sum > 0)) throw new RangeError(`expected a sum, got ${sum}`);
  }
  render() {
    return html`<ul>${this.items.map((item, at) => html`<li id="item-${at}">${item}</li>`)}</ul>
      <p id="count">${this.items.length} in the cart</p>
      <button lv-event="add" name="item" value="tea">Tea</button> <button lv-event="add" name="item" value="cake">Cake</button>
      <button lv-event="checkout">Check out</button>`;
  }
}

const app = express();
app.use(session({ secret, resave: false, saveUninitialized: false }));
const live = liveview({ secret, components: [Cart], onError() {} });
app.use('/live', live.router);
app.get('/htmx.js', (_req, res) => res.sendFile(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js')));
app.get('/', async (req, res) => {
  const colors = req.query.dark === undefined ? 'color:#223;background:#fff' : 'color:#dde;background:#12141c';
  res.send(`<!doctype html><title>Shop</title><link rel="icon" href="data:,"><script src="/htmx.js"></script>
    <script src="/live/liveview.js"></script><body hx-ext="liveview" style="font:16px system-ui;margin:2rem;${colors}">
    <h1>Shop</h1><p>Everything for the afternoon.</p>${await live.render(req, Cart)}`);
});
const { base, browser, close } = await openCamera({ app, live });
const folder = process.argv[2] ?? FOLDER;
for (const theme of process.argv[2] ? ['light', 'dark'] : ['light']) await take(theme);
await close();

async function take(theme) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 640 } });
  const name = (what) => `${folder}/${what}${theme === 'dark' ? '-dark' : ''}.png`;
  await page.goto(`${base}/${theme === 'dark' ? '?dark' : ''}`);
  await page.locator('.lv-connected').waitFor();
  await page.getByRole('button', { name: 'Check out' }).click();
  await page.getByRole('dialog').waitFor();
  await page.screenshot({ path: name('overlay') });
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    liveview.highlight();
    liveview.latency(300);
  });
  await page.getByText('Simulated latency').waitFor();
  for (const count of ['1', '2']) {
    await page.locator('liveview-tools .frame').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Tea' }).click();
    await page.getByText(`${count} in the cart`).waitFor();
  }
  // they fade
  await page.evaluate(() => {
    for (const frame of document.querySelector('liveview-tools').shadowRoot.getAnimations()) {
      frame.pause();
      frame.currentTime = 100;
    }
  });
  await page.screenshot({ path: name('highlight') });
  await page.close();
}
