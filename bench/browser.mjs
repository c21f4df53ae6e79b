// From click to DOM in Chromium: 1 row of 1000, the counter, and the counter beside 1000 rows. `node bench/browser.mjs`; the last line is JSON.
// `row_ms` ends in a MutationObserver's callback; `row_apply_ms` is the time between liveview:before-update and -after-update.
import { createRequire } from 'node:module';
import express from 'express';
import session from 'express-session';
import { chromium } from 'playwright-core';
import { html, LiveComponent, liveview } from '../dist/server/index.js';
import { makeRows, median, table } from './fixture.mjs';

const CLICKS = 120;

class Rows extends LiveComponent {
  static component = 'bench.Rows';
  static events = { buy: true };
  rows = makeRows(1000);
  buy({ id }) {
    this.rows[id - 1].n += 1;
  }
  render() {
    return table(this.rows);
  }
}

class Counter extends LiveComponent {
  static component = 'bench.Counter';
  static events = { more: true };
  count = 0;
  more() {
    this.count += 1;
  }
  render() {
    return html`<p>Count: <output id="count">${this.count}</output></p><button id="more" lv-event="more">+1</button>`;
  }
}

const { resolve } = createRequire(import.meta.url);
const app = express();
app.use(session({ secret: 'x'.repeat(32), resave: false, saveUninitialized: false }));
const live = liveview({ secret: 'x'.repeat(32), components: [Rows, Counter] });
app.use('/live', live.router);
app.get('/htmx.js', (_req, res) => res.sendFile(resolve('htmx.org/dist/htmx.min.js')));
const page = (...content) =>
  `<!doctype html><script src="/htmx.js"></script><script src="/live/liveview.min.js"></script><body hx-ext="liveview">${content.join('')}`;
app.get('/rows', async (req, res) => res.send(page(await live.render(req, Rows))));
app.get('/counter', async (req, res) => res.send(page(await live.render(req, Counter))));
app.get('/both', async (req, res) => res.send(page(await live.render(req, Counter), await live.render(req, Rows))));
const server = app.listen(0);
const url = `http://127.0.0.1:${server.address().port}`;

const args =
  '--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: args.split(' '),
});

/** Clicks again and again; gives the medians from click to DOM, and inside apply. */
async function measure(path, button, watched) {
  const tab = await browser.newPage();
  await tab.goto(url + path);
  await tab.waitForFunction(() => document.querySelectorAll('[data-id]:not(.lv-connected)').length === 0);
  const times = await tab.evaluate(
    async ([button, watched, clicks]) => {
      const results = [];
      let before = 0;
      let apply = 0;
      document.addEventListener('liveview:before-update', () => (before = performance.now()));
      document.addEventListener('liveview:after-update', () => (apply = performance.now() - before));
      for (let click = 0; click < clicks; click++) {
        const changed = new Promise((done) => {
          const observer = new MutationObserver(() => {
            observer.disconnect();
            done(performance.now());
          });
          observer.observe(document.querySelector(watched), { subtree: true, childList: true, characterData: true });
        });
        const start = performance.now();
        document.querySelector(button).click();
        const total = (await changed) - start;
        await new Promise((done) => setTimeout(done, 15));
        results.push([total, apply]);
      }
      return results;
    },
    [button, watched, CLICKS],
  );
  await tab.close();
  const warm = times.slice(20);
  return { total: median(warm.map(([total]) => total)), apply: median(warm.map(([, apply]) => apply)) };
}

const row = await measure('/rows', '#r-500 button', '#r-500');
const counter = await measure('/counter', '#more', '#count');
const beside = await measure('/both', '#more', '#count');
const round = (number) => Math.round(number * 100) / 100;
const result = {
  row_ms: round(row.total),
  row_apply_ms: round(row.apply),
  counter_ms: round(counter.total),
  counter_beside_rows_ms: round(beside.total),
};
console.table(result);
console.log(JSON.stringify(result));
await browser.close();
live.close();
server.closeAllConnections();
server.close();
