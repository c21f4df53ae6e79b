// The simulated latency. Time is made here.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLatency, type Latency } from '../../htmx-ext/tools/latency.ts';

let latency: Latency;
let heard: number[];
const frame = (number: number) => latency.frame(() => heard.push(number));

beforeEach(() => {
  vi.useFakeTimers();
  latency = createLatency();
  heard = [];
});
afterEach(() => {
  vi.useRealTimers();
});

test('frames that are held up by none are heard at once', () => {
  frame(1);
  expect(heard).toEqual([1]);
});

test('a frame is heard after half of the time, and none overtakes another, also where it gets shorter', () => {
  latency.set(1000);
  frame(1);
  vi.advanceTimersByTime(300);
  latency.set(100);
  frame(2);
  vi.advanceTimersByTime(199);
  expect(heard).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(heard).toEqual([1, 2]);
});

test('what waits when it is turned off is heard at once, in its order, before what comes next', () => {
  latency.set(1000);
  frame(1);
  frame(2);
  latency.set(0);
  frame(3);
  expect(heard).toEqual([1, 2, 3]);
});

test('a frame that fails holds up none', () => {
  const report = vi.fn();
  vi.stubGlobal('reportError', report);
  const fault = new Error('on purpose');
  latency.set(1000);
  latency.frame(() => {
    throw fault;
  });
  frame(2);
  vi.advanceTimersByTime(500);
  expect([heard, report.mock.calls]).toEqual([[2], [[fault]]]);
  vi.unstubAllGlobals();
});

test('frames of a stream that has ended are not heard, those of the next one are', () => {
  latency.set(1000);
  frame(1);
  latency.clear();
  frame(2);
  vi.advanceTimersByTime(10_000);
  expect(heard).toEqual([2]);
});

test('a POST waits half of the time each way, and not at all at 0', async () => {
  latency.set(1000);
  let passed = 0;
  void latency.pass().then(() => passed++);
  await vi.advanceTimersByTimeAsync(499);
  expect(passed).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(passed).toBe(1);
  latency.set(0);
  await latency.pass();
});
