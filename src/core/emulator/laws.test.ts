/** Laws of the emulator, over random orderings of the first story. */
import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { printRecording, toRecording } from '../formats/recording/write.ts';
import { stories } from '../scenario/library/index.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { StateAt } from '../trace/state-at.ts';
import { assemble, conclude, tick } from './clockwork.ts';
import { prepare, run } from './run.ts';

const story = stories.find((one) => one.id === 'rfc-gilbert') as Scenario;
const listed = orderingOf(story);

/** A permutation of both lists. */
const orderings = fc
  .tuple(shuffled(listed.lists['source'] ?? []), shuffled(listed.lists['target'] ?? []))
  .map(([source, target]): Ordering => ({ ...listed, lists: { source, target } }));

function shuffled(ids: readonly string[]) {
  return fc.shuffledSubarray([...ids], { minLength: ids.length, maxLength: ids.length });
}

property.prop([orderings], { numRuns: 12, seed: 7 })('the same scenario gives the same bytes', (ordering) => {
  const text = () => printRecording(toRecording({ scenario: story, ordering, ...run(story, ordering) }));
  expect(text()).toBe(text());
});

property.prop([orderings, fc.nat(4_000)], { numRuns: 12, seed: 7 })(
  'a fork goes on as the machine it was made of would',
  (ordering, at) => {
    const program = prepare(story);
    const options = { probes: true, workload: true, evidence: true, seed: 1 };
    const whole = assemble(program, ordering, options, false);
    for (let i = 0; i < at && tick(whole); i += 1);
    const copy = whole.fork();
    while (tick(whole));
    while (tick(copy));
    conclude(whole);
    conclude(copy);
    expect(copy.facts).toEqual(whole.facts);
    expect(copy.now).toBe(whole.now);
    expect(copy.bytesSent).toBe(whole.bytesSent);
  },
);

property.prop([orderings], { numRuns: 12, seed: 7 })('every finding has evidence in the trace, and a class that fits it', (ordering) => {
  const { audit, trace, metrics } = run(story, ordering);
  for (const finding of audit.findings) for (const seq of finding.events) expect(seq).toBeLessThan(trace.length);
  expect(audit.ok).toBe(audit.class === 'equivalent' || audit.class === 'sound');
  const parts = metrics.downtimeBy.reduce((sum, part) => sum + part.nanos, 0);
  expect(Math.round(parts)).toBe(Math.round(metrics.downtimeNanos));
});

test('a probe takes no time and no bandwidth', () => {
  const { metrics: with_ } = run(story);
  const { metrics: without } = run(story, listed, { probes: false });
  expect(with_).toEqual(without);
});

const { trace } = run(story);
const far = new StateAt(trace);

property.prop([fc.nat(trace.length - 1), fc.nat(trace.length - 1)], { numRuns: 12, seed: 7 })(
  'the state at a cursor is the fold from the start, from wherever the cursor comes',
  (before, cursor) => {
    far.at(before);
    expect(printState(far, cursor)).toBe(printState(new StateAt(trace), cursor));
  },
);

function printState(states: StateAt, cursor: number): string {
  const { world, map } = states.at(cursor);
  return JSON.stringify([world, map], (_, value) =>
    ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') : value,
  );
}
