// The gallery's board without a browser.
import { mountLive } from 'htmx-liveview/testing';
import { beforeEach, expect, test } from 'vitest';
import { Board } from '../../examples/kanban/board.ts';
import { cards } from '../../examples/kanban/cards.ts';

type View = Awaited<ReturnType<typeof mountLive<typeof Board>>>;

beforeEach(() => {
  cards.splice(0, cards.length, ...[1, 2, 3].map((id) => ({ id, text: `Card ${id}`, column: 'todo' as const })));
});

const textsIn = (view: View, column: string) => {
  const handles = view.find(`[data-column=${column}] .handle`).toArray();
  return handles.map((handle) => view.page(handle).text());
};
const drop = (view: View, detail: object) => view.trigger('.board', 'card:drop', detail);

test('a card that is dropped goes before another one, or to the end', async () => {
  const view = await mountLive(Board);
  await drop(view, { id: 3, column: 'todo', before: 1 });
  expect(textsIn(view, 'todo')).toEqual(['Card 3', 'Card 1', 'Card 2']);
  await drop(view, { id: 3, column: 'done' });
  await drop(view, { id: 1, column: 'done', before: 2 }); // which is not there
  expect([textsIn(view, 'todo'), textsIn(view, 'done')]).toEqual([['Card 2'], ['Card 3', 'Card 1']]);
});

test.each([{ id: 1, column: 'elsewhere' }, { id: 'x', column: 'done' }, { column: 'done' }])(
  'a drop that makes no sense is refused, and moves nothing: %j',
  async (detail) => {
    const view = await mountLive(Board);
    expect((await drop(view, detail)).status).toBe(422);
    expect(textsIn(view, 'todo')).toEqual(['Card 1', 'Card 2', 'Card 3']);
  },
);

test('buttons move a card up, down and aside, and stop at the edges', async () => {
  const view = await mountLive(Board);
  const press = (id: number, event: string) => view.click(`#card-${id} [lv-event=${event}]`);
  await press(1, 'up');
  await press(3, 'down');
  await press(1, 'left');
  expect(textsIn(view, 'todo')).toEqual(['Card 1', 'Card 2', 'Card 3']);
  await press(1, 'down');
  await press(3, 'up');
  expect(textsIn(view, 'todo')).toEqual(['Card 2', 'Card 3', 'Card 1']);
  await press(3, 'right');
  expect([textsIn(view, 'todo'), textsIn(view, 'doing')]).toEqual([['Card 2', 'Card 1'], ['Card 3']]);
});

test('all see a move at once, and half an edit goes along with its card', async () => {
  const ada = await mountLive(Board);
  const bob = await ada.join();
  await ada.fill('#card-2 form', { text: 'half of it' });
  await bob.click('#card-2 [lv-event=right]');
  expect(textsIn(ada, 'doing')).toEqual(['Card 2']);
  expect(ada.values('#card-2 form')).toEqual({ id: '2', text: 'half of it' });
  expect(ada.find('[role=status]').text()).toBe('Card 2 is now in Doing.');
});
