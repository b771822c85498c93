/** Make safe, the shortest bad one and shrink by the graph, against all orderings and all choices of edits. */
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import type { Program } from '../emulator/program.ts';
import { prepare } from '../emulator/run.ts';
import { applyEdit, END, editsBetween, singly } from '../scenario/edits.ts';
import { stories } from '../scenario/library/index.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type DecidedGraph, graphOf } from './decided-graph.ts';
import { DEFAULT_LIMITS, search } from './explore.ts';
import { isWanted, subsets } from './fewest-moves.ts';
import { nearest, shrink } from './nearest.ts';
import { probe } from './probe.ts';
import { fewer, variedScenario } from './varied.ts';

function last<Answer>(steps: Generator<unknown, Answer>): Answer {
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value as Answer;
  }
}

function decidedOf(program: Program): DecidedGraph {
  return graphOf(program, last(search(program))) as DecidedGraph;
}

function* permutations<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  if (items.length < 2) yield items;
  else for (const [i, item] of items.entries()) for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}

/** All orderings of a graph. */
function* orderings(graph: DecidedGraph, listed: Ordering): Generator<Ordering> {
  function* choices(lists: readonly (readonly number[])[]): Generator<readonly (readonly number[])[]> {
    const [first, ...rest] = lists;
    if (first === undefined) yield [];
    else for (const one of permutations(first)) for (const others of choices(rest)) yield [one, ...others];
  }
  for (const chosen of choices(graph.movable)) yield graph.withChosen(listed, chosen);
}

/** Movable steps that must move: pinned ones keep their places, and are not counted. */
function movesBetween(graph: DecidedGraph, from: Ordering, to: Ordering): number {
  const lists = (one: Ordering) => ({ ...one, lists: Object.fromEntries(graph.chosenOf(one).map((steps, i) => [i, steps.map(String)])) });
  return singly(editsBetween(lists(from), lists(to))).length;
}

const SEEDS = Array.from({ length: 16 }, (_, i) => i + 1);

test.each(SEEDS)('seed %i: no ordering with fewer moves is safe, or bad, from any of some orderings', (seed) => {
  const program = prepare(fewer(variedScenario(seed), 720));
  const listed = orderingOf(program.scenario);
  const graph = decidedOf(program);
  const all = [...orderings(graph, listed)].map((ordering) => ({ ordering, class: probe(program, ordering).class }));
  for (const one of all) expect([one.ordering.lists, graph.verdictOf(one.ordering)?.class]).toEqual([one.ordering.lists, one.class]);
  const chance = randomStream(seed, 'from');
  for (let i = 0; i < 6; i += 1) {
    const from = (all[chance.below(all.length)] as (typeof all)[number]).ordering;
    for (const goal of ['safe', 'bad'] as const) {
      const wanted = all.filter((one) => isWanted(goal, one.class));
      const found = last(nearest(program, from, goal, { graph }));
      if (!('ordering' in found)) {
        expect([goal, wanted.length, found.decided]).toEqual([goal, 0, String(all.length)]);
        continue;
      }
      const least = Math.min(...wanted.map((one) => movesBetween(graph, from, one.ordering)));
      expect([goal, movesBetween(graph, from, found.ordering), isWanted(goal, found.class)]).toEqual([goal, least, true]);
      expect(found.edits.reduce(applyEdit, from)).toEqual(found.ordering);
    }
  }
});

test.each(SEEDS)('seed %i: no smaller choice of the edits fails in the same way; the graph and single runs agree', (seed) => {
  const program = prepare(fewer(variedScenario(seed), 720));
  const listed = orderingOf(program.scenario);
  const graph = decidedOf(program);
  const all = [...orderings(graph, listed)];
  const chance = randomStream(seed, 'shrink');
  for (let i = 0; i < 6; i += 1) {
    const from = all[chance.below(all.length)] as Ordering;
    const found = last(shrink(program, from, graph));
    expect(found).toEqual(last(shrink(program, from)));
    if (found === undefined) continue;
    expect(found.fewest).toBe(true);
    const kinds = probe(program, from).kinds;
    const kind = kinds.find((one) => one !== 'refused') ?? kinds[0];
    for (let count = 0; count < found.edits.length; count += 1)
      for (const fewerEdits of subsets(singly(editsBetween(listed, from)), count)) {
        const there = probe(program, fewerEdits.reduce(applyEdit, listed));
        expect(there.class === found.class && (kind === undefined || there.kinds.includes(kind))).toBe(false);
      }
  }
});

test('what leaves out a step, delays one or moves a pinned one is not among the orderings that were decided', () => {
  const story = stories.find((one) => one.id === 'rfc-gilbert') as Scenario;
  const source = (story.steps['source'] ?? []).map((step) => (step.id === 'precopy' ? { ...step, pinned: true } : step));
  const program = prepare({ ...story, steps: { ...story.steps, source } });
  const listed = orderingOf(program.scenario);
  const graph = graphOf(program, last(search(program, { ...DEFAULT_LIMITS, states: 500 }))) as DecidedGraph;
  expect(graph.covers(listed)).toBe(true);
  expect(graph.covers({ ...listed, skipped: ['source/copy-last'] })).toBe(false);
  expect(graph.covers({ ...listed, delays: { 'source/copy-last': 5 } })).toBe(false);
  const swapped = applyEdit(listed, { kind: 'move', list: 'source', steps: ['precopy'], before: END });
  expect(graph.covers(swapped)).toBe(false);
});
