/** The slots of a block: every place that it can have, each as a run of that very order comes out. */
import { expect, test } from 'vitest';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { prepare, startRun } from './run.ts';
import { slotCount, slotOutcomes, withStepsAt } from './slots.ts';

const scenario = stories.find((one) => one.id === 'rfc-gilbert') as Scenario;
const ordering = orderingOf(scenario);
const BLOCK = ['query-bitmap', 'copy-last'];

test('a block keeps its order in each of its slots', () => {
  const ids = ordering.lists['source'] ?? [];
  expect(slotCount(ordering, 'source', BLOCK)).toBe(ids.length - 1);
  for (let slot = 0; slot < slotCount(ordering, 'source', BLOCK); slot += 1) {
    const there = withStepsAt(ordering, 'source', BLOCK, slot).lists['source'] ?? [];
    expect(there.slice(slot, slot + 2)).toEqual(BLOCK);
    expect(there.toSorted()).toEqual(ids.toSorted());
  }
});

test('its own slot first, then the nearest; each outcome is that of a whole run', () => {
  const program = prepare(scenario);
  const outcomes = [...slotOutcomes(program, ordering, 'source', BLOCK, 1)];
  const own = (ordering.lists['source'] ?? []).indexOf('query-bitmap');
  expect(outcomes.map((one) => Math.abs(one.slot - own))).toEqual(
    outcomes.map((one) => Math.abs(one.slot - own)).toSorted((a, b) => a - b),
  );
  expect(outcomes[0]).toMatchObject({ slot: own, outcome: 'commutes' });
  for (const { slot, class: runClass } of outcomes) {
    const run = startRun(program, withStepsAt(ordering, 'source', BLOCK, slot), {
      probes: true,
      workload: true,
      seed: 1,
      recording: false,
    });
    expect(run.finish().audit.class).toBe(runClass);
  }
  expect(new Set(outcomes.map((one) => one.class)).size).toBeGreaterThan(1);
});
