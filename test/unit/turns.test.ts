// One thing at a time, in order, whether it waits for something or not.
import { expect, test } from 'vitest';
import { Turns } from '../../server/turns.ts';

const log: string[] = [];
/** Work whose end is decided here. */
function work(name: string): { readonly run: () => Promise<void>; readonly end: () => void } {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const run = async () => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
  };
  return { run, end: () => end() };
}

test('what comes while waiting work has its turn waits, too', async () => {
  log.length = 0;
  const turns = new Turns();
  const [one, two] = [work('one'), work('two')];
  const first = turns.take(one.run);
  const second = turns.take(two.run);
  one.end();
  await first;
  const third = turns.take(() => void log.push('three'));
  expect(log).toEqual(['one begins', 'one ends', 'two begins']);
  two.end();
  await Promise.all([second, third]);
  expect(log).toEqual(['one begins', 'one ends', 'two begins', 'two ends', 'three']);
});

test('work is done within the call where nothing is before it, but never where it asks to come later', async () => {
  const turns = new Turns();
  expect(turns.take(() => 'now')).toBe('now');
  let isDone = false;
  const later = turns.later(() => {
    isDone = true;
  });
  expect(isDone).toBe(false);
  const after = turns.take(() => isDone);
  await later;
  expect(await after).toBe(true);
});

test('what throws or rejects gives the turn on', async () => {
  const turns = new Turns();
  const thrown = () => {
    throw new Error('thrown');
  };
  expect(() => turns.take(thrown)).toThrow('thrown');
  await expect(turns.take(async () => thrown())).rejects.toThrow('thrown');
  await expect(turns.later(thrown)).rejects.toThrow('thrown');
  expect(turns.take(() => 'next')).toBe('next');
});
