/** The table of tracer pages: how it grows. */
import { expect, test } from 'vitest';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { assemble, tick } from './clockwork.ts';
import { prepare } from './run.ts';

/** Rounds go on behind a gigabyte of device state on the wire, so that thirty items wait and nobody reads. */
test('passes that nobody reads add rows one by one, and do not double them', () => {
  const story = stories.find((one) => one.id === 'v2-stop-copy-only') as Scenario;
  const listed = orderingOf(story);
  const source = 'setup device-precopy device-stop final-sync copy-last save-device ram-precopy vm-stop eof cleanup'.split(' ');
  expect([...source].sort()).toEqual([...(listed.lists['source'] ?? [])].sort());
  const ordering = { ...listed, lists: { ...listed.lists, source } };
  const machine = assemble(prepare(story), ordering, { probes: true, workload: false, evidence: false, seed: 1 }, false);
  let most = { waiting: 0, rows: 0 };
  do {
    const waiting = machine.channels[0]?.queue.length ?? 0;
    if (waiting >= most.waiting) most = { waiting, rows: machine.tracers.count };
    // Each pass doubled them before: no use to wait for the end of that.
    expect(machine.tracers.count).toBeLessThan(12 * (waiting + 5));
  } while (tick(machine));
  expect(most.waiting).toBeGreaterThan(25);
});
