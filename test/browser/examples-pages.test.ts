// What holds for each of these example pages: it works under a strict policy, and on a phone.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { useGallery } from '../support/gallery.ts';

const press = (page: Page, name: string) => page.getByRole('button', { name }).first().click();

/** Each page, what one does there, and what one sees then. */
const pages: [path: string, act: (page: Page) => Promise<unknown>, seen: string | RegExp][] = [
  ['/table', (page) => press(page, 'Next'), 'page 2 of 50'],
  ['/wizard', (page) => press(page, 'Next'), 'Please say who you are.'],
  ['/dashboard', (page) => page.locator('#pushed-bars svg').nth(1).waitFor(), 'Heap in use'],
  ['/infinite', (page) => press(page, 'Older notes'), /^(?!40 )[\d,]+ of /], // it may come into view, and so have loaded some by itself
  ['/kanban', (page) => press(page, 'to the right'), 'is now in'],
];

describeInBrowser('an example page', (visit, _, version) => {
  const { open } = useGallery(visit, version);

  test.each(pages)('%s works under default-src self', async (path, act, seen) => {
    const { page } = await visit();
    await page.addInitScript(() => {
      const violations: string[] = [];
      Object.assign(window, { violations });
      document.addEventListener('securitypolicyviolation', (event) => {
        // htmx puts the style of its indicators into the page, unless its configuration says otherwise
        if (!/htmx\d\.js/.test(event.sourceFile)) violations.push(`${event.violatedDirective} ${event.sourceFile}`);
      });
    });
    await page.route(`**${path}?*`, async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers(), 'content-security-policy': "default-src 'self'" };
      await route.fulfill({ response, headers });
    });
    await open(page, path);
    await act(page);
    await page.getByText(seen).first().waitFor();
    expect(await page.evaluate(() => (window as unknown as { violations: string[] }).violations)).toEqual([]);
  });

  test.each(pages)('%s fits a phone', async (path, act, seen) => {
    const { page } = await visit();
    await page.setViewportSize({ width: 360, height: 640 });
    await open(page, path);
    await act(page);
    await page.getByText(seen).first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });
});
