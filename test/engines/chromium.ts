// Chromium, by Playwright.
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { findProgram } from '../proxies/program.ts';
import { asExpression, type Engine, type EngineKind, Tab, type Work } from './tab.ts';

const ARGS = '--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update';

export const CHROMIUM: EngineKind = {
  name: 'Chromium',
  programs: ['chromium'],
  keepsPages: true,
  async start(): Promise<Engine> {
    const browser = await chromium.launch({
      executablePath: findProgram('chromium') ?? '',
      args: ARGS.split(' '),
      // Playwright turns it off, and users have it
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    });
    const open = async () => {
      const context = await browser.newContext();
      return new ChromiumTab(context, await context.newPage());
    };
    return { open, stop: () => browser.close() };
  },
};

class ChromiumTab extends Tab {
  readonly #context: BrowserContext;
  readonly #page: Page;

  constructor(context: BrowserContext, page: Page) {
    super();
    this.#context = context;
    this.#page = page;
  }

  async goto(url: string): Promise<void> {
    await this.#page.goto(url);
  }

  async back(): Promise<void> {
    await this.#page.goBack({ waitUntil: 'commit' }); // a page that was kept does not load again
  }

  async evaluate<Args extends unknown[], Result>(work: Work<Args, Result>, ...args: Args): Promise<Result> {
    return JSON.parse(await this.#page.evaluate<string>(asExpression(work, args)));
  }

  click(selector: string): Promise<void> {
    return this.#page.click(selector);
  }

  close(): Promise<void> {
    return this.#context.close();
  }
}
