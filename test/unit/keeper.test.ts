// When the state of a durable instance is written: here only what needs a store that answers at once, and a step in between.
import { expect, test } from 'vitest';
import type { Instance } from '../../server/instance.ts';
import { Keeper } from '../../server/keeper.ts';
import type { Registry } from '../../server/registry.ts';
import type { Settings } from '../../server/settings.ts';
import { decodeSnapshot } from '../../server/snapshot.ts';
import { MemoryStore } from '../../server/store.ts';
import { createSeal } from '../../server/token.ts';

const seal = createSeal(['a secret for tests that is long enough'], 'kept state');

test('a turn that ends just when a write is over is written too, before it counts as kept', async () => {
  for (let steps = 0; steps < 12; steps++) {
    const store = new MemoryStore();
    const clock = { every: () => () => {}, after: () => () => {}, now: () => 0, id: () => 'id' };
    const settings = { clock, backplane: { store }, limits: { state: 10_000 } } as unknown as Settings;
    const keeper = new Keeper(settings, { seatsOf: () => [] } as unknown as Registry, seal, () => {});
    const fields = { count: 1 };
    const shown = { version: 1, lastOrders: () => 0, state: () => ({ ...fields }) };
    const instance = { id: 'one', statics: {}, ...shown } as unknown as Instance;
    keeper.hold(instance, { id: 'one', lease: 'node.lease', isClaimed: true, snapshot: undefined }, true);
    const { holding } = instance;
    if (!holding) throw new Error('not held');
    keeper.turned(instance, holding);
    for (let step = 0; step < steps; step++) await Promise.resolve();
    fields.count = 2;
    keeper.turned(instance, holding);
    expect(await instance.keeping).toBe('kept');
    const kept = await store.find('one');
    expect({ steps, ...decodeSnapshot(kept?.text ?? '', seal)?.fields }).toEqual({ steps, count: 2 });
  }
});
