// Owns the server behind the proxies: one live component that pushes and is clicked, and an endpoint that answers a websocket upgrade.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo, Socket } from 'node:net';
import express from 'express';
import session from 'express-session';
import { html, LiveComponent, liveview } from 'htmx-liveview';

/** The path that answers a websocket upgrade with 101, and a request that has lost its Upgrade header with 426. */
export const UPGRADE_PATH = '/upgrade';
/** What RFC 6455 has a server append to the key. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Shows the last push, and how often it was clicked. */
class Probe extends LiveComponent {
  static component = 'proxies.Probe';
  static events = { click: true };
  static shown = new Set<Probe>();
  pushed = 0;
  clicks = 0;

  mount() {
    if (this.connected) Probe.shown.add(this);
  }
  unmount() {
    Probe.shown.delete(this);
  }
  click() {
    this.clicks += 1;
  }
  render() {
    return html`<p id="pushed">${this.pushed}</p><p id="clicks">${this.clicks}</p><button id="button" lv-event="click">+1</button>`;
  }
}

export interface App {
  readonly port: number;
  /** Shows a number on every page. */
  push(n: number): void;
  /** How many requests since the last call came without a Via header, so not through a forward proxy. */
  countWithoutVia(): number;
  close(): Promise<void>;
}

/** Starts the server on a free port; `compression` is the option of that name. */
export async function startApp(compression: boolean): Promise<App> {
  const { resolve } = createRequire(import.meta.url);
  let withoutVia = 0;
  const app = express();
  app.use((request, _response, next) => {
    if (!request.headers.via) withoutVia++;
    next();
  });
  app.use(session({ secret: 'x'.repeat(32), resave: false, saveUninitialized: false }));
  const live = liveview({ secret: 'x'.repeat(32), components: [Probe], compression });
  app.use('/live', live.router);
  app.get('/htmx.js', (_request, response) => response.sendFile(resolve('htmx.org/dist/htmx.min.js')));
  app.get(UPGRADE_PATH, (_request, response) =>
    response.status(426).set('Upgrade', 'websocket').send('websocket only\n'),
  );
  app.get('/', async (request, response) => response.send(page(String(await live.render(request, Probe)))));
  const server = createServer(app).on('upgrade', answerUpgrade);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    push: (n) => {
      for (const probe of Probe.shown) probe.pushed = n;
    },
    countWithoutVia: () => {
      const count = withoutVia;
      withoutVia = 0;
      return count;
    },
    close: async () => {
      live.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function page(content: string): string {
  return `<!doctype html><title>proxies</title><link rel="icon" href="data:,"><script src="/htmx.js"></script>
<script src="/live/liveview.min.js"></script><body hx-ext="liveview">${content}`;
}

function answerUpgrade(request: IncomingMessage, socket: Socket): void {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${WEBSOCKET_GUID}`).digest('base64');
  socket.on('error', () => socket.destroy());
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  setTimeout(() => socket.destroy(), 500);
}
