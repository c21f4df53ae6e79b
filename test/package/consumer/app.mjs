// A consumer's app in ES modules: it renders a page, opens its stream, clicks, and says what it saw.
import express from 'express';
import session from 'express-session';
import { html, LiveComponent, liveview } from 'htmx-liveview';
import { connectLive } from 'htmx-liveview/testing';

class Counter extends LiveComponent {
  static component = 'demo.Counter';
  static events = { increment: true };

  count = 0;
  mount() {
    this.count = this.session.start;
  }
  increment() {
    this.count += 1;
  }
  render() {
    return html`<p>Count: ${this.count}</p><button lv-event="increment">+1</button>`;
  }
}

const app = express();
app.use(session({ secret: 'x'.repeat(32), resave: false, saveUninitialized: false }));
const live = liveview({ secret: 'y'.repeat(32), components: [Counter] });
app.use('/live', live.router);
app.get('/', async (req, res) => {
  res.send(String(html`<body hx-ext="liveview">${await live.render(req, Counter, { start: 5 })}</body>`));
});

const server = app.listen(0, '127.0.0.1', async () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  const page = await connectLive(base);
  const counter = page.view('demo.Counter');
  await counter.click('button');
  const script = await fetch(`${base}/live/liveview.min.js`);
  console.log(counter.find('p').text(), script.status, import.meta.resolve('htmx-liveview/liveview.js').slice(-24));
  await page.close();
  live.close();
  server.close();
});
