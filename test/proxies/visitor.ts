// Owns the page of a row: a real browser with the real extension, and the times at which it shows things.
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';

export type Mode = 'stream' | 'poll';

/** A name that the browser takes to this machine. */
export const NAME = 'app.test';

const ARGS =
  '--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** How long a page may take to get live, and a push or a click to be seen. */
const LIVE_MS = 12_000;
const SEEN_MS = 5000;

interface Watch {
  live: number | null;
  mode: Mode | null;
}

type WatchedWindow = Window & { lvWatch: Watch; lvPushed(n: number): void };

/** Starts the browser of all rows. */
export function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('The proxy suite needs Chromium, which is not installed (set CHROMIUM to its path).');
  const args = [...ARGS.split(' '), `--host-resolver-rules=MAP ${NAME} 127.0.0.1`];
  return chromium.launch({ executablePath, args });
}

/** Runs in the page before anything else: notes when all components are live, the mode, and each push that is shown. */
function watchPage(): void {
  const { performance, document } = globalThis;
  const page = window as unknown as WatchedWindow;
  const watch: Watch = { live: null, mode: null };
  page.lvWatch = watch;
  let last = '';
  const look = () => {
    const roots = [...document.querySelectorAll('[data-component]')];
    const isLive = roots.length > 0 && roots.every((root) => root.classList.contains('lv-connected'));
    if (isLive) watch.live ??= performance.now();
    const pushed = document.getElementById('pushed')?.textContent ?? '';
    if (pushed && pushed !== last) page.lvPushed(Number(pushed));
    last = pushed;
  };
  document.addEventListener('liveview:connected', (event) => {
    watch.mode = (event as CustomEvent<{ mode?: Mode } | null>).detail?.mode ?? watch.mode;
  });
  const what = { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['class'] };
  new MutationObserver(look).observe(document, what);
}

/** Runs in the page: clicks, and gives the milliseconds until the count has grown by one, or null. */
function clickOnce(limit: number): Promise<number | null> {
  return new Promise((resolve) => {
    const count = () => Number(document.getElementById('clicks')?.textContent);
    const wanted = count() + 1;
    const end = (took: number | null) => {
      observer.disconnect();
      resolve(took);
    };
    const observer = new MutationObserver(() => count() === wanted && end(performance.now() - start));
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
    setTimeout(() => end(null), limit);
    const start = performance.now();
    document.getElementById('button')?.click();
  });
}

export class Visitor {
  readonly #context: BrowserContext;
  readonly #page: Page;
  #pushed = 0;
  #wake: () => void = () => {};

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.#page = page;
  }

  /** Opens a page in a context of its own; through a forward proxy where one is given. */
  static async open(browser: Browser, url: string, proxy?: string): Promise<Visitor> {
    const context = await browser.newContext(proxy ? { proxy: { server: proxy, bypass: '<-loopback>' } } : {});
    const page = await context.newPage();
    const visitor = new Visitor(context, page);
    await page.exposeFunction('lvPushed', (n: number) => {
      visitor.#pushed = n;
      visitor.#wake();
    });
    await page.addInitScript(watchPage);
    await page.goto(url, { waitUntil: 'commit', timeout: LIVE_MS }).catch(() => {});
    return visitor;
  }

  /** Milliseconds from the start of the navigation until the page was live, or null. */
  async live(): Promise<number | null> {
    const isLive = () => (window as unknown as WatchedWindow).lvWatch?.live != null;
    await this.#page.waitForFunction(isLive, undefined, { timeout: LIVE_MS }).catch(() => {});
    return (await this.#watch()).live;
  }

  /** The mode that the extension said last. A live page that said none streams. */
  async mode(): Promise<Mode | null> {
    const { live, mode } = await this.#watch();
    return live === null ? null : (mode ?? 'stream');
  }

  /** Calls `push`, and gives the milliseconds until the page shows `n`, or null. */
  async seePush(n: number, push: (n: number) => void): Promise<number | null> {
    const start = performance.now();
    push(n);
    const end = start + SEEN_MS;
    while (this.#pushed !== n && performance.now() < end) await this.#woken(end - performance.now());
    return this.#pushed === n ? performance.now() - start : null;
  }

  /** Clicks the button, and gives the milliseconds until the page shows the effect, or null. */
  click(): Promise<number | null> {
    return this.#page.evaluate(clickOnce, SEEN_MS);
  }

  /** The count of clicks that the page shows. */
  count(): Promise<number> {
    return this.#page.evaluate(() => Number(document.getElementById('clicks')?.textContent));
  }

  close(): Promise<void> {
    return this.#context.close();
  }

  #watch(): Promise<Watch> {
    return this.#page
      .evaluate(() => (window as unknown as WatchedWindow).lvWatch)
      .then((watch) => watch ?? { live: null, mode: null });
  }

  #woken(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
