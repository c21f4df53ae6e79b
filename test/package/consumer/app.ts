// A consumer's app in TypeScript: the request knows who is signed in, and the components know it by their context. It renders a page, opens its
// stream, clicks, and says what it saw.
import express, { type Request } from 'express';
import session from 'express-session';
import { html, LiveComponent, type LiveEvent, liveview } from 'htmx-liveview';
import { connectLive } from 'htmx-liveview/testing';

declare global {
  namespace Express {
    interface Request {
      user?: { readonly name: string };
    }
  }
}

interface Context {
  readonly user: { readonly name: string };
}
abstract class AppComponent<Session = {}> extends LiveComponent<Session, Context> {}

class Card extends AppComponent<{ title: string }> {
  static component = 'demo.Card';
  render() {
    return html`<i>${this.session.title} of ${this.context.user.name}</i>`;
  }
}

class Counter extends AppComponent<{ start: number }> {
  static component = 'demo.Counter';
  static events = { increment: true };

  count = 0;
  by = '';
  mount() {
    this.count = this.session.start;
  }
  increment(_: unknown, { context }: LiveEvent<Context>) {
    this.count += 1;
    this.by = context.user.name;
  }
  render() {
    const card = this.child(Card, { title: 'Counter' });
    return html`<p>Count: ${this.count}${this.by && ` by ${this.by}`}</p><button lv-event="increment">+1</button>${card}`;
  }
}

const app = express();
app.use(session({ secret: 'x'.repeat(32), resave: false, saveUninitialized: false }));
app.use((req, _res, next) => {
  req.user = { name: 'Ada' };
  next();
});
const live = liveview({
  secret: 'y'.repeat(32),
  components: [Counter, Card],
  context: (req: Request) => ({ user: req.user ?? { name: 'nobody' } }),
});
app.use('/live', live.router);
app.get('/', async (req, res) => {
  res.send(String(html`<body hx-ext="liveview">${await live.render(req, Counter, { start: 5 })}</body>`));
});

const server = app.listen(0, '127.0.0.1', async () => {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no address');
  const base = `http://127.0.0.1:${address.port}`;
  const page = await connectLive(base);
  const counter = page.view('demo.Counter');
  await counter.click('button');
  const script = await fetch(`${base}/live/liveview.min.js`);
  console.log(counter.find('p').text(), script.status, page.view('demo.Card').text);
  await page.close();
  live.close();
  server.close();
});
