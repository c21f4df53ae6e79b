// Presence between nodes when time goes wrong: a network and a clock that the test holds in its hand.
import type { Backplane, Clock } from 'htmx-liveview';
import { beforeEach, expect, test } from 'vitest';
import { Presences } from '../../server/presences.ts';
import { MemoryStore } from '../../server/store.ts';

let now: number;
let ids: number;
let said: { from: string; word: { kind: string } }[];
let nodes: Map<string, Node>;

/** A node whose timers the test runs. `isDeaf`: it neither hears nor is heard. */
class Node {
  isDeaf = false;
  isOpen = true;
  readonly presences: Presences;
  readonly #listeners: ((value: unknown) => void)[] = [];
  readonly #timers = new Set<{ at: number; every: number; work: () => void }>();

  constructor(name: string) {
    nodes.set(name, this);
    const self = this;
    const backplane: Backplane = {
      node: name,
      get isOpen() {
        return self.isOpen;
      },
      publish: (_, value) => this.#send(name, value as { word: { kind: string } }),
      listen: (_, listener) => {
        this.#listeners.push(listener);
        return () => {};
      },
      store: new MemoryStore(),
      ask: () => Promise.resolve({ failed: 'gone' }),
      answer: () => {},
      observe: () => () => {},
      close: () => Promise.resolve(),
    };
    const timer = (ms: number, every: number, work: () => void) => {
      const made = { at: now + ms, every, work };
      this.#timers.add(made);
      return () => this.#timers.delete(made);
    };
    const clock: Clock = {
      now: () => now,
      id: () => `id-${++ids}`,
      after: (ms, work) => timer(ms, 0, work),
      every: (ms, work) => timer(ms, ms, work),
    };
    this.presences = new Presences(backplane, clock);
  }

  /** Its event loop runs: what is due is done. */
  run(): void {
    for (const timer of [...this.#timers]) {
      if (timer.at > now) continue;
      if (timer.every) timer.at = now + timer.every;
      else this.#timers.delete(timer);
      timer.work();
    }
  }

  #send(from: string, value: { word: { kind: string } }): void {
    if (this.isDeaf) return;
    said.push({ from, word: value.word });
    for (const node of nodes.values()) if (!node.isDeaf) for (const listener of node.#listeners) listener(value);
  }

  /** Somebody is there. */
  join(name: string) {
    const attendance = this.presences.attend('room', { changed: () => {} }, name);
    attendance.join(null);
    return attendance;
  }
}

beforeEach(() => {
  now = 0;
  ids = 0;
  said = [];
  nodes = new Map();
});

/** Seconds pass on these nodes; the others stand still. */
function pass(seconds: number, ...running: Node[]): void {
  for (let n = 0; n < seconds * 10; n++) {
    now += 100;
    for (const node of running) node.run();
  }
}

const who = (attendance: ReturnType<Node['join']>) => attendance.members.map(({ id }) => id);

test('a node that falls silent is gone after 15 s at most, and not before 5', () => {
  const [one, two] = [new Node('one'), new Node('two')];
  const [a] = [one.join('a'), two.join('b')];
  pass(20, one, two);
  expect(who(a)).toEqual(['a', 'b']);
  pass(5, one);
  expect(who(a)).toEqual(['a', 'b']);
  pass(10, one);
  expect(who(a)).toEqual(['a']);
});

test('one that was only held up is asked, and is back with all that it has', () => {
  const [one, two] = [new Node('one'), new Node('two')];
  const [a, b] = [one.join('a'), two.join('b')];
  pass(16, one);
  expect(who(a)).toEqual(['a']);
  pass(1, two);
  expect(who(a)).toEqual(['a', 'b']);
  expect(who(b)).toEqual(['a', 'b']);
});

test('who was held up itself takes nobody for dead', () => {
  const [one, two] = [new Node('one'), new Node('two')];
  const [a] = [one.join('a'), two.join('b')];
  two.isDeaf = true; // its words wait where `one` does not get to read them
  now += 60_000;
  one.run();
  expect(who(a)).toEqual(['a', 'b']);
  two.isDeaf = false;
  pass(20, one, two);
  expect(who(a)).toEqual(['a', 'b']);
});

test('who can’t hear takes nobody for dead; afterwards the dead have 15 s, and those who left are gone at once', () => {
  const [one, two, three] = [new Node('one'), new Node('two'), new Node('three')];
  const [a, b] = [one.join('a'), two.join('b'), three.join('c')];
  pass(10, one, two, three);
  one.isDeaf = true;
  one.isOpen = false;
  b.end();
  pass(60, one, two);
  expect(who(a)).toEqual(['a', 'b', 'c']);
  one.isDeaf = false;
  one.isOpen = true;
  one.presences.gap();
  pass(1, one, two);
  expect(who(a)).toEqual(['a', 'c']);
  pass(15, one, two);
  expect(who(a)).toEqual(['a']);
});

test('many who ask after a gap are answered once', () => {
  const many = Array.from({ length: 10 }, (_, n) => new Node(`n${n}`));
  for (const [n, node] of many.entries()) node.join(`m${n}`);
  pass(1, ...many);
  said = [];
  for (const node of many) node.presences.gap();
  pass(1, ...many);
  expect(said.filter(({ word }) => word.kind === 'state')).toHaveLength(10);
});

test('a node where nobody looks any more says nothing', () => {
  const one = new Node('one');
  const a = one.join('a');
  pass(6, one);
  expect(said.map(({ word }) => word.kind)).toEqual(['ask', 'put', 'beat']);
  a.end();
  said = [];
  pass(60, one);
  a.join('again');
  expect(said).toEqual([]);
});
