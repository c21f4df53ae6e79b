// The examples that join people, those of long work, and the gallery around all of them, as visitors use them.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { examples } from '../../examples/list.ts';
import { BOARD } from '../../examples/presence/here.ts';
import { describeInBrowser, isLive } from '../support/browser.ts';
import { useGallery } from '../support/gallery.ts';

describeInBrowser('the examples of people and work', (visit, _, version) => {
  const { open, visitTo } = useGallery(visit, version);
  const file = (name: string, size: number) => ({ name, mimeType: 'image/png', buffer: Buffer.alloc(size, 65) });

  test('an upload shows how far it is, is cancelled, and can be sent again', async () => {
    const { page, context, faults } = await visitTo('/upload');
    const network = await context.newCDPSession(page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 400_000 };
    await network.send('Network.emulateNetworkConditions', slow);
    const progress = page.locator('progress');
    expect(await progress.isVisible()).toBe(false);
    await page.setInputFiles('input[type=file]', [file('a.png', 4_000_000)]);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText(/^[1-9]\d? %$/).waitFor();
    expect(await progress.isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => progress.isVisible()).toBe(false);
    await network.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 });
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.list li', { hasText: 'a.png' }).waitFor();
    expect(await page.locator('.list li').count()).toBe(1);
    // htmx 2 says on the console that a request was aborted
    expect(faults.filter((fault) => !/sendAbort|afterRequest/.test(fault))).toEqual([]);
  });

  test('a pointer moves on the others’ boards, under its name, with one attribute; and goes when it leaves', async () => {
    const [ada, bob] = [await visitTo('/presence'), await visitTo('/presence')];
    await bob.page.getByLabel('Your name').fill('Bob');
    await bob.page.getByRole('button', { name: 'That is me' }).click();
    const board = (await bob.page.locator('svg').boundingBox()) as { x: number; y: number; width: number };
    const moveTo = (x: number, y: number) =>
      bob.page.mouse.move(board.x + (x * board.width) / BOARD.width, board.y + (y * board.width) / BOARD.width);
    const place = async () => {
      const given = await ada.page.locator('#pointers > g').getAttribute('transform');
      return given?.match(/\d+/g)?.map(Number) ?? [];
    };
    await moveTo(100, 50);
    await ada.page.locator('#pointers').getByText('Bob').waitFor();
    await ada.page.evaluate(() => {
      const seen: string[] = [];
      const note = (records: MutationRecord[]) => seen.push(...records.map((it) => it.attributeName ?? it.type));
      const pointers = document.querySelector('#pointers') as Element;
      new MutationObserver(note).observe(pointers, { attributes: true, childList: true, subtree: true });
      Object.assign(window, { seen });
    });
    for (let step = 1; step <= 20; step++) await moveTo(100 + step * 10, 50 + step * 5);
    // where it came to rest is never lost; the screen's pixels are not the board's units
    await expect.poll(async () => Math.abs(((await place())[0] ?? 0) - 300)).toBeLessThan(4);
    expect(Math.abs(((await place())[1] ?? 0) - 150)).toBeLessThan(4);
    const seen = await ada.page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    expect(new Set(seen)).toEqual(new Set(['transform']));
    expect(await bob.page.locator('#pointers > g').count()).toBe(0);
    await bob.page.mouse.move(5, 5);
    await expect.poll(() => ada.page.locator('#pointers > g').count()).toBe(0);
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });

  test('a plain form notifies all, or only its sender; the bell counts and its list stays open', async () => {
    const [ada, bob] = [await visitTo('/notifications'), await visitTo('/notifications')];
    const say = async (text: string, level: string, button: string) => {
      await ada.page.getByLabel('What to say').fill(text);
      await ada.page.getByLabel('How it is meant').selectOption(level);
      await ada.page.getByRole('button', { name: button }).click();
      await ada.page.locator('#toasts').getByText(text).waitFor();
    };
    await say(`For all ${version}`, 'error', 'To all');
    await bob.page.locator('#toasts').getByText(`For all ${version}`).waitFor();
    await bob.page.locator('.bell summary').click();
    await expect.poll(() => bob.page.locator('#unread').isVisible()).toBe(false);
    await say('Just for Ada', 'error', 'Only to me');
    await say(`More ${version}`, 'success', 'To all');
    await bob.page.locator('#notices').getByText(`More ${version}`).waitFor();
    expect(await bob.page.locator('.bell').getAttribute('open')).toBe('');
    expect(await bob.page.locator('body').textContent()).not.toContain('Just for Ada');
    await expect.poll(() => bob.page.title()).toBe('(1) Notifications');
    await ada.page.getByLabel('Close: Just for Ada').click();
    await expect.poll(() => ada.page.locator('#toasts').getByText('Just for Ada').count()).toBe(0);
    expect(await ada.page.locator('#toasts li').count()).toBe(2);
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });

  test('a notification is sent without script, too', async () => {
    const { page, faults } = await visitTo('/notifications');
    await page.locator('form').evaluate((form: HTMLFormElement) => form.submit()); // as if htmx were not there
    await page.waitForLoadState();
    await isLive(page);
    await page.locator('.bell summary').click();
    await page.locator('#notices').getByText('The backup is done.').first().waitFor();
    expect(faults).toEqual([]);
  });

  test('a job goes on during a reload, in every tab, until one of them cancels it; and then from there', async () => {
    const { page, context, faults } = await visitTo('/job');
    const done = (tab: Page) => tab.locator('#bar').evaluate((bar: HTMLProgressElement) => bar.value);
    await page.getByRole('button', { name: 'Start' }).click();
    await expect.poll(() => done(page)).toBeGreaterThan(10_000);
    const before = await done(page);
    await open(page, '/job');
    expect(await done(page)).toBeGreaterThanOrEqual(before);
    const tab = await context.newPage();
    await open(tab, '/job');
    await tab.getByText('Counting…').waitFor();
    await tab.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled').waitFor();
    const at = await done(page);
    expect(at).toBeLessThan(500_000);
    await page.getByRole('button', { name: 'Go on from there' }).click();
    await expect.poll(() => done(tab)).toBeGreaterThan(at);
    await tab.getByText('41,538 primes among the first 500,000').waitFor({ timeout: 20_000 });
    await page.getByText('Done').waitFor();
    expect(faults).toEqual([]);
  });

  test('two play tic-tac-toe by a link, one cheats in vain, leaves and comes back, and they play again', async () => {
    const [ada, bob] = [await visitTo('/tictactoe'), await visit()];
    const link = new URL(await ada.page.getByLabel('Invite by this address').inputValue()).pathname;
    await open(bob.page, link);
    await ada.page.getByText('Your turn.').waitFor();
    const cell = ({ page }: typeof ada, at: number) => page.locator('.cells button').nth(at);
    const play = async (player: typeof ada, at: number) => {
      await cell(player, at).click();
      for (const { page } of [ada, bob]) await page.locator('.cells button:not(:empty)').nth(played).waitFor();
      played++;
    };
    let played = 0;
    await play(ada, 0);
    await play(bob, 3);

    // not Bob's turn: he enables a button, and sends the event all the same
    await cell(bob, 4).evaluate((button: HTMLButtonElement) => {
      button.disabled = false;
      button.click();
    });
    await bob.page.getByText('It is not your turn.').waitFor();
    expect(await cell(ada, 4).textContent()).toBe('');

    await bob.page.goto('about:blank');
    await ada.page.getByText('O is away. The seat is kept.').waitFor();
    await open(bob.page, link);
    await bob.page.getByText('You are O.').waitFor();
    await play(ada, 1);
    await play(bob, 4);
    await play(ada, 2);
    await ada.page.getByText('You have won.').waitFor();
    await bob.page.getByText('X has won.').waitFor();
    expect(await bob.page.locator('.won').count()).toBe(3);
    await bob.page.getByRole('button', { name: 'Play again' }).click();
    await bob.page.getByText('Your turn.').waitFor();
    await ada.page.getByText('It is O’s turn.').waitFor();
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });

  test('from the menu, and from page to page, every example is reached; none is wider than a phone', async () => {
    const { page, faults } = await visitTo('/');
    await page.setViewportSize({ width: 360, height: 640 });
    await page.getByText('Examples', { exact: true }).click();
    expect(await page.locator('.menu a').count()).toBe(examples.length);
    await page.locator('.menu a').first().click();
    for (const [at, { path, name }] of examples.entries()) {
      await isLive(page);
      expect(new URL(page.url()).pathname).toMatch(new RegExp(`^${path}(/|$)`));
      expect(await page.locator('.menu [aria-current]').textContent()).toBe(name);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360);
      if (at < examples.length - 1) await page.locator('.next a').click();
    }
    expect(await page.locator('.next').count()).toBe(0);
    expect(faults).toEqual([]);
  });
});
