/**
 * The graph that a search makes: states as nodes, choices as edges, endings at its leaves. Every ordering is one path from
 * the root; equal states are one node, so the graph is small where the orderings are many.
 *
 * Prices and established facts lie on the edges, so that nodes can be shared by orderings that came to them at different
 * prices and with different facts. What can come of a node is a list of TALLIES: endings by world, further facts and further
 * price, each with the number of orderings that reach it.
 */
import type { FactSets } from './facts.ts';
import type { Verdict, Verdicts, World } from './verdicts.ts';

/** A step of a list: indices of the program. */
export type Choice = readonly [list: number, step: number];

/** How one state leads to the next. */
export interface Way {
  /** Step that is chosen; -1 where nothing is: the run goes on by itself. */
  readonly step: number;
  /** Steps of the list `freedOf` that has ceased to choose: any order of them is as good as any other. */
  readonly freed: readonly number[];
  readonly freedOf: number;
  /** Price on the way, and the number of the set of facts (facts.ts). */
  readonly downtimeNanos: number;
  readonly bytes: number;
  readonly facts: number;
}

export interface Edge extends Way {
  readonly to: Node;
}

/** Written out: a spread with one more field is a slow copy, and a search makes an edge for each of its branches. */
export function edgeTo(to: Node, { step, freed, freedOf, downtimeNanos, bytes, facts }: Way): Edge {
  return { step, freed, freedOf, downtimeNanos, bytes, facts, to };
}

export interface Node {
  /** List that chooses next; -1 where none does. */
  readonly list: number;
  /** Steps of that list that are not chosen yet, in the order listed. */
  readonly open: readonly number[];
  /** In the order of `open`; while the search is here some may be missing. */
  readonly edges: Edge[];
  /** Of an ending. */
  readonly world: World | undefined;
  /** Undefined until they are asked for (`tallied`). */
  tallies: readonly Tally[] | undefined;
  /** What searchers call it among themselves (exchange.ts). */
  name: number;
}

export const NO_NAME = -1;

/** What is still to come from a node on: the ending's world, and facts and price on the way there. */
export interface Tally {
  readonly world: World;
  readonly facts: number;
  readonly downtimeNanos: number;
  readonly bytes: number;
  readonly count: bigint;
}

/**
 * Bytes that these take on a heap of 64-bit pointers, lists and numbers of their own included. Measured as what is left after a full
 * collection, over v2-twelve-steps, v2-qemu-10 and parts of them: within a fifth (memory.test.ts).
 */
export const NODE_BYTES = 390;
export const EDGE_BYTES = 125;
export const TALLY_BYTES = 125;

export const NO_STEP = -1;
export const NONE_FREED: readonly number[] = [];

export function leaf(world: World): Node {
  const tallies = [{ world, facts: 0, downtimeNanos: 0, bytes: 0, count: 1n }];
  return { list: -1, open: [], edges: [], world, tallies, name: NO_NAME };
}

export function inner(list: number, open: readonly number[]): Node {
  return { list, open, edges: [], world: undefined, tallies: undefined, name: NO_NAME };
}

/** The tallies of a node, which is not to be added to any more; each node's are found once. */
export function tallied(node: Node, facts: FactSets): readonly Tally[] {
  node.tallies ??= talliesOf(node.edges, facts);
  return node.tallies;
}

/** From those of the nodes that the edges lead to. */
function talliesOf(edges: readonly Edge[], facts: FactSets): readonly Tally[] {
  const sums: (Tally & { count: bigint })[] = [];
  const places = edges.length > 1 ? new Map<number, number[]>() : undefined;
  for (const edge of edges) {
    const ways = edge.freed.length < 2 ? 1n : factorial(edge.freed.length);
    for (const tally of tallied(edge.to, facts)) {
      const moved = {
        world: tally.world,
        facts: facts.union(tally.facts, edge.facts),
        downtimeNanos: tally.downtimeNanos + edge.downtimeNanos,
        bytes: tally.bytes + edge.bytes,
        count: ways === 1n ? tally.count : tally.count * ways,
      };
      if (places === undefined) sums.push(moved);
      else add(sums, places, moved);
    }
  }
  return sums;
}

/** `places`: where tallies of one downtime stand. */
function add(sums: { count: bigint }[] & (Tally & { count: bigint })[], places: Map<number, number[]>, tally: Tally): void {
  const same = places.get(tally.downtimeNanos);
  for (const place of same ?? []) {
    const one = sums[place] as Tally & { count: bigint };
    if (one.world !== tally.world || one.facts !== tally.facts || one.bytes !== tally.bytes) continue;
    one.count += tally.count;
    return;
  }
  if (same === undefined) places.set(tally.downtimeNanos, [sums.length]);
  else same.push(sums.length);
  sums.push(tally);
}

export interface Found {
  readonly verdict: Verdict;
  readonly downtimeNanos: number;
  readonly bytes: number;
}

/** Verdict and price of one ordering, given as what each list chooses in turn; undefined where it is not decided. */
export function lookUp(root: Node, chosen: readonly (readonly number[])[], verdicts: Verdicts): Found | undefined {
  const at = chosen.map(() => 0);
  let node = root;
  let [downtimeNanos, bytes, facts] = [0, 0, 0];
  while (node.world === undefined) {
    const place = at[node.list] ?? 0;
    const step = chosen[node.list]?.[place];
    const edge = node.edges.find((one) => one.step === NO_STEP || one.step === step);
    if (edge === undefined) return undefined;
    if (edge.step !== NO_STEP) at[node.list] = place + 1;
    downtimeNanos += edge.downtimeNanos;
    bytes += edge.bytes;
    facts = verdicts.facts.union(facts, edge.facts);
    node = edge.to;
  }
  return { verdict: verdicts.of(node.world, facts), downtimeNanos, bytes };
}

/** One way to an ending: the first in the order in which the steps are listed. */
export function wayTo(root: Node, ending: Tally, facts: FactSets): readonly Choice[] {
  const way: Choice[] = [];
  let node = root;
  let { downtimeNanos, bytes } = ending;
  let sofar = 0;
  while (node.world === undefined) {
    const edge = node.edges.find((one) =>
      tallied(one.to, facts).some(
        (tally) =>
          tally.world === ending.world &&
          tally.downtimeNanos === downtimeNanos - one.downtimeNanos &&
          tally.bytes === bytes - one.bytes &&
          facts.union(facts.union(sofar, one.facts), tally.facts) === ending.facts,
      ),
    );
    if (edge === undefined) return way;
    if (edge.step !== NO_STEP) way.push([node.list, edge.step]);
    way.push(...edge.freed.map((step): Choice => [edge.freedOf, step]));
    downtimeNanos -= edge.downtimeNanos;
    bytes -= edge.bytes;
    sofar = facts.union(sofar, edge.facts);
    node = edge.to;
  }
  return way;
}

/** Pairs `list/a/b`: some safe ordering has step a before step b. */
export function pairsOf(
  root: Node,
  facts: FactSets,
  isSafeEnding: (world: World) => boolean,
  damages: (facts: number) => boolean,
): ReadonlySet<string> {
  const pairs = new Set<string>();
  const safe = new Map<Node, boolean>();
  const isSafe = (node: Node): boolean => {
    const known = safe.get(node);
    if (known !== undefined) return known;
    const found = tallied(node, facts).some((tally) => isSafeEnding(tally.world) && !damages(tally.facts));
    safe.set(node, found);
    return found;
  };
  const seen = new Set([root]);
  // Goes on to what is added on the way.
  for (const node of seen) {
    for (const edge of node.edges) {
      if (damages(edge.facts) || !isSafe(edge.to)) continue;
      seen.add(edge.to);
      for (const b of node.open) if (edge.step !== b) pairs.add(`${node.list}/${edge.step}/${b}`);
      for (const a of edge.freed) for (const b of edge.freed) if (a !== b) pairs.add(`${edge.freedOf}/${a}/${b}`);
    }
  }
  return pairs;
}

export function factorial(n: number): bigint {
  let product = 1n;
  for (let i = 2; i <= n; i += 1) product *= BigInt(i);
  return product;
}
