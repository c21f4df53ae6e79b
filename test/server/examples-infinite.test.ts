// The gallery's list without end, without a browser: it has one.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { PatchMessage } from 'htmx-liveview';
import { mountLive } from 'htmx-liveview/testing';
import { expect, test } from 'vitest';
import { Feed } from '../../examples/infinite/feed.ts';

test('five thousand notes come some at a time, and then there is an end', async () => {
  const view = await mountLive(Feed, { session: { page: 1000 } });
  const sizes: number[] = [];
  const note = (message: unknown) => sizes.push((message as PatchMessage).bytes);
  subscribe('htmx-liveview:patch', note);
  for (let pages = 0; view.find('[lv-event=more]').length > 0 && pages < 9; pages++) {
    await view.trigger('[lv-event=more]', 'intersect');
  }
  unsubscribe('htmx-liveview:patch', note);

  expect(view.find('#notes > li').last().text()).toContain('That is all');
  const ids = view
    .find('[id^=note-]')
    .map((_, it) => Number(it.attribs.id?.slice(5)))
    .get();
  expect(ids).toEqual(Array.from({ length: ids[0] as number }, (_, at) => (ids[0] as number) - at));
  expect(ids.length).toBeGreaterThanOrEqual(5000);
  // the last thousand is no larger than the first: 80 bytes for each note
  expect(sizes.length).toBe(4);
  expect(Math.max(...sizes)).toBeLessThan(90_000);
});

test('a note is shown at once to whom it is from, and announced to others', async () => {
  const ada = await mountLive(Feed, { session: { page: 40 } });
  const bob = await ada.join();
  await ada.submit('form', { text: 'A swan' });
  expect(ada.find('#notes > li').first().text()).toContain('A swan');
  expect(bob.find('#new').text()).toBe('1 new');
  expect(bob.text).not.toContain('A swan');
  await bob.click('#new button');
  expect(bob.find('#notes > li').first().text()).toContain('A swan');
  expect(bob.pushes).toEqual([{ name: 'feed:top', detail: null }]);
});
