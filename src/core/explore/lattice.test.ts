/** The lattice against the search and against single runs. */
import { expect, test } from 'vitest';
import { prepare } from '../emulator/run.ts';
import { stories } from '../scenario/library/index.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { RunClass } from '../trace/audit.ts';
import { type DecidedGraph, ENDS, endOf, graphOf } from './decided-graph.ts';
import { type Decided, Searcher, search } from './explore.ts';
import { type Each, type Lattice, type LatticeNode, lattice } from './lattice.ts';
import { probe } from './probe.ts';
import { report } from './report.ts';
import { fewer, variedScenario } from './varied.ts';

function last<Value>(steps: Generator<unknown, Value>): Value {
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value as Value;
  }
}

interface Case {
  readonly graph: DecidedGraph;
  readonly decided: Decided;
  readonly listed: Ordering;
}

function caseOf(scenario: Scenario): Case {
  const program = prepare(scenario);
  const decided = last(search(program));
  return { graph: graphOf(program, decided) as DecidedGraph, decided, listed: orderingOf(scenario) };
}

/** An ordering that first does what leads to a node. */
function through(graph: DecidedGraph, listed: Ordering, node: LatticeNode): Ordering {
  const lists = Object.fromEntries(
    Object.entries(listed.lists).map(([list, ids]) => {
      const done = node.way.filter((one) => one.list === list).map((one) => one.step);
      return [list, [...done, ...ids.filter((id) => !done.includes(id))]] as const;
    }),
  );
  // Pinned steps go back to their places.
  return graph.withChosen(listed, graph.chosenOf({ ...listed, lists }));
}

const EACH: readonly Each[] = ['run', 'beside', 1, 2, 3];

/** What comes into a node comes out of it: no ordering is lost between two columns, and none is counted twice. */
function flows({ nodes, edges }: Lattice): readonly string[] {
  return nodes.flatMap((node) => {
    const sum = (which: 'from' | 'to') => edges.filter((edge) => edge[which] === node.id).reduce((all, edge) => all + edge.through, 0);
    const [into, out] = [node.id === 0 ? 1 : sum('to'), node.ending === undefined ? sum('from') : node.through];
    const fits = Math.abs(into - node.through) < 1e-9 && Math.abs(out - node.through) < 1e-9;
    return fits ? [] : [`node ${node.id}: ${into} in, ${node.through} through, ${out} out`];
  });
}

test.each(Array.from({ length: 20 }, (_, i) => i + 1))('seed %i: all orderings go through it, and end as the search says', (seed) => {
  const { graph, decided, listed } = caseOf(fewer(variedScenario(seed), 720));
  const { byClass, orderings } = report(graph.program, decided, 0);
  const shares = ENDS.map(
    (one) => (Number(byClass[one] ?? 0) + (one === 'sound' ? Number(byClass.equivalent ?? 0) : 0)) / Number(orderings),
  );
  for (const each of EACH) {
    const seen = last(lattice(graph, listed, each));
    expect(flows(seen)).toEqual([]);
    expect(seen.nodes[0]?.through).toBeCloseTo(1, 9);
    shares.forEach((share, end) => expect(seen.nodes[0]?.ends[end]).toBeCloseTo(share, 9));
    const endings = seen.nodes.filter((node) => node.ending !== undefined);
    for (const node of endings) expect(node.through).toBeCloseTo(shares[endOf(node.ending as RunClass)] as number, 9);
    expect(seen.nodes.reduce((sum, node) => sum + node.states, 0)).toBe(seen.states);
  }
});

test.each([2, 5, 11])('seed %i: the way to each state is a way to an end that it still has', (seed) => {
  const { graph, listed } = caseOf(fewer(variedScenario(seed), 720));
  const seen = last(lattice(graph, listed, 2));
  for (const node of seen.nodes.filter((one) => one.states === 1)) {
    const { class: one } = probe(graph.program, through(graph, listed, node));
    expect(node.ends[endOf(one)]).toBeGreaterThan(0);
  }
});

const twelve = stories.find((story) => story.id === 'v2-qemu-10') as Scenario;
/** A story with all but some steps of the source kept in their places. */
const scenario: Scenario = {
  ...twelve,
  steps: Object.fromEntries(
    Object.entries(twelve.steps).map(([list, all]) => [
      list,
      all.map((step, i) => (list === 'source' && i > 2 && i < 9 ? step : { ...step, pinned: true })),
    ]),
  ),
};

test('the present order is the path, ends as its run does, and moves with the order', () => {
  const { graph, listed } = caseOf(scenario);
  const chosen = graph.chosenOf(listed);
  for (const turn of [0, 1, 2, 3]) {
    const ordering = graph.withChosen(
      listed,
      chosen.map((steps) => [...steps.slice(turn), ...steps.slice(0, turn)]),
    );
    const { nodes, path } = last(lattice(graph, ordering, 'run'));
    const steps = path.map((id) => nodes[id]?.depth);
    expect(steps).toEqual(steps.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(nodes[path.at(-1) ?? -1]?.ending).toBe(probe(graph.program, ordering).class);
    expect(nodes[path[1] ?? -1]?.way).toEqual([{ list: 'source', step: ordering.lists['source']?.find((id) => !pinned(id)) }]);
  }
});

function pinned(id: string): boolean {
  return scenario.steps['source']?.find((step) => step.id === id)?.pinned === true;
}

test('what is near is drawn each for itself, and tells what changes; the rest is merged by what can still come', () => {
  const { graph, listed } = caseOf(scenario);
  const beside = last(lattice(graph, listed, 'beside'));
  // One of the six ends the run at once.
  expect(beside.nodes.filter((node) => node.ending === undefined && node.states === 1 && node.depth === 1)).toHaveLength(5);
  expect(beside.nodes.some((node) => node.changed.includes('source: vCPUs stopped'))).toBe(true);
  for (const { hope, ends, states } of beside.nodes.filter((node) => node.states > 1)) {
    expect(states).toBeGreaterThan(1);
    if (hope !== 'all-safe' && hope !== 'some-safe') expect(ends[0]).toBe(0);
  }
  const merged = last(lattice(graph, listed, 'run'));
  expect(merged.nodes.length).toBeLessThan(beside.nodes.length);
  expect(merged.states).toBe(beside.states);
});

test('limits are said: how many states are drawn, and that the search was not whole', () => {
  const { graph, listed } = caseOf(scenario);
  const few = last(lattice(graph, listed, 3, 10));
  expect([few.drawn, few.capped, few.complete]).toEqual([10, true, true]);
  expect(flows(few)).toEqual([]);
  const part = new Searcher(graph.program);
  part.advance(60);
  const seen = last(lattice(graphOf(graph.program, part.decided()) as DecidedGraph, listed, 'beside'));
  expect(seen.states).toBeLessThan(few.states);
  expect([seen.complete, seen.capped]).toEqual([false, false]);
  expect(flows(seen)).toEqual([]);
});
