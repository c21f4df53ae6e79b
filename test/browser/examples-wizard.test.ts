// The gallery's wizard, as a visitor fills it in.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { useGallery } from '../support/gallery.ts';

const next = (page: Page) => page.getByRole('button', { name: 'Next' }).click();
const back = (page: Page) => page.getByRole('button', { name: 'Back' }).click();
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.textContent);

describeInBrowser('the wizard', (visit, _, version) => {
  const { visitTo } = useGallery(visit, version);

  test('says what is wrong as one types, at the control that one has come to, and takes nothing from it', async () => {
    const { page, faults } = await visitTo('/wizard');
    const email = page.getByLabel('e-mail');
    await email.pressSequentially('ada@', { delay: 20 });
    const says = page.locator(`#${await email.getAttribute('aria-describedby')}`);
    await expect.poll(() => says.textContent()).toBe('That is no e-mail address yet.');
    expect(await email.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Your name').getAttribute('aria-invalid')).toBe('false');
    expect([await email.inputValue(), await focused(page)]).toEqual(['ada@', 'email']);
    await email.pressSequentially('example.org');
    await expect.poll(() => says.textContent()).toBe('');
    expect([await email.inputValue(), await focused(page)]).toEqual(['ada@example.org', 'email']);
    expect(faults).toEqual([]);
  });

  test('a submit says all there is to say, and takes back the check that still waits', async () => {
    const { page, faults } = await visitTo('/wizard');
    const sent: string[] = [];
    page.on('request', (request) => sent.push(new URL(request.url()).searchParams.get('name') ?? ''));
    const email = page.getByLabel('e-mail');
    await email.pressSequentially('ada@example.org');
    await email.press('Enter');
    await page.getByText('Please say who you are.').waitFor();
    await expect.poll(() => focused(page)).toBe('name');
    await page.keyboard.type('Ada');
    await expect.poll(() => page.getByText('Please say who you are.').count()).toBe(0);
    expect(sent.filter(Boolean)).toEqual(['next', 'check']);
    expect(faults).toEqual([]);
  });

  test('leads through its steps and back without losing a letter, to a summary, and to the end', async () => {
    const { page, faults } = await visitTo('/wizard');
    await page.getByLabel('Your name').fill('Ada <3');
    await page.getByLabel('e-mail').fill('ada@example.org');
    await next(page);
    await expect.poll(() => focused(page)).toBe('When do you come?');
    expect(await page.locator('[aria-current=step]').textContent()).toBe('When do you come?');
    await page.getByLabel('Day').fill('2001-01-01');
    await page.getByLabel('How many').fill('20');
    await back(page);
    await expect.poll(() => page.getByLabel('Your name').inputValue()).toBe('Ada <3');
    await next(page);
    await expect.poll(() => page.getByLabel('How many').inputValue()).toBe('20');
    await next(page);
    for (const problem of ['That day is over.', 'Our table has eight seats.']) await page.getByText(problem).waitFor();
    await page.getByLabel('Day').fill('2099-12-31');
    await page.getByLabel('How many').fill('2');
    await next(page);
    await page.getByLabel('Menu').selectOption('Fish');
    await next(page);
    await page.getByRole('heading', { name: 'Is that right?' }).waitFor();
    expect(await page.locator('dd').allTextContents()).toEqual([
      'Ada <3',
      'ada@example.org',
      '2099-12-31',
      '2',
      'Fish',
      '—',
    ]);
    await back(page);
    await expect.poll(() => page.getByLabel('Menu').inputValue()).toBe('Fish');
    await next(page);
    await page.getByRole('button', { name: 'Book' }).click();
    await page.getByText('See you, Ada <3!').waitFor();
    await page.getByRole('button', { name: 'another' }).click();
    await expect.poll(() => page.getByLabel('Your name').inputValue()).toBe('');
    expect(faults).toEqual([]);
  });
});
