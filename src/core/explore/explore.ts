/**
 * Decides every ordering of the movable steps by emulation, with probes and without the timed workload. A thread's next
 * step is chosen when it needs one, depth first: prefixes are shared, equal states are merged (state-key.ts), and a list
 * that can choose no more (it gave up, or all is chosen) leaves what remains of it in any order.
 *
 *     for (const progress of search(program, limits)) report(progress);   // the last one is the answer
 */
import { conclude } from '../emulator/clockwork.ts';
import type { Machine } from '../emulator/machine.ts';
import type { Program } from '../emulator/program.ts';
import { orderingOf } from '../scenario/ordering.ts';
import type { RunClass } from '../trace/audit.ts';
import { Course, choose, priceOf } from './course.ts';
import { classesOf, type Ending, endingsOf } from './endings.ts';
import { type Batch, Exchange, type Listener } from './exchange.ts';
import {
  EDGE_BYTES,
  type Edge,
  edgeTo,
  factorial,
  inner,
  leaf,
  NO_NAME,
  NO_STEP,
  NODE_BYTES,
  NONE_FREED,
  type Node,
  pairsOf,
  TALLY_BYTES,
  tallied,
  type Way,
} from './graph.ts';
import { orderingsOf, tooLarge } from './orderings.ts';
import { ended } from './probe.ts';
import type { Sampled } from './sample.ts';
import { StateKeys } from './state-key.ts';
import type { Open } from './to-come.ts';
import { isSafe, Verdicts, type World } from './verdicts.ts';

/** Beyond them a search ends, and its answer says that it is not complete, and why. */
export interface Limits {
  /** Distinct states. */
  readonly states: number;
  /** Bytes of keys and graph, as `bytes` of the searchers counts them. */
  readonly bytes: number;
}

/** A process that holds so many bytes of a search stays below 1 GiB with what the emulator leaves between two collections. */
export const DEFAULT_LIMITS: Limits = { states: Number.POSITIVE_INFINITY, bytes: 600 * 2 ** 20 };

/** The limit that a search has come to; empty while it is within them. */
export function beyond(limits: Limits, { states, bytes }: { readonly states: number; readonly bytes: number }): Stopped | '' {
  if (bytes > limits.bytes) return 'memory';
  return states > limits.states ? 'states' : '';
}

/** Why a search ended before all was decided. */
export type Stopped = 'memory' | 'states';

/** One part of a search: of the branches two choices deep, every `of`th beginning with `index` (from 0). */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Choices at which a search is divided. */
const SHARD_DEPTH = 2;

export interface Progress {
  readonly states: number;
  readonly merged: number;
  /** Orderings decided so far. */
  readonly decided: bigint;
}

export interface Decided {
  readonly endings: readonly Ending[];
  /** Pairs `list/a/b`: some safe ordering has step a before step b. */
  readonly pairs: ReadonlySet<string>;
  /** Every ordering as a way from its root (graph.ts, decided-graph.ts); parts that were joined have no graph to ask. */
  readonly graph: { readonly root: Node; readonly verdicts: Verdicts } | undefined;
  readonly states: number;
  readonly merged: number;
  /** Steps of each list that are permuted, in the order listed. */
  readonly movable: readonly (readonly number[])[];
  readonly complete: boolean;
  /** The limit that was hit. */
  readonly stopped?: Stopped;
  /** Not searched but drawn at random (sample.ts). */
  readonly sampled?: Sampled;
}

/** Branches between two looks at the caller. */
const SLICE = 512;

/** Which of several searchers that share what they solve this is: each takes the branches in an order of its own. */
export interface Place {
  readonly shard?: Shard | undefined;
  /** From 0: the first takes them as listed, and gives the answer. */
  readonly searcher?: number;
}

export class TooManyStates extends Error {}

export function* search(program: Program, limits: Limits = DEFAULT_LIMITS, shard?: Shard): Generator<Progress, Decided> {
  const problem = tooLarge(program);
  if (problem !== '') throw new TooManyStates(problem);
  const searcher = new Searcher(program, { shard });
  while (searcher.advance(SLICE)) {
    // What is decided so far is an answer too: it says that it is not complete.
    const stopped = beyond(limits, searcher);
    if (stopped !== '') return { ...searcher.decided(), stopped };
    yield searcher.progress();
  }
  return searcher.decided();
}

/** A node whose edges are being found. */
interface Frame {
  readonly node: Node;
  /** Its number; -1 for the root and where a search is divided. */
  readonly state: number;
  /** Stands before the choice. The last branch uses it up. */
  readonly machine: Machine;
  /** What each list may still choose. */
  readonly open: Open;
  /** What its edges choose, last first. */
  readonly left: number[];
  /** Choices made before it. */
  readonly depth: number;
  /** The edge that leads to it. */
  readonly by: Way;
  /** Orderings that came the same way, since lists that ceased to choose left steps in any order. */
  readonly weight: bigint;
  /** Below the depth at which a search is divided: all of it belongs to this part. */
  readonly mine: boolean;
}

/** A search that goes on by slices: `advance` until it answers false, then `decided`. */
export class Searcher {
  readonly #course: Course;
  /** By number of the state. */
  readonly #known: (Node | undefined)[] = [];
  readonly #leaves = new Map<World, Node>();
  readonly #verdicts: Verdicts;
  readonly #keys: StateKeys;
  readonly #shard: Shard | undefined;
  /** Branches met at the depth where the search is divided. */
  #unit = 0;
  readonly #stack: Frame[] = [];
  readonly #root = inner(-1, []);
  #merged = 0;
  /** Of the nodes that are complete. */
  #edges = 0;
  #tallies = 0;
  readonly #searcher: number;
  readonly #exchange: Exchange;
  /** Solved, and not told yet. */
  #untold: number[] = [];

  constructor(program: Program, { shard, searcher = 0 }: Place = {}) {
    this.#course = new Course(program);
    this.#shard = shard;
    this.#searcher = searcher;
    this.#keys = new StateKeys(program);
    const { machine, open } = this.#course.begin();
    this.#verdicts = new Verdicts(machine.fork(), ended(program, program.scenario.reference ?? orderingOf(program.scenario)));
    this.#exchange = new Exchange(searcher, this.#keys, this.#verdicts);
    const by = { step: NO_STEP, freed: NONE_FREED, freedOf: -1, downtimeNanos: 0, bytes: 0, facts: 0 };
    this.#stack.push({ node: this.#root, state: -1, machine, open, left: [NO_STEP], depth: 0, by, weight: 1n, mine: shard === undefined });
  }

  get states(): number {
    return this.#known.length;
  }

  /** Bytes held: keys, and what is found of the graph. */
  get bytes(): number {
    return this.keyBytes + this.#edges * EDGE_BYTES + this.#tallies * TALLY_BYTES;
  }

  /** Of those, what a searcher holds that need not give the answer. */
  get keyBytes(): number {
    return this.#keys.bytes + this.states * NODE_BYTES;
  }

  /** Goes on for so many branches; false when nothing is left to do. */
  advance(branches: number): boolean {
    for (let i = 0; i < branches; i += 1) {
      const frame = this.#stack[this.#stack.length - 1];
      if (frame === undefined) return false;
      this.#branch(frame);
    }
    return true;
  }

  progress(): Progress {
    const decided = this.#stack.reduce((sum, { open, node, weight }) => {
      const each = (weight * orderingsOf(open)) / BigInt(Math.max(1, node.open.length));
      return sum + each * BigInt(node.edges.length);
    }, 0n);
    return { states: this.states, merged: this.#merged, decided };
  }

  /** Orderings decided so far by class, `equivalent` among `sound`; decimal strings. */
  byClass(): { readonly [one in RunClass]?: string } {
    return classesOf(this.#stack.length === 0 ? this.#root : this.#partial(), this.#verdicts);
  }

  /** The answer as far as it has come. */
  decided(): Decided {
    const complete = this.#stack.length === 0;
    const root = complete ? this.#root : this.#partial();
    const verdicts = this.#verdicts;
    const safe = (world: World) => isSafe(verdicts.of(world, 0));
    return {
      endings: endingsOf(root, verdicts),
      pairs: pairsOf(root, verdicts.facts, safe, (facts) => verdicts.damages(facts)),
      graph: { root, verdicts },
      states: this.states,
      merged: this.#merged,
      movable: this.#course.movable,
      complete,
    };
  }

  /** The graph as far as it is known: from the node under way up to the root, with what is below their edges so far. */
  #partial(): Node {
    let below: Edge | undefined;
    for (const { node, by } of this.#stack.toReversed()) {
      const edges = below === undefined ? node.edges : [...node.edges, below];
      below = { ...by, to: { ...node, edges, tallies: undefined } };
    }
    return below?.to ?? this.#root;
  }

  /** One edge of the frame's node; or, with all its edges known, the node is complete. */
  #branch(frame: Frame): void {
    const { node, open, left } = frame;
    const step = left.pop();
    if (step === undefined) {
      this.#complete(frame);
      return;
    }
    const machine = left.length > 0 ? frame.machine.fork() : frame.machine;
    if (step === NO_STEP) {
      this.#arrive(frame, machine, open, step);
      return;
    }
    this.#arrive(frame, machine, choose(machine, open, node.list, step), step);
  }

  /** Lets the machine go on to its next stop: a state that is known, one that is new, or the end. */
  #arrive(from: Frame, machine: Machine, chosen: Open, step: number): void {
    const before = priceOf(machine);
    const stop = this.#course.toStop(machine, chosen);
    const depth = step === NO_STEP ? from.depth : from.depth + 1;
    const dividing = !from.mine && stop.what === 'choice' && depth < SHARD_DEPTH;
    if (!from.mine && !dividing && !this.#mine()) return;
    const after = priceOf(machine);
    if (stop.what === 'over') conclude(machine);
    const by: Way = {
      step,
      freed: stop.what === 'closed' ? (chosen[stop.list] ?? NONE_FREED) : NONE_FREED,
      freedOf: stop.what === 'over' ? -1 : stop.list,
      downtimeNanos: after.downtimeNanos - before.downtimeNanos,
      bytes: after.bytes - before.bytes,
      facts: this.#verdicts.take(machine),
    };
    if (stop.what === 'over') {
      from.node.edges.push(edgeTo(this.#leaf(this.#verdicts.world(machine)), by));
      return;
    }
    const open = stop.what === 'closed' ? chosen.with(stop.list, undefined) : chosen;
    const state = dividing ? -1 : this.#keys.of(machine, open, stop.what === 'choice');
    const known = this.#known[state];
    if (known !== undefined) {
      this.#merged += 1;
      from.node.edges.push(edgeTo(known, by));
      return;
    }
    const node = stop.what === 'closed' ? inner(stop.list, []) : inner(stop.list, open[stop.list] ?? []);
    if (!dividing) this.#known[state] = node;
    const left = stop.what === 'closed' ? [NO_STEP] : lastFirst(node.open, this.#searcher);
    const weight = from.weight * factorial(by.freed.length);
    this.#stack.push({ node, state, machine, open, left, depth, by, weight, mine: !dividing });
  }

  #complete({ node, state, by }: Frame): void {
    if (this.#searcher > 0) node.edges.sort((a, b) => node.open.indexOf(a.step) - node.open.indexOf(b.step));
    this.#count(node);
    // What was solved elsewhere meanwhile has been told.
    if (state >= 0 && node.name === NO_NAME) this.#untold.push(state);
    this.#stack.pop();
    this.#stack[this.#stack.length - 1]?.node.edges.push(edgeTo(node, by));
  }

  /** Tallies are found as nodes are completed: at the end nothing is left that takes time, or memory that nobody has counted. */
  #count(node: Node): void {
    if (this.#searcher > 0) return;
    this.#edges += node.edges.length;
    this.#tallies += tallied(node, this.#verdicts.facts).length;
  }

  /** States solved and not told yet. */
  get untold(): number {
    return this.#untold.length;
  }

  /** What was solved since the last batch. */
  tell(): Batch {
    const solved = this.#untold;
    this.#untold = [];
    const batch = this.#exchange.tell(solved, (state) => this.#known[state] as Node);
    // The first searcher alone asks for edges again.
    if (this.#searcher > 0) for (const state of solved) this.#known[state]?.edges.splice(0);
    return batch;
  }

  /** Takes over what another has solved: it need not be walked here. */
  hear(batch: Batch): void {
    this.#exchange.hear(batch, this.#listener);
  }

  readonly #listener: Listener = {
    ending: (world) => this.#leaf(this.#verdicts.known(world)),
    adopt: (state, list, edges) => {
      const known = this.#known[state];
      const frame = known === undefined ? -1 : this.#stack.findIndex((one) => one.node === known);
      if (known !== undefined && frame < 0) return known;
      const found = this.#searcher === 0 ? edges() : [];
      // What is chosen there is what its edges choose, in the order listed.
      const node = known ?? inner(list, found[0]?.step === NO_STEP ? [] : found.map((edge) => edge.step));
      this.#known[state] = node;
      node.edges.splice(0, node.edges.length, ...found);
      if (frame >= 0) this.#drop(frame);
      else this.#count(node);
      return node;
    },
  };

  /** The node of a frame was solved elsewhere: what is under way below it need not be. */
  #drop(frame: number): void {
    for (const { state } of this.#stack.splice(frame + 1)) if (state >= 0) this.#known[state] = undefined;
    this.#stack[frame]?.left.splice(0);
  }

  /** Whether the next branch at the dividing depth belongs to this part. */
  #mine(): boolean {
    const unit = this.#unit++;
    return this.#shard === undefined || unit % this.#shard.of === this.#shard.index;
  }

  #leaf(world: World): Node {
    const node = this.#leaves.get(world) ?? leaf(world);
    this.#leaves.set(world, node);
    return node;
  }
}

/** Branches in the order of a searcher, last first: as listed, the other way round, then turned by some. */
function lastFirst(open: readonly number[], searcher: number): number[] {
  if (searcher === 0) return open.toReversed();
  const turn = open.length === 0 ? 0 : (searcher >> 1) % open.length;
  return [...open.slice(turn), ...open.slice(0, turn)];
}
