// Nothing listens here: the channels are the process's, and each suite's file has one of its own.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, test, vi } from 'vitest';
import { tell, timed } from '../../server/monitor.ts';

const refused = { kind: 'limit', status: 429, component: undefined } as const;

/** What a channel says while `work` runs. */
async function listening(name: string, work: () => unknown): Promise<unknown[]> {
  const heard: unknown[] = [];
  const note = (message: unknown) => void heard.push(message);
  subscribe(`htmx-liveview:${name}`, note);
  await Promise.resolve(work()).catch(() => {});
  unsubscribe(`htmx-liveview:${name}`, note);
  return heard;
}

const render = (ms: number, ok: boolean) => ({ component: 'a', id: 'b', live: true, ms, ok });

test('where nobody listens no message is made, and work gives what it gives', () => {
  const make = vi.fn();
  const later = Promise.resolve(1);
  tell('refusal', make);
  expect(timed('render', () => 1, make)).toBe(1);
  expect(timed('render', () => later, make)).toBe(later);
  expect(() =>
    timed(
      'render',
      () => {
        throw new Error('as it is');
      },
      make,
    ),
  ).toThrow('as it is');
  expect(make).not.toHaveBeenCalled();
});

test('who has listened, and does not any more, costs nothing again', async () => {
  expect(await listening('refusal', () => tell('refusal', () => refused))).toEqual([refused]);
  const make = vi.fn();
  tell('refusal', make);
  expect(make).not.toHaveBeenCalled();
});

test('work that gives a value at once still does, and is told', async () => {
  const said = await listening('render', () => expect(timed('render', () => 1, render)).toBe(1));
  expect(said).toEqual([render(expect.any(Number) as never, true)]);
});

test('work that gives a promise is told when that is settled', async () => {
  let done = (_: number) => {};
  const work = () =>
    new Promise<number>((resolve) => {
      done = resolve;
    });
  const described = vi.fn(render);
  await listening('render', () => {
    const running = timed('render', work, described);
    expect(described).not.toHaveBeenCalled();
    done(2);
    return running;
  });
  expect(described.mock.calls).toEqual([[expect.any(Number), true, 2]]);
});

test.each([
  ['throws', (): Promise<void> => fail()],
  ['rejects', async () => fail()],
])('work that %s is told, and does so still', async (_, work) => {
  const said = await listening('render', async () => {
    await expect((async () => timed('render', work, render))()).rejects.toThrow('on purpose');
  });
  expect(said).toEqual([render(expect.any(Number) as never, false)]);
});

function fail(): never {
  throw new Error('on purpose');
}
