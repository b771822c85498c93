/** The lattice against the search and against single runs. */
import { expect, test } from 'vitest';
import { prepare } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { search } from './explore.ts';
import { type Lattice, lattice } from './lattice.ts';
import { probe } from './probe.ts';
import { report } from './report.ts';

/** A story with all but some steps of the source kept in their places. */
function freeing(id: string, free: readonly string[]): Scenario {
  const story = stories.find((one) => one.id === id) as Scenario;
  const steps = Object.fromEntries(
    Object.entries(story.steps).map(([list, all]) => [
      list,
      all.map((step) => (list === 'source' && free.includes(step.id) ? step : { ...step, pinned: true })),
    ]),
  );
  return { ...story, steps };
}

function ended<Value>(steps: Generator<unknown, Value>): Value {
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value as Value;
  }
}

/** Endings reached through the drawn edges, with the number of ways. */
function waysIn({ nodes, edges }: Lattice): number {
  const ways: number[] = nodes.map((node) => (node.id === 0 ? 1 : 0));
  for (const node of nodes.toSorted((a, b) => a.depth - b.depth))
    for (const edge of edges) if (edge.from === node.id) ways[edge.to] = (ways[edge.to] ?? 0) + (ways[node.id] ?? 0);
  return nodes.reduce((sum, node) => sum + (node.ending === undefined ? 0 : (ways[node.id] ?? 0)), 0);
}

const scenario = freeing('rfc-gilbert', ['device-stop', 'query-bitmap', 'copy-last', 'save-device']);
const program = prepare(scenario);

test('the share at the root is that of all orderings, and every ordering is a path', () => {
  const whole = ended(lattice(program, orderingOf(scenario)));
  const exploration = report(program, ended(search(program)), 0);
  expect(whole.whole).toBe(true);
  expect(whole.nodes[0]?.safe).toBeCloseTo(Number(exploration.safe) / Number(exploration.orderings), 3);
  expect(waysIn(whole)).toBe(24);
  expect(whole.states).toBeLessThan(1 + 4 + 12 + 24 + 24);
});

test('the path of each order ends as its run does', () => {
  const listed = orderingOf(scenario);
  const whole = ended(lattice(program, listed));
  for (const [a, b] of [
    ['save-device', 'query-bitmap'],
    ['copy-last', 'device-stop'],
  ] as const) {
    const ids = (listed.lists['source'] ?? []).filter((id) => id !== a);
    const source = ids.toSpliced(ids.indexOf(b), 0, a);
    let node = whole.nodes[0];
    const free = source.filter((id) => scenario.steps['source']?.find((step) => step.id === id)?.pinned !== true);
    for (const step of free) {
      const edge = whole.edges.find((one) => one.from === node?.id && one.step === step);
      node = whole.nodes[edge?.to ?? -1];
    }
    expect(node?.ending).toBe(probe(program, { ...listed, lists: { ...listed.lists, source } }).class);
  }
});

test('beyond the limit only what is near is shown, and shares that are not known are left out', () => {
  const near = ended(lattice(program, orderingOf(scenario), 12, 10));
  expect(near.whole).toBe(false);
  expect(near.nodes.length).toBeLessThanOrEqual(12);
  expect(near.nodes[0]?.safe).toBeUndefined();
  expect(near.nodes.filter((node) => node.moves === 0)).toHaveLength(5);
});
