// The gallery's list without end, as visitors scroll in it.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { useGallery } from '../support/gallery.ts';

const notes = (page: Page) => page.locator('#notes > [id^=note-]');
const scrollTo = (page: Page, top: number) => page.locator('.feed').evaluate((feed, to) => feed.scrollTo(0, to), top);
const scrollTop = (page: Page) => page.locator('.feed').evaluate((feed) => Math.round(feed.scrollTop));

/** The lengths of the answers to an event, as they come. */
function answersTo(page: Page, name: string): number[] {
  const lengths: number[] = [];
  page.on('response', async (response) => {
    if (new URL(response.url()).searchParams.get('name') === name) lengths.push((await response.body()).length);
  });
  return lengths;
}

describeInBrowser('the list without end', (visit, _, version) => {
  const { visitTo } = useGallery(visit, version);

  test('goes on as one scrolls, with no more on the wire than what is added, and nothing else moves', async () => {
    const { page, faults } = await visitTo('/infinite');
    const lengths = answersTo(page, 'more');
    expect(await notes(page).count()).toBe(40);
    await notes(page).evaluateAll((all) => {
      for (const it of all) Object.assign(it, { same: true });
    });
    for (const count of [80, 120, 160]) {
      await scrollTo(page, 1e6);
      await expect.poll(() => notes(page).count()).toBe(count);
      expect(await scrollTop(page)).toBeGreaterThan(20 * (count - 40));
    }
    expect(await notes(page).evaluateAll((all) => all.filter((it) => 'same' in it).length)).toBe(40);
    const ids = await notes(page).evaluateAll((all) => all.map(({ id }) => Number(id.slice(5))));
    expect(ids).toEqual(Array.from({ length: 160 }, (_, at) => (ids[0] as number) - at));
    await expect.poll(() => lengths.length).toBe(3);
    for (const length of lengths) expect(length).toBeLessThan(4_500); // 40 notes of 80 bytes, and what they come in
    await page.getByRole('button', { name: 'To the top' }).click();
    await expect.poll(() => scrollTop(page)).toBe(0);
    expect(faults).toEqual([]);
  });

  test('says what is new instead of jumping, and shows it at the top when asked', async () => {
    const [ada, bob] = [await visitTo('/infinite'), await visitTo('/infinite')];
    await scrollTo(ada.page, 500);
    const text = `A swan, ${version} ${Date.now()}`;
    for (const end of [' flies', ' lands']) {
      await bob.page.getByLabel('What did you see?').fill(text + end);
      await bob.page.getByRole('button', { name: 'Write' }).click();
      await bob.page.getByText(text + end).waitFor();
    }
    const button = ada.page.getByRole('button', { name: '2 new' });
    await button.waitFor();
    expect([await scrollTop(ada.page), await ada.page.getByText(text).count()]).toEqual([500, 0]);
    await button.click();
    await expect.poll(() => notes(ada.page).first().textContent()).toContain(`${text} lands`);
    await expect.poll(() => scrollTop(ada.page)).toBe(0);
    expect(await ada.page.getByRole('button', { name: 'new' }).count()).toBe(0);
    expect(await ada.page.locator('.feed').evaluate((feed) => feed === document.activeElement)).toBe(true);
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });
});
