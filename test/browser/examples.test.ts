// The gallery, as a visitor uses it.
import { expect, test } from 'vitest';
import { describeInBrowser, isLive } from '../support/browser.ts';
import { useGallery } from '../support/gallery.ts';

describeInBrowser('the examples', (visit, _, version) => {
  const { open, visitTo, crash, restart } = useGallery(visit, version);

  test('the counter counts, and two of them don’t disturb each other', async () => {
    const { page, faults } = await visitTo('/counter');
    const [first, second] = [page.locator('[data-id]').first(), page.locator('[data-id]').last()];
    await first.getByText('+1').click();
    await expect.poll(() => first.locator('output').textContent()).toBe('1');
    expect(await second.locator('output').textContent()).toBe('10');
    await first.getByText('Reset').click();
    await expect.poll(() => first.locator('output').textContent()).toBe('0');
    expect(faults).toEqual([]);
  });

  test('five fast clicks count five', async () => {
    const { page } = await visitTo('/counter');
    await page.evaluate(() => {
      for (let n = 0; n < 5; n++) document.querySelector<HTMLButtonElement>('[aria-label="one more"]')?.click();
    });
    await expect.poll(() => page.locator('output').first().textContent()).toBe('5');
  });

  test('files are sent with a progress bar, several at once, and a refused one is explained', async () => {
    const { page, faults } = await visitTo('/upload');
    const file = (name: string, size: number, mimeType = 'image/png') => ({
      name,
      mimeType,
      buffer: Buffer.alloc(size, 65),
    });
    await page.evaluate(() => {
      const seen: number[] = [];
      Object.assign(window, { seen });
      document.addEventListener('htmx:xhr:progress', (event) => seen.push((event as CustomEvent).detail.loaded));
    });
    await page.setInputFiles('input[type=file]', [file('a.png', 3_000_000), file('b ž.txt', 10, 'text/plain')]);
    await page.getByRole('button', { name: 'Send' }).click();
    await expect
      .poll(() => page.locator('.list li').allTextContents(), { timeout: 10_000 })
      .toEqual([expect.stringContaining('b ž.txt10 bytes'), expect.stringContaining('a.png3,000,000 bytes')]);
    const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen);
    expect(seen.at(-1)).toBeGreaterThan(3_000_000);
    await expect.poll(() => page.locator('.send').isDisabled()).toBe(false);
    expect(await page.locator('input').inputValue()).toBe('');

    await page.setInputFiles('input[type=file]', [file('c.png', 6_000_000)]);
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => page.locator('.error').textContent()).toBe('c.png is larger than 5 MB');
    await expect.poll(() => page.locator('.send').isDisabled()).toBe(false);
    await page.setInputFiles('input[type=file]', [file('d.exe', 6, 'application/x-msdownload')]);
    await page.getByRole('button', { name: 'Send' }).click();
    await expect.poll(() => page.locator('.error').textContent()).toContain('d.exe is not of a type');
    expect(await page.locator('.list li').count()).toBe(2);
    expect(faults.filter((fault) => !fault.includes('422'))).toEqual([]);
  });

  test('files are dropped', async () => {
    const { page } = await visitTo('/upload');
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['hello'], 'dropped.txt', { type: 'text/plain' }));
      return transfer;
    });
    await page.locator('.drop').evaluate((label, transfer) => {
      const input = label.querySelector('input') as HTMLInputElement;
      input.files = (transfer as DataTransfer).files; // what a browser does with a drop on a file input
    }, data);
    await page.getByRole('button', { name: 'Send' }).click();
    await expect
      .poll(() => page.locator('.list li').allTextContents())
      .toEqual([expect.stringContaining('dropped.txt')]);
  });

  test('the clock ticks without an event from the page, and what is typed meanwhile stays, with focus and caret', async () => {
    const { page, faults } = await visitTo('/clock');
    const field = page.locator('input');
    await field.click();
    await field.pressSequentially('hello');
    await field.press('ArrowLeft');
    await field.evaluate((element) => {
      (window as unknown as { field: Element }).field = element;
    });
    const ticks = await field.getAttribute('data-ticks');
    await expect.poll(() => field.getAttribute('data-ticks'), { timeout: 5000 }).not.toBe(ticks);
    expect(await field.inputValue()).toBe('hello');
    const state = await field.evaluate((element: HTMLInputElement) => [
      element === document.activeElement,
      element.selectionStart,
      element === (window as unknown as { field: Element }).field,
    ]);
    expect(state).toEqual([true, 4, true]);
    expect(faults).toEqual([]);
  });

  test('the to-do list takes, ticks off and removes, refuses with a reason, and keeps what was typed', async () => {
    const { page, faults } = await visitTo('/todo');
    const field = page.getByLabel('What is there to do?');
    await field.fill('Buy <milk>');
    await field.press('Enter');
    await page.getByText('Buy <milk>').waitFor();
    await expect.poll(() => field.inputValue()).toBe('');
    await field.fill(' ');
    await page.getByText('Add', { exact: true }).click();
    await page.getByText('Please say what there is to do.').waitFor();
    expect(await field.inputValue()).toBe(' ');
    await page.getByRole('checkbox').click();
    await page.getByText('0 left of 1').waitFor();
    expect(await page.getByRole('checkbox').isChecked()).toBe(true);
    await page.getByLabel('Remove Buy <milk>').click();
    await page.getByText('0 left of 0').waitFor();
    // a refused form is a 422, which htmx reports on the console
    expect(faults.filter((fault) => !/422|Response Status/i.test(fault))).toEqual([]);
  });

  test('two tabs of one session show the same to-do list', async () => {
    const { page, context } = await visitTo('/todo');
    const second = await context.newPage();
    await open(second, '/todo');
    await page.getByLabel('What is there to do?').fill('Shared');
    await page.getByText('Add', { exact: true }).click();
    await second.getByText('Shared').waitFor();
  });

  test('chat joins two browsers, and the message box empties when its message is sent', async () => {
    const [ada, bob] = [await visitTo('/chat'), await visitTo('/chat')];
    const box = ada.page.getByLabel('Message');
    await ada.page.getByLabel('Name').fill('Ada');
    await bob.page.getByLabel('Message').pressSequentially('half a sent');
    await box.fill(`hello <b>Bob</b> ${version}`);
    await box.press('Enter');
    for (const { page } of [ada, bob]) await page.getByText(`hello <b>Bob</b> ${version}`).waitFor();
    await expect.poll(() => box.inputValue()).toBe('');
    expect(await ada.page.getByLabel('Name').inputValue()).toBe('Ada');
    expect(await bob.page.getByLabel('Message').inputValue()).toBe('half a sent');
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });

  test('a vote is one for all browsers, and each of them has one vote', async () => {
    const [ada, bob] = [await visitTo('/vote'), await visitTo('/vote')];
    for (const drink of ['Tea', 'Coffee']) await ada.page.getByRole('button', { name: drink }).click();
    await bob.page.getByRole('button', { name: 'Coffee' }).click();
    for (const { page } of [ada, bob]) {
      await page.getByText('2 votes so far.').waitFor();
      expect(await page.locator('output').allTextContents()).toEqual(['0', '2', '0']);
    }
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });

  test('who looks at a page is seen by the others, under a name, and until the page is closed', async () => {
    const [ada, bob] = [await visitTo('/presence'), await visitTo('/presence')];
    await ada.page.getByText('2 are here.').waitFor();
    await bob.page.getByLabel('Your name').fill('Bob');
    await bob.page.getByRole('button').click();
    for (const { page } of [ada, bob]) await page.locator('#people').getByText('Bob').waitFor();
    const second = await bob.context.newPage();
    await open(second, '/presence');
    await second.getByText('2 are here.').waitFor();
    await second.close();
    await bob.page.goto('about:blank');
    await ada.page.getByText('One is here.').waitFor();
    await ada.page.getByText('has gone.').waitFor();
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });

  test('an existing page keeps its own htmx, and a component comes and goes with a swap', async () => {
    const { page, faults } = await visitTo('/existing');
    await page.getByLabel('Dish').fill(`Pie ${version}`);
    await page.getByText('Order', { exact: true }).click();
    await page.locator('#orders').getByText(`Pie ${version}`).waitFor();
    await expect.poll(() => page.getByLabel('Dish').inputValue()).toBe('');
    await page.getByText('Show another till').click();
    await page.waitForFunction(() => document.querySelectorAll('.lv-connected').length === 2);
    await page.locator('#place').getByText('Close the till').click();
    await page.locator('#place').getByText('the till is closed').waitFor();
    expect(await page.getByText('the till is open').count()).toBe(1);
    const gone = page.waitForRequest((request) => request.url().includes('/unsubscribe'));
    await page.getByText('Take it away').click();
    await gone;
    await page.getByText('unmounted on the server').waitFor();
    expect(faults).toEqual([]);
  });

  test('after a server restart the page subscribes again by itself, and goes on', async () => {
    const { page } = await visitTo('/counter');
    const output = page.locator('output').first();
    await page.locator('[aria-label="one more"]').first().click();
    await expect.poll(() => output.textContent()).toBe('1');
    await page.evaluate(() => {
      const noted = window as unknown as { mark: number; resets: string[] };
      noted.mark = 1;
      noted.resets = [];
      document.addEventListener('liveview:reset', (event) => {
        const root = event.target as Element;
        const isMeant = (event as CustomEvent<{ id: string }>).detail.id === root.getAttribute('data-id');
        noted.resets.push(`${root.querySelector('output')?.textContent} ${isMeant}`);
      });
    });
    await crash();
    await page.waitForFunction(() => !document.querySelector('.lv-connected'));
    await restart();
    await isLive(page);
    await expect.poll(() => output.textContent()).toBe('0');
    await page.locator('[aria-label="one more"]').first().click();
    await expect.poll(() => output.textContent()).toBe('1');
    const noted = await page.evaluate(() => {
      const { mark, resets } = window as unknown as { mark: number; resets: string[] };
      return { mark, resets };
    });
    expect(noted.mark).toBe(1);
    // each component of the page is told once, and shows its new state by then
    expect(new Set(noted.resets)).toEqual(new Set(['0 true', '10 true']));
  });

  test('the gallery fits a phone', async () => {
    const { page } = await visitTo('/');
    await page.setViewportSize({ width: 360, height: 640 });
    for (const path of ['/', '/counter', '/clock', '/todo', '/chat', '/vote', '/presence', '/existing']) {
      await open(page, path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(360);
    }
  });
});
