// What anybody may add to in an example is bounded: examples are copied, and some of them run where everybody can reach them.
import { mountLive } from 'htmx-liveview/testing';
import supertest from 'supertest';
import { expect, test } from 'vitest';
import { createApp } from '../../examples/app.ts';
import { Notes } from '../../examples/guides/auth/notes.ts';
import { orders, takeOrder } from '../../examples/guides/existing/orders.ts';
import { lastId, postsBetween, write } from '../../examples/infinite/posts.ts';
import { Board } from '../../examples/kanban/board.ts';
import { cards, MOST_CARDS } from '../../examples/kanban/cards.ts';
import { addNotice, markSeen, noticesOf } from '../../examples/notifications/store.ts';
import { ask, questions, vote } from '../../examples/starter/src/store.ts';
import { addTodo, todosOf } from '../../examples/todo/store.ts';

const times = (count: number, work: (at: number) => unknown) => {
  for (let at = 0; at < count; at++) work(at);
};

test('notes of the list without end: the oldest are forgotten, and ids go on', () => {
  const before = lastId();
  times(6_000, (at) => write(`new ${at}`));
  expect(lastId()).toBe(before + 6_000);
  expect(postsBetween(lastId(), 1)).toHaveLength(10_000);
  expect(postsBetween(lastId(), lastId() - 1)).toEqual([
    { id: lastId(), text: 'new 5999' },
    { id: lastId() - 1, text: 'new 5998' },
  ]);
  expect(postsBetween(10, 1)).toEqual([]);
});

test('cards of the board: it says that it is full', async () => {
  const view = await mountLive(Board);
  cards.push(
    ...Array.from({ length: MOST_CARDS }, (_, at) => ({ id: 1_000 + at, text: 'x', column: 'todo' as const })),
  );
  const { length } = cards;
  await view.submit('#column-todo + form', { text: 'One more' });
  expect([cards.length, view.find('#said').text()]).toEqual([length, 'The board is full.']);
});

test('questions of the starter, with a name of its own for each', () => {
  times(700, (at) => ask(`Why ${at}?`));
  const all = questions();
  expect([all.length, new Set(all.map(({ id }) => id)).size]).toEqual([500, 500]);
  vote(all[9]?.id as number);
  expect(questions()[0]).toMatchObject({ id: all[9]?.id, votes: 1 });
});

test('to-dos, and whose they are', () => {
  times(150, (at) => addTodo('ada', String(at)));
  expect(todosOf('ada').map(({ text }) => text)).toEqual(Array.from({ length: 100 }, (_, at) => String(at + 50)));
  times(10_000, (at) => addTodo(`owner ${at}`, 'x'));
  expect(todosOf('ada')).toEqual([]);
  times(20_000, (at) => todosOf(`reader ${at}`)); // who only looks leaves nothing
  expect(todosOf('owner 9999')).toHaveLength(1);
});

test('who has looked at notices', () => {
  addNotice({ text: 'Hello', level: 'info' });
  markSeen('ada');
  expect(noticesOf('ada').unread).toBe(0);
  times(10_000, (at) => markSeen(`owner ${at}`));
  expect(noticesOf('ada').unread).toBe(1);
});

test('orders, and notes of those who are logged in', async () => {
  times(1_200, () => takeOrder({ dish: 'Soup', price: '6' }));
  expect(orders).toHaveLength(1_000);
  const ada = await mountLive(Notes, { context: { user: { name: 'ada', role: 'member' } } });
  for (let at = 0; at < 110; at++) await ada.submit('form', { text: String(at) });
  expect(ada.find('li')).toHaveLength(100);
}, 60_000);

test('orders of the page that was there before, with an id of its own for each', async () => {
  const secret = 'a secret for tests that is long enough to be one';
  const { app, live } = createApp({ session: secret, live: secret });
  const agent = supertest(app);
  for (let at = 0; at < 1_010; at++)
    await agent
      .post('/existing/orders')
      .type('form')
      .send({ dish: `d${at}`, price: '1' });
  const all = await agent.get('/existing/orders').expect(200);
  expect(all.text.match(/<li>/g)).toHaveLength(1_000);
  live.close();
}, 60_000);
