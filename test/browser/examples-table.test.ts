// The gallery's table, as a visitor uses it: with mouse, keyboard, address bar and history.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, isLive } from '../support/browser.ts';
import { useGallery } from '../support/gallery.ts';

const count = (page: Page) => page.getByRole('status').textContent();
const column = (page: Page, at: number) => page.locator(`tbody tr > :nth-child(${at})`).allTextContents();
const flows = async (page: Page) => (await column(page, 4)).map((text) => Number(text.replace(',', '')));
const rising = (numbers: number[]) => [...numbers].sort((a, b) => a - b);

describeInBrowser('the table', (visit, _, version) => {
  const { visitTo } = useGallery(visit, version);

  test('is sorted by a column, the other way at the second click, and says so', async () => {
    const { page, faults } = await visitTo('/table');
    const head = page.getByRole('columnheader', { name: 'Flow' });
    await head.getByRole('button').click();
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending');
    const first = await flows(page);
    expect(first).toEqual(rising(first));
    await head.getByRole('button').click();
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('descending');
    const last = await flows(page);
    expect(last).toEqual(rising(last).reverse());
    expect(last.at(-1)).toBeGreaterThan(first.at(-1) as number);
    expect(await page.locator('[aria-sort]').count()).toBe(1);
    expect(faults).toEqual([]);
  });

  test('is filtered as one types, without taking the text, the focus or the history', async () => {
    const { page, faults } = await visitTo('/table');
    const before = await page.evaluate(() => history.length);
    await page.evaluate(() => Object.assign(window, { same: true }));
    const field = page.getByRole('searchbox');
    await field.pressSequentially('kel', { delay: 200 });
    await expect.poll(() => count(page)).toMatch(/^\d\d rivers/);
    expect((await column(page, 1)).filter((name) => !/kel/i.test(name))).toEqual([]);
    expect([await field.inputValue(), await field.evaluate((it) => it === document.activeElement)]).toEqual([
      'kel',
      true,
    ]);
    expect(new URL(page.url()).searchParams.get('text')).toBe('kel');
    expect(await page.evaluate(() => history.length)).toBe(before);
    await field.press('Enter'); // no new page
    await field.fill('no such river');
    await expect.poll(() => count(page)).toBe('0 rivers, page 1 of 1');
    expect(await page.evaluate(() => 'same' in window)).toBe(true);
    expect(faults).toEqual([]);
  });

  test('is paged, and Back, Forward, a reload and a shared link show what its address says', async () => {
    const { page, faults } = await visitTo('/table');
    await page.getByRole('button', { name: 'Flow' }).click();
    await expect.poll(() => page.url()).toContain('sort=flow');
    const [first, next] = [await flows(page), page.getByRole('button', { name: 'Next' })];
    await next.click();
    await expect.poll(() => count(page)).toBe('1,000 rivers, page 2 of 50');
    const second = await flows(page);
    expect(second[0]).toBeGreaterThanOrEqual(first.at(-1) as number);

    await page.goBack();
    await expect.poll(() => count(page)).toContain('page 1 of 50');
    expect(await flows(page)).toEqual(first);
    await page.goBack();
    await expect
      .poll(() => page.getByRole('columnheader', { name: 'River' }).getAttribute('aria-sort'))
      .toBe('ascending');
    await page.goForward();
    await page.goForward();
    await expect.poll(() => count(page)).toContain('page 2 of 50');
    await page.reload();
    await isLive(page);
    expect(await flows(page)).toEqual(second);

    const friend = await visit();
    await friend.page.goto(page.url());
    expect(await flows(friend.page)).toEqual(second);
    expect([...faults, ...friend.faults]).toEqual([]);
  });

  test('is used with the keyboard alone, which stays where it was', async () => {
    const { page } = await visitTo('/table');
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    await page.getByRole('searchbox').focus();
    for (let presses = 0; (await focused()) !== 'Region' && presses < 9; presses++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => column(page, 2)).toEqual(Array(20).fill('East'));
    expect(await focused()).toBe('Region');
    await page.getByRole('button', { name: 'Previous' }).focus();
    await page.keyboard.press('Enter'); // there is none before the first
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await expect.poll(() => count(page)).toContain('page 2 of 50');
    expect(await focused()).toBe('Next');
    expect(await page.getByRole('button', { name: 'Previous' }).getAttribute('aria-disabled')).toBe('false');
  });
});
