// The gallery's dashboard without a browser: what a second of it costs.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { PatchMessage } from 'htmx-liveview';
import { mountLive } from 'htmx-liveview/testing';
import { expect, test } from 'vitest';
import { scaleOf } from '../../examples/dashboard/charts.ts';
import { Dashboard } from '../../examples/dashboard/dashboard.ts';

test('a second sends a number, a line or a bar of each chart, whatever the minute holds', async () => {
  const view = await mountLive(Dashboard);
  const second = () => view.elapse(1000);
  for (let seconds = 0; seconds < 60; seconds++) await second();
  const patches: PatchMessage[] = [];
  const note = (message: unknown) => patches.push(message as PatchMessage);
  subscribe('htmx-liveview:patch', note);
  const first = view.find('#pushed-bars svg').first().attr('id');
  for (let seconds = 0; seconds < 9; seconds++) await second();
  unsubscribe('htmx-liveview:patch', note);

  expect(view.find('#pushed-bars svg').length).toBe(60);
  expect(view.find('#pushed-bars svg').first().attr('id')).not.toBe(first);
  expect(patches.filter(({ whole }) => whole)).toEqual([]);
  // a scale that changes draws its chart anew: the median is of those seconds in which none did
  const [median = 0] = patches
    .map(({ bytes }) => bytes)
    .sort((a, b) => a - b)
    .slice(4);
  expect(median).toBeLessThan(1_800);
  expect(view.html.length).toBeGreaterThan(10_000);
});

test.each([
  [[], 1],
  [[0, 0.5], 1],
  [[11], 20],
  [[3, 50], 50],
  [[51], 100],
  [[1000, 2001], 5000],
])('the scale of %j is %d', (values, scale) => {
  const points = values.map((value, number) => ({ number, value }));
  expect(scaleOf({ id: '', title: '', unit: '', points })).toBe(scale);
});
