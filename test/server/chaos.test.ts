// Short runs of the chaos client; `npm run chaos` makes longer ones.
import { expect, test } from 'vitest';
import { bundle } from '../../scripts/bundle.mjs';
import { runCluster } from '../chaos/cluster.ts';
import { runChaos } from '../chaos/run.ts';
import { describeWithRedis } from '../support/redis.ts';

test('through a network that loses, repeats, reorders and cuts, each event is handled once and in order, and nothing is left', async () => {
  const report = await runChaos(5, 7, 6);
  expect(report).toMatchObject({ duplicated: 0, reordered: 0, mismatched: 0, leaked: 0, state_lost: 0 });
  expect(report.lost_reported).toBe(0);
  expect(report.events).toBeGreaterThan(50);
  expect(report.handled).toBe(report.events);
}, 90_000);

describeWithRedis('chaos on three nodes', () => {
  test('nodes that are killed and drained, and a Redis that restarts, lose no state that is kept before it is seen', async () => {
    const entries = ['node', 'page'].map((name) => `test/chaos/${name}.ts`);
    await bundle('chaos-test', entries, { sources: true });
    const folder = new URL('../../dist/chaos-test/', import.meta.url);
    const report = await runCluster({ seconds: 9, seed: 4, nodes: 3, clients: 5, durable: 'sync', folder });
    expect(report).toMatchObject({ duplicated: 0, reordered: 0, mismatched: 0, leaked: 0, state_lost: 0 });
    expect(report).toMatchObject({ lost_reported: 0, failed: 0, resets: 0, split: 0, not_live: 0, stuck: 0 });
    expect(report.kills + report.drains + report.redis_restarts).toBeGreaterThan(1);
    expect(report.events).toBeGreaterThan(50);
    expect(report.handled).toBe(report.events);
  }, 120_000);
});
