// A short run of the chaos client; `npm run chaos` makes longer ones.
import { expect, test } from 'vitest';
import { runChaos } from '../chaos/run.ts';

test('through a network that loses, repeats, reorders and cuts, each event is handled once and in order, and nothing is left', async () => {
  const report = await runChaos(5, 7, 6);
  expect(report).toMatchObject({ duplicated: 0, reordered: 0, mismatched: 0, leaked: 0, lost_reported: 0 });
  expect(report.events).toBeGreaterThan(50);
  expect(report.handled).toBe(report.events);
}, 90_000);
