/**
 * The lattice of joint states: what the machine can be in after so many steps, whatever the order that led there. It is read
 * off the graph of a search, so that every state knows what can still come of it. States near the present order are drawn
 * each for itself; all others are merged: those after equally many steps of which the same is the best that can still come.
 *
 *     run      o--o--o--o   the present order
 *     beside      o  o      one choice beside it
 *     merged      #  #  #   1,204 states, none can be safe any more
 *
 * Nothing is left out: through the nodes of each column go all orderings that were decided.
 */
import type { Program } from '../emulator/program.ts';
import type { Ordering } from '../scenario/ordering.ts';
import type { RunClass } from '../trace/audit.ts';
import { bestOf, type DecidedGraph, ENDS, endOf, totalOf } from './decided-graph.ts';
import { type Edge, factorial, NO_STEP, type Node } from './graph.ts';
import { Replay } from './replay.ts';

/** Which states are drawn each for itself: those of the present order, those one choice beside it, or all within so many moves. */
export type Each = 'run' | 'beside' | 1 | 2 | 3;

/** What can still come of a state: all is safe, some is, or the best that is left; `undecided` where the search did not get to. */
export type Hope = 'all-safe' | 'some-safe' | Exclude<(typeof ENDS)[number], 'sound'> | 'undecided';

export const HOPES: readonly Hope[] = [
  'all-safe',
  'some-safe',
  'fails-cleanly',
  'fails-badly',
  'silent-corruption',
  'impossible',
  'undecided',
];

export interface LatticeNode {
  /** Index in `nodes`; the beginning is 0. */
  readonly id: number;
  /** Steps chosen on the way; an ending stands after all of them. */
  readonly depth: number;
  /** How many states it stands for, and whether it is one that is drawn for itself. */
  readonly states: number;
  readonly drawn: boolean;
  /** Choices on the nearest way to it that are not the next one of the present order. */
  readonly away: number;
  readonly hope: Hope;
  /** Share of all decided orderings that come through here, 0 to 1; of these, the shares that end as `ENDS` has it. */
  readonly through: number;
  readonly ends: readonly number[];
  /** Of an ending: how it ends. */
  readonly ending: RunClass | undefined;
  /** Of one state: what differs from the state before it on the nearest way, in words. */
  readonly changed: readonly string[];
  /** What is chosen on the nearest way to it. */
  readonly way: readonly { readonly list: string; readonly step: string }[];
}

export interface LatticeEdge {
  readonly from: number;
  readonly to: number;
  /** Empty where several choices are one edge. */
  readonly list: string;
  readonly step: string;
  /** Share of all decided orderings that go this way. */
  readonly through: number;
}

export interface Lattice {
  readonly nodes: readonly LatticeNode[];
  readonly edges: readonly LatticeEdge[];
  /** Nodes of the present order, from the beginning on. */
  readonly path: readonly number[];
  /** States in all, and how many of them are drawn each for itself. */
  readonly states: number;
  readonly drawn: number;
  /** There was room for `MOST_DRAWN` of the states that were asked for: the nearest. */
  readonly capped: boolean;
  /** All orderings are decided; else shares are of those that were. */
  readonly complete: boolean;
}

/** States drawn each for itself at most. */
export const MOST_DRAWN = 2_000;
/** Of so many of them it is told what changes: to tell it they are run. */
const MOST_TOLD = 400;
/** States between two looks at the caller. */
const SLICE = 4_096;

/** A state on its nearest way from the beginning. Damage on the way tells states apart: the graph has it on its edges. */
interface State {
  readonly node: Node;
  readonly facts: number;
  depth: number;
  away: number;
  /** Ways of choosing that lead here. */
  ways: number;
  parent: State | undefined;
  step: number;
  /** On the present order, and one choice beside it. */
  on: boolean;
  beside: boolean;
}

/** Yields the number of states seen now and then. */
export function* lattice(graph: DecidedGraph, ordering: Ordering, each: Each, mostDrawn = MOST_DRAWN): Generator<number, Lattice> {
  const index = new States(graph);
  const states = yield* allStates(graph, ordering, index);
  const wanted = states.filter((state) => isEach(state, each));
  const drawn = new Set(wanted.sort((a, b) => a.away - b.away || a.depth - b.depth).slice(0, mostDrawn));
  const picture = new Picture(graph, ordering, drawn);
  for (const [i, state] of states.entries()) {
    picture.add(state);
    if (i % SLICE === 0) yield states.length;
  }
  for (const [i, state] of states.entries()) {
    for (const there of after(graph, state)) picture.connect(state, there, index.of(there));
    if (i % SLICE === 0) yield states.length;
  }
  return picture.lattice(states.length, wanted.length > mostDrawn);
}

function isEach(state: State, each: Each): boolean {
  if (state.node.world !== undefined) return false;
  if (state.on || each === 'run') return state.on;
  return each === 'beside' ? state.beside : state.away <= each;
}

/** Where a choice leads to. */
interface There {
  readonly node: Node;
  readonly facts: number;
  readonly step: number;
  /** Orders of steps that nobody chooses any more. */
  readonly freed: number;
}

/** To the next state that chooses, or to an ending. */
function follow(graph: DecidedGraph, facts: number, first: Edge): There {
  let edge = first;
  let damage = facts;
  let freed = 1;
  for (;;) {
    if (damage === 0 && graph.verdicts.damages(edge.facts)) damage = edge.facts;
    freed *= Number(factorial(edge.freed.length));
    const only = edge.to.edges[0];
    if (only?.step !== NO_STEP) return { node: edge.to, facts: damage, step: first.step, freed };
    edge = only;
  }
}

function after(graph: DecidedGraph, { node, facts }: State): readonly There[] {
  return node.edges.map((edge) => follow(graph, facts, edge));
}

/**
 * All states, each after those that lead to it, with its nearest way from the present order. How many choices lead to a state
 * depends on the way where a list has ceased to choose: it stands after the longest. Endings of one class are one.
 */
function* allStates(graph: DecidedGraph, ordering: Ordering, index: States): Generator<number, readonly State[]> {
  const present = graph.chosenOf(ordering);
  const first = graph.root.edges[0];
  const root = index.of(first?.step === NO_STEP ? follow(graph, 0, first) : { node: graph.root, facts: 0, step: NO_STEP, freed: 1 });
  Object.assign(root, { away: 0, on: true, ways: first?.step === NO_STEP ? Number(factorial(first.freed.length)) : 1 });
  const sorted = yield* sortedFrom(root, index);
  for (const [i, state] of sorted.entries()) {
    const next = present[state.node.list]?.find((step) => state.node.open.includes(step));
    for (const there of after(graph, state)) {
      const to = index.of(there);
      const along = there.step === next;
      const away = state.away + (along ? 0 : 1);
      to.ways += state.ways * there.freed;
      to.depth = Math.max(to.depth, state.depth + 1);
      if (away < to.away || (along && state.on)) Object.assign(to, { away, parent: state, step: there.step });
      to.on ||= along && state.on;
      to.beside ||= !along && state.on;
    }
    if (i % SLICE === 0) yield sorted.length;
  }
  const last = sorted.reduce((most, { depth }) => Math.max(most, depth), 0);
  for (const state of sorted) if (state.node.world !== undefined) state.depth = last;
  return sorted;
}

/** States by node and damage. */
class States {
  readonly #graph: DecidedGraph;
  readonly #known = [new Map<Node, State>(), new Map<Node, State>()] as const;
  readonly #endings = new Map<RunClass, State>();

  constructor(graph: DecidedGraph) {
    this.#graph = graph;
  }

  of({ node, facts }: Pick<There, 'node' | 'facts'>): State {
    const ending = endingOf(this.#graph, node, facts);
    const at = this.#known[facts === 0 ? 0 : 1];
    const known = ending === undefined ? at.get(node) : this.#endings.get(ending);
    if (known !== undefined) return known;
    const away = Number.POSITIVE_INFINITY;
    const state: State = { node, facts, depth: 0, away, ways: 0, parent: undefined, step: NO_STEP, on: false, beside: false };
    if (ending === undefined) at.set(node, state);
    else this.#endings.set(ending, state);
    return state;
  }

  after(state: State): readonly State[] {
    return state.node.edges.map((edge) => this.of(follow(this.#graph, state.facts, edge)));
  }
}

function endingOf(graph: DecidedGraph, node: Node, facts: number): RunClass | undefined {
  return node.world === undefined ? undefined : graph.verdicts.of(node.world, facts).class;
}

/** Each after all that lead to it. */
function* sortedFrom(root: State, index: States): Generator<number, readonly State[]> {
  const seen = new Set([root]);
  const done: State[] = [];
  const stack = [{ state: root, left: [...index.after(root)] }];
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const next = frame.left.pop();
    if (next === undefined) {
      done.push(frame.state);
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      stack.push({ state: next, left: [...index.after(next)] });
      if (seen.size % SLICE === 0) yield seen.size;
    }
  }
  return done.reverse();
}

function hopeOf(graph: DecidedGraph, { node, facts }: State): Hope {
  const outlook = graph.outlook(node, facts);
  const total = totalOf(outlook);
  if (total === 0) return 'undecided';
  const best = ENDS[bestOf(outlook)] as (typeof ENDS)[number];
  if (best !== 'sound') return best;
  return outlook[endOf('sound')] === total ? 'all-safe' : 'some-safe';
}

/** A node as it is put together. */
interface Drawing {
  /** The one nearest to the present order of those it stands for. */
  state: State;
  count: number;
  readonly hope: Hope;
  readonly single: boolean;
  /** Orderings through it by how they end, by place in `ENDS`. */
  readonly sums: Float64Array;
}

/** Nodes and edges as they are put together. */
class Picture {
  readonly #graph: DecidedGraph;
  readonly #drawn: ReadonlySet<State>;
  readonly #groups = new Map<string, number>();
  readonly #nodes: Drawing[] = [];
  readonly #ids = new Map<State, number>();
  readonly #edges = new Map<number, { readonly from: number; readonly to: number; list: number; step: number; through: number }>();
  readonly #total: number;
  readonly #replay: Replay;

  constructor(graph: DecidedGraph, ordering: Ordering, drawn: ReadonlySet<State>) {
    this.#graph = graph;
    this.#drawn = drawn;
    this.#total = Math.max(1, totalOf(graph.outlook(graph.root, 0)));
    this.#replay = new Replay(graph.program, ordering);
  }

  add(state: State): void {
    const { node, facts } = state;
    const ending = endingOf(this.#graph, node, facts);
    const hope = hopeOf(this.#graph, state);
    const single = this.#drawn.has(state) || ending !== undefined;
    const key = single ? '' : `${state.depth} ${hope}`;
    const known = single ? undefined : this.#groups.get(key);
    const id = known ?? this.#nodes.push({ state, count: 0, hope, single, sums: new Float64Array(ENDS.length) }) - 1;
    if (!single) this.#groups.set(key, id);
    this.#ids.set(state, id);
    const one = this.#nodes[id] as Drawing;
    one.count += 1;
    if (state.away < one.state.away) one.state = state;
    const outlook = this.#graph.outlook(node, facts);
    for (let i = 0; i < outlook.length; i += 1) one.sums[i] = (one.sums[i] as number) + state.ways * (outlook[i] as number);
  }

  connect(state: State, there: There, to: State): void {
    const [from, at] = [this.#ids.get(state) ?? -1, this.#ids.get(to) ?? -1];
    const through = (state.ways * there.freed * totalOf(this.#graph.outlook(there.node, there.facts))) / this.#total;
    const key = from * 0x1000000 + at;
    const known = this.#edges.get(key);
    if (known === undefined) {
      this.#edges.set(key, { from, to: at, list: state.node.list, step: there.step, through });
      return;
    }
    known.through += through;
    if (known.step !== there.step || known.list !== state.node.list) known.step = NO_STEP;
  }

  lattice(states: number, capped: boolean): Lattice {
    const { program } = this.#graph;
    const told = new Set([...this.#drawn].slice(0, MOST_TOLD));
    const nodes = this.#nodes.map(({ state, count, hope, single, sums }, id): LatticeNode => {
      const all = totalOf(sums);
      return {
        id,
        depth: state.depth,
        states: count,
        drawn: this.#drawn.has(state),
        away: state.away,
        hope,
        through: all / this.#total,
        ends: [...sums].map((sum) => (all === 0 ? 0 : sum / all)),
        ending: endingOf(this.#graph, state.node, state.facts),
        changed: single && told.has(state) ? this.#changed(state) : [],
        way: wayOf(program, state),
      };
    });
    const edges = [...this.#edges.values()].map(({ from, to, list, step, through }): LatticeEdge => {
      const def = program.lists[list];
      return { from, to, list: step < 0 ? '' : (def?.id ?? ''), step: def?.steps[step]?.id ?? '', through };
    });
    const path = this.#nodes
      .flatMap(({ state }, id) => (state.on ? [id] : []))
      .sort((a, b) => (nodes[a]?.depth ?? 0) - (nodes[b]?.depth ?? 0));
    return { nodes, edges, path, states, drawn: this.#drawn.size, capped, complete: this.#graph.complete };
  }

  #changed(state: State): readonly string[] {
    if (state.parent === undefined) return [];
    const before = new Set(this.#replay.wordsAfter(choicesOf(state.parent)));
    return this.#replay.wordsAfter(choicesOf(state)).filter((word) => !before.has(word));
  }
}

/** Choices on the nearest way to a state. */
function choicesOf(state: State): readonly (readonly [list: number, step: number])[] {
  const way: (readonly [number, number])[] = [];
  for (let at: State | undefined = state; at?.parent !== undefined; at = at.parent) way.unshift([at.parent.node.list, at.step]);
  return way;
}

function wayOf(program: Program, state: State): LatticeNode['way'] {
  return choicesOf(state).map(([list, step]) => ({
    list: program.lists[list]?.id ?? '',
    step: program.lists[list]?.steps[step]?.id ?? '',
  }));
}
