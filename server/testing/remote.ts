// Owns connectLive(): a page of a running server, without a browser. In: an address. Out: a view of each component on it.

import type { CheerioAPI } from 'cheerio';
import type { EventSource } from 'eventsource';
import { FRAME_NAMES, PROTOCOL_VERSION } from '../../protocol/names.ts';
import { systemClock } from '../clock.ts';
import { type Browser, createBrowser, PATIENCE } from './browser.ts';
import { all, attributeOf, describeAll, ROOTS, refused } from './dom.ts';
import type { Link } from './link.ts';
import { loadCheerio, loadEventSource } from './packages.ts';
import { View } from './view.ts';

/**
 * How a page is loaded.
 * @example
 * ```ts
 * const otherTab: ConnectOptions = { headers: { cookie: page.cookie } };
 * await (await connectLive(`${url}/counter`, otherTab)).close();
 * ```
 */
export interface ConnectOptions {
  /** Where the router is mounted. Default: what `lv-url` says on the page, else where its script comes from, else `/live`. */
  readonly path?: string;
  /** Sent with every request, such as `cookie` or `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A page of a running server.
 * @example
 * ```ts
 * const textsOf = (page: LivePage) => page.views.map(({ text }) => text);
 * textsOf(page).length; // => 2
 * ```
 */
export interface LivePage {
  /** Its components, those inside others included, in the page's order. */
  readonly views: readonly View[];
  /**
   * The one component of a name, or with a selector.
   * @throws LiveError `ERR_LIVE_TEST` where there is none, or more than one.
   * @example page.view('[data-component]:first').text; // => page.views[0]?.text
   */
  view(name: string): View;
  /**
   * The page, as cheerio.
   * @example page.$('body').attr('hx-ext'); // => 'liveview'
   */
  readonly $: CheerioAPI;
  /** The cookies, as a browser sends them: `headers: { cookie: page.cookie }` opens another tab. */
  readonly cookie: string;
  /**
   * Leaves the page: its components are unmounted. Its open stream keeps the process alive, so say it where it runs after a failure, too.
   * @example onTestFinished(() => page.close()); // node:test: t.after(…)
   */
  close(): Promise<void>;
}

/**
 * Loads a page of a running server, opens its stream and makes its components live. Its time is the real one.
 * @throws LiveError `ERR_LIVE_TEST_MISSING` where cheerio or eventsource are not installed; `ERR_LIVE_TEST` where the page can't be loaded, or can't go live.
 * @example
 * ```ts
 * const page = await connectLive(`${url}/clock`);
 * onTestFinished(() => page.close());
 * expect(page.view('demo.Clock').text).toContain('UTC');
 * ```
 */
export async function connectLive(url: string, { path, headers = {} }: ConnectOptions = {}): Promise<LivePage> {
  const [load, Source] = [
    await loadCheerio('connectLive()', 'cheerio eventsource'),
    await loadEventSource('connectLive()'),
  ];
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw refused('connectLive()', `${url} answered ${answer.status}`);
  const $ = load(await answer.text());
  const cookie = [headers.cookie, ...answer.headers.getSetCookie().map((one) => one.split(';')[0])]
    .filter(Boolean)
    .join('; ');
  const base = new URL(path ?? pathOf($, answer.url), answer.url).href.replace(/\/$/, '');
  const link = remoteLink(Source, base, { ...headers, ...(cookie ? { cookie } : {}) });
  const browser: Browser = createBrowser(
    $,
    answer.url,
    link,
    systemClock,
    remoteServer(() => browser),
  );
  await browser.page.connect();
  return livePage($, cookie, browser);
}

function livePage($: CheerioAPI, cookie: string, browser: Browser): LivePage {
  return {
    $,
    cookie,
    get views() {
      return all($, ROOTS).map((root) => new View(browser, root));
    },
    view(name) {
      const roots = $.root().find(ROOTS);
      const named = roots.filter(`[data-component="${name}"]`);
      const found = (named.length > 0 ? named : roots.filter(name)).toArray();
      const [root] = found;
      if (found.length === 1 && root) return new View(browser, root);
      const what = found.length === 0 ? 'there is no such component' : `it is one of ${found.length}`;
      throw refused(`view('${name}')`, `${what}; there are ${describeAll(roots.toArray())}`);
    },
    close: () => browser.page.leave(),
  };
}

/** As the extension finds it. */
function pathOf($: CheerioAPI, url: string): string {
  const named = $('[lv-url],[data-lv-url]').toArray()[0];
  const script = $('script[src*="/liveview."]').attr('src');
  return (named && attributeOf(named, 'lv-url')) ?? (script ? new URL('.', new URL(script, url)).pathname : '/live');
}

/** Nothing is known of a server elsewhere but what its page shows. */
function remoteServer(browser: () => Browser) {
  const quiet = async () => {
    for (const end = performance.now() + PATIENCE; browser().page.inFlight > 0; await pause(5))
      if (performance.now() > end) throw refused('settled()', `no answer within ${PATIENCE} ms`);
  };
  const settled = async () => {
    while (browser().events.isWaiting) await pause(5);
    await Promise.all(browser().events.takeStrays());
    await quiet();
  };
  return { quiet, settled, takeErrors: () => [], takeRefusal: () => undefined };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function remoteLink(Source: typeof EventSource, base: string, headers: Readonly<Record<string, string>>): Link {
  return {
    open(received, ended) {
      const source = new Source(`${base}/stream?v=${PROTOCOL_VERSION}`, {
        fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
      });
      for (const event of FRAME_NAMES)
        source.addEventListener(event, ({ data, lastEventId }) =>
          received({ event, data: JSON.parse(data), id: lastEventId }),
        );
      source.onerror = (error) => {
        source.close();
        ended(String(error.code ?? error.message ?? 'the stream has ended'));
      };
      return () => source.close();
    },
    async post({ endpoint, query, headers: signed, body }) {
      const answer = await fetch(`${base}/${endpoint}${query}`, {
        method: 'POST',
        headers: { ...headers, ...signed },
        body: new Uint8Array(body),
      });
      return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
    },
  };
}
