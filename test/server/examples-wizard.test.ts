// The gallery's wizard without a browser.
import { mountLive } from 'htmx-liveview/testing';
import { expect, test } from 'vitest';
import { Wizard } from '../../examples/wizard/wizard.ts';

test('a wizard goes on when its step is right, and keeps a wrong one as it was typed', async () => {
  const view = await mountLive(Wizard);
  await view.submit('form', { name: ' ', email: 'ada@example.org' });
  expect(view.find('#says-name').text()).toBe('Please say who you are.');
  expect(view.find('#says-email').text()).toBe('');
  expect(view.values('form')).toEqual({ name: ' ', email: 'ada@example.org' });
  expect(view.pushes.at(-1)).toEqual({ name: 'focus-on', detail: { selector: '[name=name]' } });

  await view.submit('form', { name: 'Ada' });
  expect(view.find('[aria-current]').text()).toBe('When do you come?');
});

test('a wizard checks 300 ms after the last letter, and only what was come to', async () => {
  const view = await mountLive(Wizard);
  await view.change('[name=email]', 'ada');
  expect(view.find('#says-email').text()).toBe('');
  await view.elapse(300);
  expect(view.find('#says-email').text()).toBe('That is no e-mail address yet.');
  expect(view.find('#says-name').text()).toBe('');
});

test.each([
  ['', 'Please say how many you are.'],
  ['1.5', 'Whole people only.'],
  ['0', 'At least one has to come.'],
  ['9', 'Our table has eight seats.'],
])('a table for %j is refused: %s', async (guests, problem) => {
  const view = await mountLive(Wizard);
  await view.submit('form', { name: 'Ada', email: 'ada@example.org' });
  await view.submit('form', { day: '2099-12-31', guests });
  expect(view.find('#says-guests').text()).toBe(problem);
});
