// The gallery's board, as several people use it at once.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { cards } from '../../examples/kanban/cards.ts';
import { describeInBrowser, type Visitor } from '../support/browser.ts';
import { useGallery } from '../support/gallery.ts';

let made = 0;
const column = (page: Page, name: string) => page.locator(`[data-column=${name}]`);
const card = (page: Page, text: string) =>
  page.locator('.ticket').filter({ has: page.getByText(text, { exact: true }) });
const textsIn = (page: Page, name: string) => column(page, name).locator('.handle').allTextContents();
const layout = async (page: Page) => ({
  todo: await textsIn(page, 'todo'),
  doing: await textsIn(page, 'doing'),
  done: await textsIn(page, 'done'),
});
const onServer = (name: string) => cards.filter((it) => it.column === name).map(({ text }) => text);

/** Adds a card to a column, and gives its text. */
async function add({ page }: Visitor, name: string): Promise<string> {
  const text = `Card ${++made}`;
  const field = page
    .locator('.column')
    .filter({ has: column(page, name) })
    .getByPlaceholder('Add a card');
  await field.fill(text);
  await field.press('Enter');
  await card(page, text).waitFor();
  await expect.poll(() => field.inputValue()).toBe('');
  return text;
}

describeInBrowser('the board', (visit, _, version) => {
  const { visitTo } = useGallery(visit, version);

  test('a card is dragged before another one, and everybody sees it there', async () => {
    const [ada, bob] = [await visitTo('/kanban'), await visitTo('/kanban')];
    const [first, second] = [await add(ada, 'todo'), await add(ada, 'done')];
    const target = card(ada.page, second);
    await ada.page.dragAndDrop(`text="${first}"`, `#${await target.getAttribute('id')}`, {
      targetPosition: { x: 20, y: 4 },
    });
    for (const { page } of [ada, bob]) {
      await expect.poll(async () => (await textsIn(page, 'done')).slice(-2)).toEqual([first, second]);
      expect(await textsIn(page, 'todo')).not.toContain(first);
      await expect.poll(() => page.getByRole('status').textContent()).toBe(`${first} is now in Done.`);
    }
    expect(await ada.page.locator('.dragged, .here').count()).toBe(0);
    await ada.page.dragAndDrop(`text="${first}"`, '#end-doing');
    for (const { page } of [ada, bob]) await expect.poll(async () => (await textsIn(page, 'doing')).at(-1)).toBe(first);
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });

  test('a card is moved with the keyboard alone, which stays on its button from column to column', async () => {
    const { page, faults } = await visitTo('/kanban');
    const text = await add({ page } as Visitor, 'todo');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await card(page, text).getByRole('button', { name: 'to the right' }).focus();
    for (const name of ['doing', 'done']) {
      await page.keyboard.press('Enter');
      await expect.poll(async () => (await textsIn(page, name)).at(-1)).toBe(text);
      expect(await focused()).toBe(`Move ${text} to the right`);
    }
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Shift+Tab');
    const before = (await textsIn(page, 'done')).length;
    await page.keyboard.press('Space');
    await expect.poll(async () => (await textsIn(page, 'done')).indexOf(text)).toBe(before - 2);
    expect(await focused()).toBe(`Move ${text} up`);
    await card(page, text).getByRole('button', { name: 'to the left' }).click();
    await expect.poll(async () => (await textsIn(page, 'doing')).at(-1)).toBe(text);
    expect(faults).toEqual([]);
  });

  test('half an edit stays, with its caret, while somebody else moves the card to another column', async () => {
    const [ada, bob] = [await visitTo('/kanban'), await visitTo('/kanban')];
    const text = await add(ada, 'doing');
    await card(ada.page, text).getByText('Edit').click();
    const field = card(ada.page, text).getByLabel('Text of the card');
    await field.fill('half of it');
    await field.press('Home');
    for (const [where, name] of [
      ['to the left', 'todo'],
      ['to the right', 'doing'],
    ] as const) {
      await card(bob.page, text).getByRole('button', { name: where }).click();
      await expect.poll(async () => (await textsIn(ada.page, name)).at(-1)).toBe(text);
      expect(await field.inputValue()).toBe('half of it');
      expect(
        await field.evaluate((it: HTMLInputElement) => [it === document.activeElement, it.selectionStart]),
      ).toEqual([true, 0]);
    }
    await field.fill(`${text}, edited`);
    await field.press('Enter');
    for (const { page } of [ada, bob]) await card(page, `${text}, edited`).waitFor();
    await expect.poll(() => field.isVisible()).toBe(false);
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });

  test('moves that cross end the same for all', async () => {
    const people = [await visitTo('/kanban'), await visitTo('/kanban'), await visitTo('/kanban')];
    const [ada] = people as [Visitor];
    for (const name of ['todo', 'doing', 'done', 'todo']) await add(ada, name);
    const ids = cards.slice(-4).map(({ id }) => id);
    const answered = people.map(
      ({ page }) =>
        new Promise<void>((resolve) => {
          let left = 12;
          page.on('response', (answer) => answer.url().includes('name=drop') && --left === 0 && resolve());
        }),
    );
    await Promise.all(
      people.map(({ page }, person) =>
        page.evaluate(
          ([all, start]) => {
            for (let move = 0; move < 12; move++) {
              const detail = {
                id: all[(move + start) % 4],
                column: ['todo', 'doing', 'done'][(move * 2 + start) % 3],
                before: all[(move + start + 1) % 4],
              };
              document
                .querySelector('.board ol')
                ?.dispatchEvent(new CustomEvent('card:drop', { bubbles: true, detail }));
            }
          },
          [ids, person] as const,
        ),
      ),
    );
    await Promise.all(answered);
    const end = { todo: onServer('todo'), doing: onServer('doing'), done: onServer('done') };
    for (const { page } of people) await expect.poll(() => layout(page)).toEqual(end);
    expect(people.flatMap(({ faults }) => faults)).toEqual([]);
  });

  test('a card that somebody has deleted is gone for all, whatever others do with it', async () => {
    const [ada, bob] = [await visitTo('/kanban'), await visitTo('/kanban')];
    const text = await add(ada, 'todo');
    await card(bob.page, text).getByText('Edit').click();
    await card(bob.page, text).getByRole('button', { name: 'Delete' }).click();
    for (const { page } of [ada, bob]) await expect.poll(() => card(page, text).count()).toBe(0);
    expect([...ada.faults, ...bob.faults]).toEqual([]);
  });
});
