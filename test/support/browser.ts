// Real pages in a real Chromium, for each version of htmx.
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, inject } from 'vitest';

const { resolve } = createRequire(import.meta.url);

/** Both versions of htmx, and where each file is. */
export const HTMX = [
  ['htmx 2', resolve('htmx.org/dist/htmx.min.js'), '2'],
  ['htmx 4', resolve('htmx4/dist/htmx.min.js'), '4'],
] as const;

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in the page: uncaught errors and console errors. */
  readonly faults: string[];
}

/** A suite that runs in Chromium with each version of htmx; skipped as a whole where there is no Chromium. */
export function describeInBrowser(
  name: string,
  suite: (visit: () => Promise<Visitor>, htmx: string, version: string) => void,
): void {
  const endpoint = inject('chromium');
  describe.skipIf(!endpoint).each(HTMX)(`${name}, %s`, (_, htmx, version) => {
    let browser: Browser;
    const visitors: Visitor[] = [];
    beforeAll(async () => {
      browser = await chromium.connect(endpoint);
    });
    afterEach(async () => {
      for (const { context } of visitors.splice(0)) await context.close();
    });
    afterAll(() => browser?.close());

    const visit = async (): Promise<Visitor> => {
      const context = await browser.newContext({ viewport: { width: 800, height: 600 } });
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(String(error.stack)));
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      const visitor = { page, context, faults };
      visitors.push(visitor);
      return visitor;
    };
    suite(visit, htmx, version);
  });
}

/** Waits until every component on the page is live. */
export async function isLive(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const roots = [...document.querySelectorAll('[data-component]')];
    return roots.length > 0 && roots.every((root) => root.classList.contains('lv-connected'));
  });
}
