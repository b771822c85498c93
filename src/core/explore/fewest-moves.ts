/**
 * The fewest moves from one ordering to a safe or a bad one, out of all that were decided: exact. For one step, then each
 * two, and so on, the others keep their order and those may stand anywhere: each such set is one walk of the graph, in
 * which states from which the goal cannot be reached any more are left at once.
 */
import type { Ordering } from '../scenario/ordering.ts';
import type { RunClass } from '../trace/audit.ts';
import { type DecidedGraph, endOf, type Outlook } from './decided-graph.ts';
import { NO_STEP, type Node } from './graph.ts';
import type { Chosen } from './orderings.ts';
import { isSafe } from './verdicts.ts';

export type Goal = 'safe' | 'bad';

/** Whether a run that ends so is what was looked for; physics alone makes none that is worth seeing. */
export function isWanted(goal: Goal, one: RunClass): boolean {
  return one !== 'impossible' && (goal === 'safe') === isSafe({ class: one });
}

/** Sets of steps between two looks at the caller. */
const SLICE = 64;

/** Yields how many sets of steps were tried; undefined: there is no such ordering at all. */
export function* fewestMoves(graph: DecidedGraph, from: Ordering, goal: Goal): Generator<number, Ordering | undefined> {
  const present = graph.chosenOf(from);
  const all = present.flatMap((steps, list) => steps.map((step) => ({ list, step })));
  if (!canCome(goal, graph.outlook(graph.root, 0))) return undefined;
  let tried = 0;
  for (let count = 0; count <= all.length; count += 1) {
    let best: { readonly chosen: Chosen; readonly far: number } | undefined;
    for (const set of subsets(all, count)) {
      tried += 1;
      if (tried % SLICE === 0) yield tried;
      const chosen = new Walk(graph, goal, present, set).chosen();
      if (chosen === undefined) continue;
      const far = farFrom(present, chosen);
      if (best === undefined || far < best.far) best = { chosen, far };
    }
    if (best !== undefined) return graph.withChosen(from, best.chosen);
  }
  return undefined;
}

function canCome(goal: Goal, outlook: Outlook): boolean {
  if (goal === 'safe') return (outlook[endOf('sound')] as number) > 0;
  return outlook.some((count, end) => count > 0 && end !== endOf('sound') && end !== endOf('impossible'));
}

interface Step {
  readonly list: number;
  readonly step: number;
}

/** One set of steps that may stand anywhere, between others that keep their order. */
class Walk {
  readonly #graph: DecidedGraph;
  readonly #goal: Goal;
  /** By list: those that keep their order, and those that move. */
  readonly #fixed: Chosen;
  readonly #loose: Chosen;
  /** States from which this set has no way, by their facts. */
  readonly #dead = new Map<Node, Set<number>>();

  constructor(graph: DecidedGraph, goal: Goal, present: Chosen, set: readonly Step[]) {
    const moves = (list: number, step: number) => set.some((one) => one.list === list && one.step === step);
    this.#graph = graph;
    this.#goal = goal;
    this.#fixed = present.map((steps, list) => steps.filter((step) => !moves(list, step)));
    this.#loose = present.map((steps, list) => steps.filter((step) => moves(list, step)));
  }

  chosen(): Chosen | undefined {
    return this.#from(
      this.#graph.root,
      0,
      this.#fixed.map(() => []),
    );
  }

  #from(node: Node, facts: number, done: Chosen): Chosen | undefined {
    const { outlook, verdicts } = { outlook: this.#graph.outlook(node, facts), verdicts: this.#graph.verdicts };
    if (!canCome(this.#goal, outlook) || this.#dead.get(node)?.has(facts) === true) return undefined;
    if (node.world !== undefined) return done.map((steps, list) => [...steps, ...this.#left(list, steps)]);
    for (const step of node.edges.some((edge) => edge.step === NO_STEP) ? [NO_STEP] : this.#next(node.list, done)) {
      const edge = node.edges.find((one) => one.step === step);
      if (edge === undefined) continue;
      const there = step === NO_STEP ? done : done.with(node.list, [...(done[node.list] ?? []), step]);
      const found = this.#from(edge.to, verdicts.facts.union(facts, edge.facts), there);
      if (found !== undefined) return found;
    }
    const dead = this.#dead.get(node) ?? new Set();
    this.#dead.set(node, dead.add(facts));
    return undefined;
  }

  /** What a list may do next: the first of those that keep their order, or any of the others. */
  #next(list: number, done: Chosen): readonly number[] {
    const chosen = done[list] ?? [];
    const first = this.#fixed[list]?.find((step) => !chosen.includes(step));
    const loose = (this.#loose[list] ?? []).filter((step) => !chosen.includes(step));
    return first === undefined ? loose : [first, ...loose];
  }

  /** Steps that nobody chooses any more: any order of them is as good. */
  #left(list: number, chosen: readonly number[]): readonly number[] {
    return [...(this.#fixed[list] ?? []), ...(this.#loose[list] ?? [])].filter((step) => !chosen.includes(step));
  }
}

/** Places by which steps moved, in all: of answers with equally many moves the shortest are easiest to follow. */
function farFrom(present: Chosen, chosen: Chosen): number {
  return present.reduce(
    (sum, steps, list) => sum + steps.reduce((far, step, place) => far + Math.abs((chosen[list]?.indexOf(step) ?? 0) - place), 0),
    0,
  );
}

export function* subsets<Item>(items: readonly Item[], count: number, from = 0): Generator<readonly Item[]> {
  if (count === 0) yield [];
  else
    for (let i = from; i <= items.length - count; i += 1)
      for (const rest of subsets(items, count - 1, i + 1)) yield [items[i] as Item, ...rest];
}
