// An app with one live panel, and a page that notes what it hears of its connection.
import { expect } from 'vitest';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import { Panel, servePanel } from '../support/panel.ts';
import type { Tab } from './tab.ts';

/** How many milliseconds lie between two heartbeats. */
export const HEARTBEAT = 1000;

export { news } from '../support/panel.ts';

export interface Seen {
  /** When the page was gone to. */
  began: number;
  /** What the page heard of its connection, and when. */
  states: { name: string; mode?: string; attempt?: number; at: number }[];
  /** When the component was said to be gone. */
  goneAt: number;
  /** How often the page was shown again as it had been left. */
  returns: number;
}

/** Runs in the page before anything else. */
function watchPage(): void {
  const seen: Seen = { began: performance.timeOrigin, states: [], goneAt: 0, returns: 0 };
  Object.assign(window, { seen });
  for (const name of ['connected', 'disconnected', 'reconnecting']) {
    document.addEventListener(`liveview:${name}`, (event) => {
      seen.states.push({ ...(event as CustomEvent).detail, name, at: Date.now() });
    });
  }
  document.addEventListener('liveview:gone', () => {
    seen.goneAt = Date.now();
  });
  addEventListener('pageshow', ({ persisted }) => {
    seen.returns += Number(persisted);
  });
}

const HEAD = `<script>(${watchPage})()</script>`;

/** Starts the app: the panel is at `/page`, the way out at `/logout`, another page at `/other`. */
export function startPanel(htmx: string, options: Partial<TestAppOptions> = {}): Promise<TestApp> {
  return startApp({
    components: [Panel],
    heartbeat: HEARTBEAT,
    routes: (app, live) => {
      servePanel(app, live, htmx, () => HEAD);
      app.get('/other', (_req, res) => void res.send('<!doctype html><p>another page'));
    },
    ...options,
  });
}

export function seenBy(tab: Tab): Promise<Seen> {
  return tab.evaluate(() => (window as unknown as { seen: Seen }).seen);
}

/** Waits until the page's last word is that it is connected, and its component is. */
export async function isLive(tab: Tab, timeout = 10_000): Promise<void> {
  const look = () => document.querySelectorAll('[data-component].lv-connected').length;
  await expect.poll(() => tab.evaluate(look), { timeout, interval: 20 }).toBe(1);
}

/** Waits until the page shows a text. */
export async function shows(tab: Tab, id: string, text: string, timeout = 10_000): Promise<void> {
  await expect.poll(() => tab.text(`#${id}`), { timeout, interval: 20 }).toBe(text);
}

export async function countTo5(tab: Tab): Promise<void> {
  for (let n = 0; n < 5; n++) await tab.click('button');
  await shows(tab, 'count', '5');
}
