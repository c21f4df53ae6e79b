// A panel that counts clicks and shows what is published, and the page that holds it: what the suites of the connection need. It loads the
// minified extension, as users do.

import type { Express, Request } from 'express';
import { html, type Live, LiveComponent, topic } from 'htmx-liveview';

export const news = topic<string>('panel news');

export class Panel extends LiveComponent {
  static component = 'test.Panel';
  static events = { add: true };
  count = 0;
  said = '';
  mount() {
    this.subscribe(news, (text) => {
      this.said = text;
      this.browser.push('heard', text.length);
    });
  }
  add() {
    this.count++;
  }
  render() {
    // the button is first: a text that grows must not move it away from under the mouse
    return html`<button lv-event="add">+1</button><p id="count">${this.count}</p><p id="said">${this.said}</p>`;
  }
}

/** Serves the panel at `/page`, with `head` before everything else, and a way out at `/logout`. */
export function servePanel(app: Express, live: Live, htmx: string, head: (req: Request) => string = () => ''): void {
  app.get('/htmx.js', (_req, res) => res.sendFile(htmx));
  app.get('/logout', (req, res) => req.session.destroy(() => res.send('bye')));
  app.get('/page', async (req, res) => {
    const panel = await live.render(req, Panel);
    res.send(
      `<!doctype html>${head(req)}<link rel="icon" href="data:,"><script nonce="abc" src="/htmx.js"></script><script nonce="abc" src="/live/liveview.min.js"></script><body hx-ext="liveview">${panel}`,
    );
  });
}
