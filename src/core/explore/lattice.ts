/**
 * The lattice of joint states: what the machine can be in after so many steps, whatever the order that led there. States
 * with equal futures are one node with several parents, so that orders which do not matter run together again.
 *
 *     nodes: state -- the present order is one path through them
 *     edges: the step that a list does next
 *
 * Up to `MOST_STATES` all of it is decided, and every node knows the share of its completions that are safe. Beyond that
 * only the states nearest to the present order are looked at; shares are then left out where not all is known.
 */
import { classify, findingsOf } from '../emulator/audit/audit.ts';
import { assemble, conclude, nextThread, tick } from '../emulator/clockwork.ts';
import type { Machine } from '../emulator/machine.ts';
import type { Program } from '../emulator/program.ts';
import { top } from '../emulator/waking.ts';
import type { Ordering } from '../scenario/ordering.ts';
import type { RunClass } from '../trace/audit.ts';
import { StateKeys } from './state-key.ts';
import { stateWords } from './state-words.ts';

export interface LatticeNode {
  /** Index in `nodes`; the root is 0, and a parent comes before its children. */
  readonly id: number;
  /** Steps done on the nearest way to it. */
  readonly depth: number;
  /** Steps on that way that are not the next one of the present order. */
  readonly moves: number;
  /** What differs from the state before it on that way, in words. */
  readonly changed: readonly string[];
  /** Share of its completions that are safe, 0 to 1; undefined where not all of them are decided. */
  readonly safe: number | undefined;
  /** Of an ending: how it ends. */
  readonly ending: RunClass | undefined;
  /** Node before it on the nearest way, -1 for the root, and the step that leads here. */
  readonly parent: number;
  readonly list: string;
  readonly step: string;
  /** The list that chooses next; empty at an ending. */
  readonly chooses: string;
}

export interface LatticeEdge {
  readonly from: number;
  readonly to: number;
  readonly list: string;
  readonly step: string;
}

export interface Lattice {
  readonly nodes: readonly LatticeNode[];
  readonly edges: readonly LatticeEdge[];
  /** Distinct states found; `whole` tells whether these are all. */
  readonly states: number;
  readonly whole: boolean;
}

/** Distinct states that are decided at most: some seconds of work. */
const MOST_STATES = 30_000;
const MOST_NODES = 2_000;
/** States between two looks at the caller. */
const SLICE = 64;

const OPTIONS = { probes: true, workload: false, evidence: false, seed: 1 };

type Remaining = readonly (readonly number[])[];

interface State {
  readonly words: readonly string[];
  /** List that chooses, -1 at an ending. */
  readonly list: number;
  readonly edges: { readonly step: number; readonly to: State }[];
  readonly ending: RunClass | undefined;
  safe: bigint;
  total: bigint;
  /** All that can come of it is known. */
  known: boolean;
}

/** Yields the number of states now and then; returns the part of the lattice to be shown. */
export function* lattice(
  program: Program,
  ordering: Ordering,
  mostNodes = MOST_NODES,
  mostStates = MOST_STATES,
): Generator<number, Lattice> {
  const walk = new Walk(program, ordering);
  const root = yield* walk.decide(mostStates);
  if (root !== undefined) return select(walk, root, mostNodes, true);
  const near = new Walk(program, ordering);
  return select(near, yield* near.nearest(mostNodes), mostNodes, false);
}

class Walk {
  readonly program: Program;
  readonly ordering: Ordering;
  /** Steps by list in the present order, left-out ones gone. */
  readonly plan: readonly (readonly number[])[];
  readonly states = new Map<string, State>();
  readonly #keys: StateKeys;

  constructor(program: Program, ordering: Ordering) {
    this.program = program;
    this.ordering = ordering;
    this.plan = program.lists.map((list) =>
      (ordering.lists[list.id] ?? [])
        .filter((id) => !ordering.skipped.includes(`${list.id}/${id}`))
        .map((id) => list.indexOf.get(id) ?? -1)
        .filter((step) => step >= 0),
    );
    this.#keys = new StateKeys(program);
  }

  #begin(): { readonly machine: Machine; readonly remaining: Remaining } {
    const lists = Object.fromEntries(this.program.lists.map((list) => [list.id, []]));
    const machine = assemble(this.program, { ...this.ordering, lists }, OPTIONS, false);
    const remaining = this.plan.map((steps, list) => steps.filter((step) => this.program.lists[list]?.steps[step]?.pinned !== true));
    return { machine, remaining };
  }

  /** Depth first, each state once: everything that can come; undefined where there are too many states. */
  *decide(most: number): Generator<number, State | undefined> {
    const { machine, remaining } = this.#begin();
    const first = this.#arrive(machine, remaining);
    const stack = first.fresh ? [{ ...first, remaining, left: this.#openOf(first.state, remaining) }] : [];
    while (stack.length > 0) {
      const frame = stack[stack.length - 1] as (typeof stack)[number];
      const step = frame.left.pop();
      if (step === undefined) {
        settle(frame.state);
        stack.pop();
        continue;
      }
      const { machine: next, remaining: left } = choose(frame.machine, frame.remaining, frame.state.list, step, frame.left.length === 0);
      const there = this.#arrive(next, left);
      frame.state.edges.push({ step, to: there.state });
      if (this.states.size > most) return undefined;
      if (!there.fresh) continue;
      stack.push({ ...there, remaining: left, left: this.#openOf(there.state, left) });
      if (this.states.size % SLICE === 0) yield this.states.size;
    }
    return first.state;
  }

  /** Nearest first: states on the present order, then those one step beside it, and so on. */
  *nearest(most: number): Generator<number, State> {
    const { machine, remaining } = this.#begin();
    const first = this.#arrive(machine, remaining);
    const rings = [[{ ...first, remaining }]];
    for (let moves = 0; moves < rings.length; moves += 1) {
      const ring = rings[moves] ?? [];
      for (let frame = ring.pop(); frame !== undefined && this.states.size < most; frame = ring.pop()) {
        const open = this.#openOf(frame.state, frame.remaining);
        for (const [i, step] of open.entries()) {
          // What comes next in the present order stands last.
          const further = moves + (i === open.length - 1 ? 0 : 1);
          const { machine: next, remaining: left } = choose(frame.machine, frame.remaining, frame.state.list, step, i === open.length - 1);
          const there = this.#arrive(next, left);
          frame.state.edges.push({ step, to: there.state });
          if (there.fresh) (rings[further] ??= []).push({ ...there, remaining: left });
        }
        if (this.states.size % SLICE < open.length) yield this.states.size;
      }
    }
    return first.state;
  }

  /** Steps that can be chosen, the next one of the present order last. */
  #openOf(state: State, remaining: Remaining): number[] {
    return state.list < 0 ? [] : [...(remaining[state.list] ?? [])].reverse();
  }

  /** Lets the machine go on to its next choice or its end: a known state or a fresh one. */
  #arrive(machine: Machine, remaining: Remaining): { readonly state: State; readonly machine: Machine; readonly fresh: boolean } {
    const list = this.#toChoice(machine, remaining);
    if (list < 0) return { state: this.#end(machine, remaining), machine, fresh: false };
    const open = remaining.map((steps) => (steps.length === 0 ? undefined : steps));
    // The keys leave out what the search carries on its edges; here every fact tells states apart.
    const facts = new Set(machine.facts.map((fact) => `${fact.kind}/${fact.host}/${fact.device}/${fact.other}/${fact.errno}`));
    const key = `${this.#keys.of(machine, open, true)}|${[...facts].sort().join(',')}`;
    const known = this.states.get(key);
    if (known !== undefined) return { state: known, machine, fresh: false };
    const state: State = { words: stateWords(machine), list, edges: [], ending: undefined, safe: 0n, total: 0n, known: false };
    this.states.set(key, state);
    return { state, machine, fresh: true };
  }

  #end(machine: Machine, remaining: Remaining): State {
    conclude(machine);
    const ending = classify(machine, findingsOf(machine), false);
    const ways = remaining.reduce((product, steps) => product * factorial(steps.length), 1n);
    const key = `end ${ending} ${ways}`;
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const safe = ending === 'sound' || ending === 'equivalent' ? ways : 0n;
    const state: State = { words: [], list: -1, edges: [], ending, safe, total: ways, known: true };
    this.states.set(key, state);
    return state;
  }

  /** The list that needs a step, or -1 when the run is over. Pinned steps choose themselves. */
  #toChoice(machine: Machine, remaining: Remaining): number {
    for (;;) {
      const index = nextThread(machine);
      const thread = machine.threads[index];
      const idle = thread !== undefined && thread.background < 0 && !thread.recovering && top(thread) === undefined;
      if (idle && thread.position >= thread.order.length) {
        const listed = this.plan[index]?.[thread.order.length];
        const pinned = listed !== undefined && this.program.lists[index]?.steps[listed]?.pinned === true;
        if (pinned) thread.order = [...thread.order, listed];
        else if (listed !== undefined && (remaining[index]?.length ?? 0) > 0) return index;
      }
      if (!tick(machine)) return -1;
    }
  }
}

/** The machine with one more step to do; the last choice uses the machine itself up. */
function choose(machine: Machine, remaining: Remaining, list: number, step: number, last: boolean) {
  const next = last ? machine : machine.fork();
  const thread = next.threads[list];
  if (thread !== undefined) thread.order = [...thread.order, step];
  return { machine: next, remaining: remaining.map((steps, i) => (i === list ? steps.filter((one) => one !== step) : steps)) };
}

/** With all edges known: what can come is what can come of them. */
function settle(state: State): void {
  for (const { to } of state.edges) {
    state.safe += to.safe;
    state.total += to.total;
  }
  state.known = true;
}

function factorial(n: number): bigint {
  return n < 2 ? 1n : BigInt(n) * factorial(n - 1);
}

/** A state to be taken up, on its way from the node before it. */
interface Coming {
  readonly state: State;
  readonly depth: number;
  readonly parent: number;
  readonly step: number;
}

/** The nodes nearest to the present order, with the edges between them. */
function select(walk: Walk, root: State, most: number, whole: boolean): Lattice {
  const ids = new Map<State, number>();
  const nodes: LatticeNode[] = [];
  const states: State[] = [];
  const rings: Coming[][] = [[{ state: root, depth: 0, parent: -1, step: -1 }]];
  for (let moves = 0; moves < rings.length; moves += 1) {
    const ring = rings[moves] ?? [];
    for (let at = ring.pop(); at !== undefined && nodes.length < most; at = ring.pop()) {
      if (ids.has(at.state)) continue;
      const id = nodes.length;
      ids.set(at.state, id);
      states.push(at.state);
      nodes.push(nodeOf(walk, at, id, moves, states[at.parent]));
      const place = (step: number) => walk.plan[at.state.list]?.indexOf(step) ?? 0;
      const edges = at.state.edges.toSorted((a, b) => place(b.step) - place(a.step));
      edges.forEach(({ step, to }, i) => {
        // What the present order does next stands last and costs nothing.
        const further = moves + (i === edges.length - 1 ? 0 : 1);
        (rings[further] ??= []).push({ state: to, depth: at.depth + 1, parent: id, step });
      });
    }
  }
  const edges = states.flatMap((state, from) =>
    state.edges.flatMap(({ step, to }): readonly LatticeEdge[] => {
      const there = ids.get(to);
      return there === undefined ? [] : [{ from, to: there, ...stepOf(walk.program, state.list, step) }];
    }),
  );
  return { nodes, edges, states: walk.states.size, whole };
}

function nodeOf(walk: Walk, { state, depth, parent, step }: Coming, id: number, moves: number, before: State | undefined): LatticeNode {
  const known = new Set(before?.words);
  return {
    id,
    depth,
    moves,
    changed: before === undefined ? [] : state.words.filter((word) => !known.has(word)),
    safe: state.known && state.total > 0n ? Number((state.safe * 10_000n) / state.total) / 10_000 : undefined,
    ending: state.ending,
    parent,
    ...stepOf(walk.program, before?.list ?? -1, step),
    chooses: walk.program.lists[state.list]?.id ?? '',
  };
}

function stepOf(program: Program, list: number, step: number): { readonly list: string; readonly step: string } {
  const def = program.lists[list];
  return { list: def?.id ?? '', step: def?.steps[step]?.id ?? '' };
}
