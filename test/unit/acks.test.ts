// When the page says which frames have come: rarely, but before the server holds frames back. Time and chance are made here.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Acks } from '../../htmx-ext/acks.ts';

let said: string[];
let acks: Acks;

/** What a page does when an acknowledgement is due. */
const create = () => {
  acks = new Acks(() => said.push(acks.take()));
};
const frames = (first: number, last: number, length = 10) => {
  for (let id = first; id <= last; id++) acks.note(String(id), length);
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  said = [];
  create();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('sixteen frames are acknowledged, fifteen are not yet', () => {
  frames(1, 15);
  expect(said).toEqual([]);
  frames(16, 16);
  expect(said).toEqual(['16']);
  frames(17, 32);
  expect(said).toEqual(['16', '32']);
});

test('by chance it is up to seven frames fewer, so that not all pages say it in the same moment', () => {
  vi.mocked(Math.random).mockReturnValue(0.999);
  create();
  frames(1, 8);
  expect(said).toEqual([]);
  frames(9, 9);
  expect(said).toEqual(['9']);
});

test('64 KB are acknowledged, however few frames they are', () => {
  frames(1, 2, 32 * 1024 - 1);
  expect(said).toEqual([]);
  frames(3, 3, 2);
  frames(4, 5);
  expect(said).toEqual(['3']);
  frames(6, 6, 64 * 1024);
  expect(said).toEqual(['3', '6']);
});

test('a single frame is acknowledged after ten seconds, and only once', () => {
  frames(1, 1);
  vi.advanceTimersByTime(6_000);
  frames(2, 2);
  vi.advanceTimersByTime(3_999);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(said).toEqual(['2']);
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual(['2']);
});

test('what a POST has said on its way need not be said again', () => {
  frames(1, 15);
  expect(acks.take()).toBe('15');
  vi.advanceTimersByTime(60_000);
  frames(16, 30);
  expect(said).toEqual([]);
});

test('one that has to wait for its turn says as much as many', () => {
  let asked = 0;
  acks = new Acks(() => asked++);
  frames(1, 100);
  expect(asked).toBe(1);
  expect(acks.take()).toBe('100');
  frames(101, 116);
  expect(asked).toBe(2);
});
