/** Where the nodes of a lattice stand, and what is said of them. */
import { expect, test } from 'vitest';
import { prepare } from '../../../core/emulator/run.ts';
import { type DecidedGraph, graphOf } from '../../../core/explore/decided-graph.ts';
import { type Decided, search } from '../../../core/explore/explore.ts';
import { type Each, type Lattice, lattice } from '../../../core/explore/lattice.ts';
import { probe } from '../../../core/explore/probe.ts';
import { fewer, variedScenario } from '../../../core/explore/varied.ts';
import { orderingOf } from '../../../core/scenario/ordering.ts';
import { orderingThrough, place } from './lattice-layout.ts';
import { endsWords, percent, sentenceOf } from './lattice-words.ts';

function last<Value>(steps: Generator<unknown, Value>): Value {
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value as Value;
  }
}

// 120 orderings, 10 of them safe.
const program = prepare(fewer(variedScenario(14), 120));
const graph = graphOf(program, last(search(program)) as Decided) as DecidedGraph;
const listed = orderingOf(program.scenario);
const latticeOf = (each: Each): Lattice => last(lattice(graph, listed, each));
const isFree = (list: string, step: string) =>
  program.scenario.steps[list]?.find((one) => one.id === step)?.pinned !== true && !listed.skipped.includes(`${list}/${step}`);

test.each(['run', 'beside', 1, 2, 3] as const)(
  'each %s: no two marks share a place, all are within the picture, edges go to the right',
  (each) => {
    for (const room of [340, 900, 1_400]) {
      const placed = place(latticeOf(each), room);
      expect(new Set(placed.nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(placed.nodes.length);
      for (const { x, y } of placed.nodes) {
        expect(x).toBeGreaterThanOrEqual(placed.gutter);
        expect(x).toBeLessThan(placed.width);
        expect(y).toBeLessThan(placed.height);
      }
      for (const edge of placed.edges) {
        const [from, to] = [placed.byId.get(edge.from), placed.byId.get(edge.to)];
        expect(to?.x).toBeGreaterThan(from?.x ?? Number.POSITIVE_INFINITY);
      }
      expect(new Set(placed.path.map((id) => placed.byId.get(id)).flatMap((node) => (node?.single === true ? [node.y] : []))).size).toBe(1);
    }
  },
);

test('an order that is led through a state is one that comes through it', () => {
  for (const node of place(latticeOf(2), 900).nodes) {
    const ordering = orderingThrough(node, isFree, listed);
    const { path, nodes } = last(lattice(graph, ordering, 'run'));
    const done = nodes.find((one) => one.id === path[node.way.length])?.way ?? node.way;
    if (node.ending === undefined) expect(done).toEqual(node.way);
    expect(
      node.ends.some(
        (share, i) => share > 0 && ['sound', 'fails-cleanly', 'fails-badly', 'silent-corruption', 'impossible'][i] === classOf(ordering),
      ),
    ).toBe(true);
  }
});

function classOf(ordering: typeof listed): string {
  const { class: one } = probe(program, ordering);
  return one === 'equivalent' ? 'sound' : one;
}

test('shares say neither nothing nor all where that is not so', () => {
  expect([0, 1e-9, 0.00012, 0.0312, 0.5, 0.99999, 1].map(percent)).toEqual([
    '0 %',
    'under 0.01 %',
    '0.01 %',
    '3.1 %',
    '50 %',
    'over 99.9 %',
    '100 %',
  ]);
  const { nodes } = latticeOf('beside');
  for (const node of nodes) {
    expect(endsWords(node)).not.toBe('');
    expect(sentenceOf(node, false)).toContain('of all orderings');
  }
});
