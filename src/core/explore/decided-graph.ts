/**
 * The graph of a search, asked about orderings and about states: how an ordering ends, and what can still come of a state.
 *
 *     const graph = graphOf(program, decided);
 *     if (graph?.covers(ordering)) graph.verdictOf(ordering)?.class
 */
import type { Program } from '../emulator/program.ts';
import { type Ordering, orderingOf } from '../scenario/ordering.ts';
import type { RunClass } from '../trace/audit.ts';
import type { Decided } from './explore.ts';
import { factorial, lookUp, type Node } from './graph.ts';
import { type Chosen, planOf, withMovable } from './orderings.ts';
import type { Verdict, Verdicts } from './verdicts.ts';

/** How orderings end, the best first; `sound` stands for `equivalent` too, which the price alone tells from it. */
export const ENDS = ['sound', 'fails-cleanly', 'fails-badly', 'silent-corruption', 'impossible'] as const satisfies readonly RunClass[];

/** What can still come of a state: orderings by how they end, by place in `ENDS`. Numbers, since shares are made of them. */
export type Outlook = Float64Array;

export function graphOf(program: Program, { graph, movable, complete, states }: Decided): DecidedGraph | undefined {
  return graph === undefined ? undefined : new DecidedGraph(program, graph, movable, { complete, states });
}

export class DecidedGraph {
  readonly program: Program;
  readonly root: Node;
  readonly verdicts: Verdicts;
  readonly movable: Chosen;
  /** Everything is decided: what is not in it cannot be. */
  readonly complete: boolean;
  readonly states: number;
  readonly #outlooks = [new Map<Node, Outlook>(), new Map<Node, Outlook>()] as const;

  constructor(
    program: Program,
    { root, verdicts }: NonNullable<Decided['graph']>,
    movable: Chosen,
    { complete, states }: Pick<Decided, 'complete' | 'states'>,
  ) {
    this.program = program;
    this.root = root;
    this.verdicts = verdicts;
    this.movable = movable;
    this.complete = complete;
    this.states = states;
  }

  /** Whether an ordering is one of those that were decided: the same steps left out, the same delays, pinned steps in their places. */
  covers(ordering: Ordering): boolean {
    const listed = orderingOf(this.program.scenario);
    if (wordOf(listed) !== wordOf(ordering)) return false;
    return planOf(this.program).every((plan, index) => {
      const list = this.program.lists[index];
      const ids = (ordering.lists[list?.id ?? ''] ?? []).filter((id) => !ordering.skipped.includes(`${list?.id}/${id}`));
      return (
        ids.length === plan.length &&
        plan.every((step, place) => list?.steps[step]?.pinned !== true || ids[place] === list.steps[step]?.id) &&
        ids.every((id) => list?.indexOf.has(id) === true)
      );
    });
  }

  chosenOf(ordering: Ordering): Chosen {
    return this.program.lists.map((list, index) => {
      const free = new Set(this.movable[index]);
      return (ordering.lists[list.id] ?? []).flatMap((id) => {
        const step = list.indexOf.get(id) ?? -1;
        return free.has(step) ? [step] : [];
      });
    });
  }

  /** The ordering with its movable steps in another order. */
  withChosen(ordering: Ordering, chosen: Chosen): Ordering {
    return withMovable(this.program, this.movable, ordering, chosen);
  }

  /** Undefined where the search did not come to it. */
  verdictOf(ordering: Ordering): Verdict | undefined {
    return lookUp(this.root, this.chosenOf(ordering), this.verdicts)?.verdict;
  }

  /** What can still come of a state to which one came with these facts (graph.ts). */
  outlook(node: Node, facts: number): Outlook {
    const damaged = this.verdicts.damages(facts);
    const known = this.#outlooks[damaged ? 1 : 0].get(node);
    if (known !== undefined) return known;
    const sum = new Float64Array(ENDS.length);
    if (node.world !== undefined) sum[endOf(this.verdicts.of(node.world, damaged ? facts : 0).class)] = 1;
    for (const edge of node.edges) {
      const ways = Number(factorial(edge.freed.length));
      const there = this.outlook(edge.to, this.verdicts.facts.union(facts, edge.facts));
      for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] as number) + ways * (there[i] as number);
    }
    this.#outlooks[damaged ? 1 : 0].set(node, sum);
    return sum;
  }
}

/** Place of a class in `ENDS`. */
export function endOf(one: RunClass): number {
  return ENDS.indexOf(one === 'equivalent' ? 'sound' : one);
}

/** Best end that can still come. */
export function bestOf(outlook: Outlook): number {
  return outlook.findIndex((count) => count > 0);
}

export function totalOf(outlook: Outlook): number {
  return outlook.reduce((sum, count) => sum + count, 0);
}

/** What an ordering leaves out and delays. */
function wordOf({ skipped, delays }: Ordering): string {
  const kept = Object.entries(delays).filter(([, nanos]) => nanos > 0);
  return JSON.stringify([[...skipped].sort(), kept.sort()]);
}
