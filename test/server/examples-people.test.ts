// Examples of the gallery that join people, and the long job, without a browser.
import { mountLive } from 'htmx-liveview/testing';
import supertest from 'supertest';
import { afterAll, describe, expect, test } from 'vitest';
import { createApp } from '../../examples/app.ts';
import { Job } from '../../examples/job/job.ts';
import { examples, sourcesOf } from '../../examples/list.ts';
import { Notifications } from '../../examples/notifications/notifications.ts';
import { addNotice, noticed } from '../../examples/notifications/store.ts';
import { Here } from '../../examples/presence/here.ts';
import { again, foulOf, type Game, gameOf, isOver, lineOf, play, sit, turnOf } from '../../examples/tictactoe/game.ts';
import { tictactoe } from '../../examples/tictactoe/page.ts';
import { TicTacToe } from '../../examples/tictactoe/tictactoe.ts';
import { useApp } from '../support/opened.ts';

const secret = 'a secret for tests that is long enough to be one';
const opened = useApp();

describe('tic-tac-toe', () => {
  const cells = (game: Game) => game.cells.map((cell) => cell || '.').join('');
  const playAll = (game: Game, moves: string) => [...moves].reduce((it, cell) => play(it, Number(cell)), game);
  const seated = sit(sit(gameOf('rules'), 'ada'), 'bob');

  test('the first two have the seats, whoever comes again keeps theirs, and a third one has none', () => {
    expect(seated.players).toEqual({ X: 'ada', O: 'bob' });
    expect(sit(sit(seated, 'bob'), 'eve')).toBe(seated);
  });

  test('X and O take turns, and every foul has its reason', () => {
    expect(foulOf(sit(gameOf('rules'), 'ada'), 'ada', 0)).toBe('There is nobody to play with yet.');
    expect(foulOf(seated, 'eve', 0)).toBe('You are watching.');
    expect(foulOf(seated, 'bob', 0)).toBe('It is not your turn.');
    expect(foulOf(seated, 'ada', 0)).toBeUndefined();
    const played = play(seated, 0);
    expect(cells(played)).toBe('X........');
    expect(foulOf(played, 'ada', 1)).toBe('It is not your turn.');
    expect(foulOf(played, 'bob', 0)).toBe('That cell is taken.');
    expect(foulOf(playAll(seated, '03142'), 'bob', 8)).toBe('This round is over.');
  });

  test.each([
    ['a row', '03142', [0, 1, 2]],
    ['a column', '10427', [1, 4, 7]],
    ['a diagonal', '01428', [0, 4, 8]],
    ['nothing yet', '0142', undefined],
  ])('%s wins', (_, moves, line) => {
    expect(lineOf(playAll(seated, moves))).toEqual(line);
  });

  test('a full board without a line is a draw, and the other one begins the next round', () => {
    const drawn = playAll(seated, '012435768');
    expect([isOver(drawn), lineOf(drawn)]).toEqual([true, undefined]);
    expect([cells(again(drawn)), turnOf(again(drawn))]).toEqual(['.........', 'O']);
  });

  test('two play and a third one watches; who is away is waited for, and has the seat on return', async () => {
    const ada = await mountLive(TicTacToe, { session: { game: 'kit' }, context: { owner: 'ada' } });
    expect(ada.find('#status').text()).toBe('Waiting for the second player…');
    const bob = await ada.join({ context: { owner: 'bob' } });
    const eve = await ada.join({ context: { owner: 'eve' } });
    expect([ada, bob, eve].map((view) => view.find('#you').text().replace(/\s+/g, ' ').trim())).toEqual([
      'You are X. 1 watching',
      'You are O. 1 watching',
      'You are watching. 1 watching',
    ]);

    await ada.click('#cell-4');
    expect([ada, bob, eve].map((view) => view.find('#cell-4').text())).toEqual(['X', 'X', 'X']);
    expect(bob.find('#status').text()).toBe('Your turn.');
    await expect(eve.click('#cell-0')).rejects.toThrow('disabled');

    await bob.close();
    expect(ada.find('#status').text()).toBe('O is away. The seat is kept.');
    const back = await ada.join({ context: { owner: 'bob' } });
    expect(back.find('#you').text()).toContain('You are O.');
    await back.click('#cell-0');
    for (const [view, cell] of [
      [ada, 2],
      [back, 1],
      [ada, 6],
    ] as const)
      await view.click(`#cell-${cell}`);
    expect([ada, back, eve].map((view) => view.find('#status').text())).toEqual([
      'You have won.',
      'X has won.',
      'X has won.',
    ]);
    expect(eve.find('.won').length).toBe(3);
    await back.click('button:contains("Play again")');
    expect(ada.find('#status').text()).toBe('It is O’s turn.');
  });

  test('a raw event that no button would send is refused: out of turn, on a taken cell, by a watcher', async () => {
    await opened.open({
      components: [TicTacToe],
      context: (req) => ({ owner: req.sessionID }),
      routes: tictactoe,
    });
    const sitDown = async () => (await opened.visitor('/tictactoe/raw')).live();
    const [ada, bob, eve] = [await sitDown(), await sitDown(), await sitDown()];
    const board = () => cells(gameOf('raw'));

    await bob.event('play', { cell: '0' }).expect(204);
    await eve.event('play', { cell: '0' }).expect(204);
    expect(board()).toBe('.........');
    await ada.event('play', { cell: '0' }).expect(204);
    await ada.event('play', { cell: '1' }).expect(204);
    await bob.event('play', { cell: '0' }).expect(204);
    expect(board()).toBe('X........');
    await bob.event('play', { cell: '9' }).expect(422);
    await bob.event('play', { cell: '8' }).expect(204);
    expect(board()).toBe('X.......O');
  });
});

describe('notifications', () => {
  const ada = { context: { owner: 'ada' } };
  const notify = (text: string, to?: string) => addNotice({ level: 'info', text, ...(to && { to }) });

  test('a toast closes by itself, an error only by its button, and the bell goes on counting', async () => {
    const view = await mountLive(Notifications, ada);
    await view.publish(noticed, notify('soft'));
    await view.publish(noticed, addNotice({ level: 'error', text: 'hard' }));
    expect(view.find('#toasts li').length).toBe(2);
    await view.elapse(6000);
    expect(view.find('#toasts').text()).not.toContain('soft');
    expect(view.find('#toasts [role=alert]').text()).toContain('hard');
    await view.click('#toasts button');
    expect(view.find('#toasts li').length).toBe(0);
    expect(view.find('#unread').text()).toBe('2');
    expect(view.title).toBe('(2) Notifications');
  });

  test('what is meant for one is shown to nobody else, and one look clears the bell in all tabs', async () => {
    const view = await mountLive(Notifications, { context: { owner: 'carol' } });
    const tab = await view.join({ sameSession: true });
    const other = await view.join({ context: { owner: 'dave' } });
    await view.publish(noticed, notify('for Carol alone', 'carol'));
    expect([view, tab, other].map((it) => it.text.includes('for Carol alone'))).toEqual([true, true, false]);
    await tab.trigger('.bell', 'toggle');
    expect(view.find('#unread').is('[hidden]')).toBe(true);
    expect(other.find('#unread').is('[hidden]')).toBe(false); // what the test before said is still new to Dave
  });
});

describe('the long job', () => {
  const short = { session: { below: 20_000 } };

  test('counts the primes, in all tabs of its session and in no other', async () => {
    const view = await mountLive(Job, short);
    const tab = await view.join({ sameSession: true });
    const stranger = await view.join();
    await view.click('button:contains("Start")');
    expect(tab.find('#state').text()).toContain('Counting…');
    await view.settled();
    for (const it of [view, tab]) {
      expect(it.find('#state').text()).toBe('Done 100 %');
      expect(it.find('#found').text()).toContain('2,262 primes among the first 20,000');
    }
    expect(stranger.find('#state').text()).toBe('Ready 0 %');
  });

  test('fails, and goes on from there', async () => {
    const view = await mountLive(Job, short);
    await view.submit('form', { fail: true });
    await view.settled();
    expect(view.find('#state').text()).toBe('Failed 50 %');
    expect(view.find('[role=alert]').text()).toBe('The abacus is broken.');
    await view.click('button:contains("Go on")');
    await view.settled();
    expect(view.find('#found').text()).toContain('2,262 primes');
    expect(view.find('[role=alert]').text()).toBe('');
  });

  test('is cancelled by another tab', async () => {
    const view = await mountLive(Job, { session: { below: 10_000_000 } });
    const tab = await view.join({ sameSession: true });
    await view.click('button:contains("Start")');
    await tab.click('button:contains("Cancel")');
    await view.settled();
    expect(view.find('#state').text()).toBe('Cancelled 0 %');
  });

  test('ends with its last viewer', async () => {
    const view = await mountLive(Job, { session: { below: 10_000_000 } });
    await view.click('button:contains("Start")');
    await view.close();
    await view.elapse(2000);
    await expect(view.settled()).resolves.toBeUndefined(); // it would wait for a task
  });
});

describe('who is here', () => {
  test('a pointer is shown to the others by a small patch, and the session’s id to nobody', async () => {
    const ada = await mountLive(Here, { context: { owner: 'ada-session-id' } });
    const bob = await ada.join({ context: { owner: 'bob-session-id' } });
    await bob.submit('form', { name: 'Bob <b>' });
    await bob.trigger('svg', 'point', { x: 100, y: 40 });
    expect(ada.find('#pointers > g').attr('transform')).toBe('translate(100 40)');
    expect(ada.find('#pointers').text()).toContain('Bob <b>');
    expect(bob.find('#pointers > g').length).toBe(0);
    const tab = await bob.join({ sameSession: true });
    expect(tab.find('#pointers > g').length).toBe(1);
    expect(tab.find('#people').text()).toContain('Bob <b> (you)');
    await tab.submit('form', { name: 'Robert' });
    expect(ada.find('#people').text()).toMatch(/^(?:Somebody \(you\)Robert|RobertSomebody \(you\))$/);
    expect(ada.find('#count').text()).toBe('2 are here.');
    await tab.close();
    await bob.trigger('svg', 'point', { x: 9999, y: 0 });
    expect(ada.find('#pointers > g').attr('transform')).toBe('translate(100 40)');
    await bob.trigger('svg', 'point', {});
    expect(ada.find('#pointers > g').length).toBe(0);
    expect(ada.html + bob.html).not.toContain('session-id');
  });
});

describe('the gallery', () => {
  const { app, live } = createApp({ session: secret, live: secret });
  afterAll(() => live.close());

  test.each(examples)(
    '$path has a page, with its sources to read and a policy without inline code',
    async (example) => {
      const agent = supertest.agent(app);
      const answer = await agent.get(example.path).redirects(1).expect(200);
      expect(answer.headers['content-security-policy']).toBe("default-src 'self'");
      expect(answer.text).not.toMatch(/<style|\sstyle=|<script>|\son[a-z]+=|hx-on/);
      expect(sourcesOf(example).length).toBeGreaterThan(1);
      for (const file of sourcesOf(example)) {
        const source = await agent
          .get(`/source/${file}`)
          .expect(200)
          .expect('Content-Type', /^text\/plain/);
        expect(source.text).not.toBe('');
      }
    },
  );

  test('an ordinary form, or a command line, notifies by the same route', async () => {
    const agent = supertest(app);
    await agent.post('/notifications').type('form').send({ text: 'Hi' }).expect(303);
    await agent.post('/notifications').set('HX-Request', 'true').type('form').send({ text: 'Hi' }).expect(204);
    await agent.post('/notifications').type('form').send({ text: ' ' }).expect(422);
    await agent.post('/notifications').type('form').send({ text: 'Hi', level: 'fatal' }).expect(422);
    await agent.post('/notifications').expect(422);
  });
});
