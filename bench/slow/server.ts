// Owns the server of bench:slow, in a process of its own: one component, which a topic keeps pushing to.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import session, { MemoryStore } from 'express-session';
import { html, LiveComponent, liveview, topic } from 'htmx-liveview';

const SECRET = 'a secret of a benchmark, long enough to be one';
const PUSHES = 10;
const walls = topic<number>('walls');
const size = Number(process.env.SLOW_KB ?? 5) * 1024;

/** What the server is asked: to begin or stop pushing, or for its figures. */
export type Question = 'push' | 'rest' | 'figures' | 'count';

export interface Figures {
  /** Milliseconds of processor time since the start. */
  readonly cpu: number;
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
  readonly streams: number;
  readonly instances: number;
  readonly connections: number;
}

/** A text that each push changes, and a count that each event changes. */
class Wall extends LiveComponent {
  static component = 'bench.Wall';
  static events = { add: true };
  pushed = 0;
  count = 0;

  mount() {
    this.subscribe(walls, (n) => {
      this.pushed = n;
    });
  }
  add() {
    this.count++;
  }
  render() {
    return html`<p id="c">${this.count}</p><p id="w">${text(this.pushed)}</p>`;
  }
}

function text(n: number): string {
  const word = `news ${n} `;
  return word.repeat(Math.ceil(size / word.length));
}

const app = express();
app.use(session({ secret: SECRET, resave: false, saveUninitialized: false, store: new MemoryStore() }));
const live = liveview({ secret: SECRET, components: [Wall], resumeWindow: 1_000 });
app.use('/live', live.router);
app.get('/', async (req, res) => void res.send(String(await live.render(req, Wall))));
const server = createServer(app);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

let n = 0;
let pushing: NodeJS.Timeout | undefined;
process.on('disconnect', () => process.exit());
process.on('message', async (question: Question) => {
  if (question === 'rest') clearInterval(pushing);
  if (question === 'push') pushing = setInterval(() => live.publish(walls, ++n), 1000 / PUSHES);
  process.send?.(await figures(question === 'figures'));
});

async function figures(isClean: boolean): Promise<Figures> {
  const { user, system } = process.cpuUsage();
  const cpu = (user + system) / 1000;
  for (let round = 0; isClean && round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { heapUsed: heap, external, rss } = process.memoryUsage();
  const connections = await new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
  return { cpu, heap, external, rss, ...live.stats(), connections };
}
