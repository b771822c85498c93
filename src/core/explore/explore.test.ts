/** The search against brute force: every ordering run by itself, class by class and finding by finding. */
import { expect, test } from 'vitest';
import { prepare } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { DEFAULT_LIMITS, probe, search } from './explore.ts';
import { report } from './report.ts';

function decide(scenario: Scenario) {
  const program = prepare(scenario);
  const steps = search(program, DEFAULT_LIMITS);
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return { program, exploration: report(program, value, 0) };
  }
}

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length < 2) yield items;
  else for (const [i, item] of items.entries()) for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}

/** Every order of the steps that are not pinned. */
function* orders(scenario: Scenario, list: string): Generator<readonly string[]> {
  const steps = scenario.steps[list] ?? [];
  for (const movable of permutations(steps.filter((step) => step.pinned !== true).map((step) => step.id))) {
    const next = movable[Symbol.iterator]();
    yield steps.map((step) => (step.pinned === true ? step.id : (next.next().value as string)));
  }
}

/** Steps of the lists that stay where they are. */
function pin(scenario: Scenario, pinned: readonly string[]): Scenario {
  const steps = Object.fromEntries(
    Object.entries(scenario.steps).map(([list, all]) => [
      list,
      all.map((step) => (pinned.includes(step.id) ? { ...step, pinned: true } : step)),
    ]),
  );
  return { ...scenario, steps };
}

const TARGET = ['load-stream', 'start-device', 'start-vcpus'];

test.each([
  ['rfc-gilbert', ['precopy', 'eof', ...TARGET]],
  ['rfc-gilbert', ['precopy', 'vm-stop', 'device-stop', 'query-bitmap']],
  ['rfc-v1-as-drawn', ['precopy', 'vm-stop', ...TARGET]],
  ['rfc-read-before-stop', ['precopy', 'eof', 'load-stream']],
  ['rfc-unmigratable', ['eof', 'copy-last', 'query-bitmap', 'load-stream']],
  ['rfc-image-too-large', ['precopy', 'eof', ...TARGET]],
])('%s with %j pinned equals brute force', (id, pinned) => {
  const scenario = pin(stories.find((story) => story.id === id) as Scenario, pinned);
  const { program, exploration } = decide(scenario);
  const listed = orderingOf(scenario);
  const byClass = new Map<string, bigint>();
  const byFinding = new Map<string, bigint>();
  const reference = probe(program, scenario.reference ?? listed);
  let count = 0n;
  for (const source of orders(scenario, 'source')) {
    for (const target of orders(scenario, 'target')) {
      const one = probe(program, { ...listed, lists: { source, target } });
      const same =
        reference.class === 'sound' &&
        one.settled === reference.settled &&
        one.downtimeNanos === reference.downtimeNanos &&
        one.bytes === reference.bytes;
      const runClass = one.class === 'sound' && same ? 'equivalent' : one.class;
      byClass.set(runClass, (byClass.get(runClass) ?? 0n) + 1n);
      for (const kind of one.kinds) byFinding.set(kind, (byFinding.get(kind) ?? 0n) + 1n);
      count += 1n;
    }
  }
  const text = (sums: ReadonlyMap<string, bigint>) => Object.fromEntries([...sums].map(([name, sum]) => [name, String(sum)]));
  expect(exploration.orderings).toBe(String(count));
  expect(exploration.byClass).toEqual(text(byClass));
  const { downtime: _, ...kinds } = exploration.byFinding;
  expect(kinds).toEqual(text(byFinding));
});

test('the required pairs hold in every safe ordering, and the best orderings are safe', () => {
  const scenario = stories.find((story) => story.id === 'rfc-gilbert') as Scenario;
  const { program, exploration } = decide(scenario);
  expect(exploration.orderings).toBe('30240');
  for (const best of exploration.best) {
    expect(probe(program, { ...orderingOf(scenario), lists: best.ordering }).class).toBe('sound');
    for (const { before, after } of exploration.required) {
      const [list = '', first = ''] = before.split('/');
      expect(best.ordering[list]?.indexOf(first)).toBeLessThan(best.ordering[list]?.indexOf(after.split('/')[1] ?? '') ?? -1);
    }
  }
});
