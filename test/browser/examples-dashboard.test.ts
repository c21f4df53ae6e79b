// The gallery's dashboard, as two visitors see it.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { useGallery } from '../support/gallery.ts';

const bars = (page: Page) => page.locator('#pushed-bars svg');
const idsOf = (page: Page) => bars(page).evaluateAll((all) => all.map(({ id }) => id));

describeInBrowser('the dashboard', (visit, _, version) => {
  const { visitTo } = useGallery(visit, version);

  test('draws what the server measures, each second, and touches nothing that has not changed', async () => {
    const { page, faults } = await visitTo('/dashboard');
    await expect.poll(() => bars(page).count(), { timeout: 10_000 }).toBeGreaterThan(1);
    const marked = await page.evaluate(() => {
      const all = document.querySelectorAll('.chart, .bars svg, .tile, #delay-line');
      for (const element of all) Object.assign(element, { same: true });
      return all.length;
    });
    const before = await bars(page).count();
    await expect.poll(() => bars(page).count(), { timeout: 10_000 }).toBeGreaterThan(before);
    const kept = await page.evaluate(
      () => [...document.querySelectorAll('.chart, .bars svg, .tile, #delay-line')].filter((it) => 'same' in it).length,
    );
    expect(kept).toBe(marked);
    const end = await page.locator('#heap-line').evaluate((line) => {
      const { x, width } = (line as unknown as SVGPolylineElement).getBBox();
      return x + width;
    });
    expect(end).toBe(59);
    expect(Number(await page.locator('#heap').textContent())).toBeGreaterThan(1);
    expect(faults).toEqual([]);
  });

  test('is one for everybody: who comes later finds the same minute in the page already', async () => {
    const ada = await visitTo('/dashboard');
    await expect.poll(() => bars(ada.page).count(), { timeout: 10_000 }).toBeGreaterThan(1);
    const bob = await visitTo('/dashboard');
    const seen = await idsOf(bob.page);
    expect(seen.slice(0, 2)).toEqual(['pushed-1', 'pushed-2']);
    await expect.poll(async () => (await idsOf(bob.page)).length, { timeout: 10_000 }).toBeGreaterThan(seen.length);
    await expect.poll(async () => (await idsOf(ada.page)).join() === (await idsOf(bob.page)).join()).toBe(true);
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });
});
