/** Rules without a counter-example, on the orders that a finished search leads to (core/explore/trials.ts). */
import { expect, test } from 'vitest';
import { run } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { CounterExamples } from './counter-examples.ts';

const story = stories.find((one) => one.id === 'v2-qemu-10') as Scenario;

function traceOf(change: (source: readonly string[]) => readonly string[]) {
  const listed = orderingOf(story);
  const { trace, audit } = run(story, { ...listed, lists: { ...listed.lists, source: change(listed.lists['source'] ?? []) } });
  return { trace, safe: audit.ok };
}

function before(step: string, other: string) {
  return (source: readonly string[]) => source.filter((id) => id !== step).flatMap((id) => (id === other ? [step, id] : [id]));
}

test('a rule that a bad order breaks has its counter-example; one that no order breaks has none, and says so', () => {
  const known = new CounterExamples(traceOf((source) => source).trace);
  const without = () => known.answer().without.map((one) => one.rule);
  expect(without()).toContain('C4');
  const early = traceOf(before('final-sync', 'vm-stop'));
  expect(early.safe).toBe(false);
  known.add(early);
  expect(without()).not.toContain('C4');
  expect(without()).toContain('A4');
  expect(known.answer()).toMatchObject({
    tried: 1,
    without: expect.arrayContaining([expect.objectContaining({ because: 'never broken' })]),
  });
});

test('a rule that safe orders break alone is told apart', () => {
  const known = new CounterExamples(traceOf((source) => source).trace);
  const { trace } = traceOf(before('final-sync', 'vm-stop'));
  known.add({ trace, safe: true });
  expect(known.answer().without.find((one) => one.rule === 'C4')?.because).toBe('broken and safe');
});

test('prices are no rules of safety, and rules that are not put to the test are left out', () => {
  const rules = new CounterExamples(traceOf((source) => source).trace).answer().without.map((one) => one.rule);
  for (const rule of ['A7', 'B8', 'D5', 'D13', 'C2', 'E1']) expect(rules).not.toContain(rule);
});
