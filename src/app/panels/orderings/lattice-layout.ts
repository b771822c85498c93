/**
 * Where the states of a lattice stand. Columns are steps done; in a column the state of the present order is at the top, and
 * the further down the more steps it is away. Pixels of the drawing, not of the screen.
 */
import type { Lattice, LatticeEdge, LatticeNode } from '../../../core/explore/lattice.ts';
import type { Ordering } from '../../../core/scenario/ordering.ts';
import type { Scenario } from '../../../core/scenario/scenario.ts';

export interface PlacedNode extends LatticeNode {
  /** Steps that are not the next one of the present order, on the nearest way to it. */
  readonly away: number;
  readonly x: number;
  readonly y: number;
}

/** An edge, or two orders of two steps that come to the same: one thick edge. */
export interface PlacedEdge extends LatticeEdge {
  readonly also: string;
}

export interface Placed {
  readonly nodes: readonly PlacedNode[];
  readonly byId: ReadonlyMap<number, PlacedNode>;
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
  /** Room for a state's words. */
  readonly column: number;
  readonly row: number;
  readonly folded: number;
}

/** Below the first row, the path's, there is room for what changes along it. */
const PAD = { left: 16, top: 42, bottom: 14, path: 10 };
const LEAST_COLUMN = 118;
/** Rows are as high as a line of text where that fits, and never lower than a mark. */
const ROW = { most: 24, least: 9, room: 1_400 };

/** Nodes on the path of an ordering, from the root as far as the lattice goes. */
export function pathOf(lattice: Lattice, scenario: Scenario, ordering: Ordering): readonly number[] {
  const edges = new Map(lattice.edges.map((edge) => [`${edge.from} ${edge.step}`, edge.to]));
  const next = new Map(
    Object.entries(ordering.lists).map(([list, ids]) => [list, ids.filter((id) => isFree(scenario, ordering, list, id))]),
  );
  const path = [0];
  for (let node = lattice.nodes[0]; node !== undefined && node.ending === undefined; ) {
    const step = next.get(node.chooses)?.shift();
    const to = step === undefined ? undefined : edges.get(`${node.id} ${step}`);
    if (to === undefined) break;
    path.push(to);
    node = lattice.nodes[to];
  }
  return path;
}

function isFree(scenario: Scenario, ordering: Ordering, list: string, id: string): boolean {
  return scenario.steps[list]?.find((step) => step.id === id)?.pinned !== true && !ordering.skipped.includes(`${list}/${id}`);
}

/** The present order, led through a node: what the node's way has done first, then the rest as it was. */
export function orderingThrough(lattice: Lattice, id: number, scenario: Scenario, ordering: Ordering): Ordering {
  const done = new Map<string, string[]>();
  for (let node = lattice.nodes[id]; node !== undefined && node.parent >= 0; node = lattice.nodes[node.parent])
    done.set(node.list, [node.step, ...(done.get(node.list) ?? [])]);
  const lists = Object.fromEntries(
    Object.entries(ordering.lists).map(([list, ids]) => {
      const first = done.get(list) ?? [];
      const order = [...first, ...ids.filter((one) => isFree(scenario, ordering, list, one) && !first.includes(one))];
      return [list, ids.map((one) => (isFree(scenario, ordering, list, one) ? (order.shift() ?? one) : one))] as const;
    }),
  );
  return { ...ordering, lists };
}

/** How far each node is from the present order: the order may have moved since the lattice was made. */
export function distances(lattice: Lattice, scenario: Scenario, ordering: Ordering): readonly number[] {
  const done: ReadonlySet<string>[] = [];
  for (const node of lattice.nodes) done.push(node.parent < 0 ? new Set() : new Set(done[node.parent]).add(`${node.list}/${node.step}`));
  const out = new Map<number, LatticeEdge[]>();
  for (const edge of lattice.edges) out.set(edge.from, [...(out.get(edge.from) ?? []), edge]);
  const away: number[] = lattice.nodes.map(() => Number.POSITIVE_INFINITY);
  const rings: number[][] = [[0]];
  for (let moves = 0; moves < rings.length; moves += 1) {
    // A ring that nothing leads to is empty: no way costs just that many moves.
    for (let id = rings[moves]?.pop(); id !== undefined; id = rings[moves]?.pop()) {
      if ((away[id] ?? 0) <= moves) continue;
      away[id] = moves;
      const { chooses } = lattice.nodes[id] as LatticeNode;
      const next = ordering.lists[chooses]?.find(
        (one) => isFree(scenario, ordering, chooses, one) && done[id]?.has(`${chooses}/${one}`) !== true,
      );
      for (const edge of out.get(id) ?? []) (rings[moves + (edge.step === next ? 0 : 1)] ??= []).push(edge.to);
    }
  }
  return away;
}

/** What lies within so many moves of the present order, and where it stands. */
export function place(all: Lattice, path: readonly number[], away: readonly number[], within: number, room: number): Placed {
  const onPath = new Set(path);
  const near = (id: number) => onPath.has(id) || (away[id] ?? 0) <= within;
  const lattice = {
    ...all,
    nodes: all.nodes.filter((node) => near(node.id)),
    edges: all.edges.filter((edge) => near(edge.from) && near(edge.to)),
  };
  const { edges, gone } = folded(lattice, onPath);
  const columns = columnsOf(lattice, gone);
  const tallest = Math.max(1, ...columns.map((column) => column.length));
  const column = Math.max(LEAST_COLUMN, (room - PAD.left) / Math.max(1, columns.length));
  const row = Math.max(ROW.least, Math.min(ROW.most, ROW.room / tallest));
  const y = new Map<number, number>();
  const parents = new Map<number, number[]>();
  for (const edge of edges) parents.set(edge.to, [...(parents.get(edge.to) ?? []), edge.from]);
  const nodes = columns.flatMap((ids, depth) => {
    const middle = (id: number) => mean((parents.get(id) ?? []).map((one) => y.get(one) ?? 0));
    const weight = (id: number) => (onPath.has(id) ? -1 : 0);
    const awayOf = (id: number) => away[id] ?? 0;
    const sorted = ids
      .map((node) => ({ node, at: middle(node.id) }))
      .sort(
        (a, b) => weight(a.node.id) - weight(b.node.id) || awayOf(a.node.id) - awayOf(b.node.id) || a.at - b.at || a.node.id - b.node.id,
      );
    return sorted.map(({ node }, i): PlacedNode => {
      const at = PAD.top + (i === 0 ? 0 : PAD.path) + i * row;
      y.set(node.id, at);
      return { ...node, away: awayOf(node.id), x: PAD.left + depth * column, y: at };
    });
  });
  return {
    nodes,
    byId: new Map(nodes.map((node) => [node.id, node])),
    edges,
    width: PAD.left + columns.length * column,
    height: PAD.top + PAD.path + tallest * row + PAD.bottom,
    column,
    row,
    folded: gone.size / 2,
  };
}

/** By steps done; endings in the last column of all. */
function columnsOf(lattice: Lattice, gone: ReadonlySet<number>): readonly (readonly LatticeNode[])[] {
  const last = Math.max(...lattice.nodes.map((node) => node.depth));
  const columns: LatticeNode[][] = Array.from({ length: last + 1 }, () => []);
  for (const node of lattice.nodes) if (!gone.has(node.id)) columns[node.ending === undefined ? node.depth : last]?.push(node);
  return columns;
}

/** Diamonds whose two sides lead nowhere else and are not on the path become one thick edge. */
function folded(
  lattice: Lattice,
  onPath: ReadonlySet<number>,
): { readonly edges: readonly PlacedEdge[]; readonly gone: ReadonlySet<number> } {
  const into = new Map<number, LatticeEdge[]>();
  const from = new Map<number, LatticeEdge[]>();
  for (const edge of lattice.edges) {
    into.set(edge.to, [...(into.get(edge.to) ?? []), edge]);
    from.set(edge.from, [...(from.get(edge.from) ?? []), edge]);
  }
  const gone = new Set<number>();
  const thick: PlacedEdge[] = [];
  const sides = new Map<string, LatticeNode>();
  for (const node of lattice.nodes) {
    const [a, ...moreIn] = into.get(node.id) ?? [];
    const [b, ...moreOut] = from.get(node.id) ?? [];
    if (a === undefined || b === undefined || moreIn.length > 0 || moreOut.length > 0 || onPath.has(node.id)) continue;
    const key = `${a.from} ${b.to} ${[a.step, b.step].sort().join(' ')}`;
    const twin = sides.get(key);
    if (twin === undefined) {
      sides.set(key, node);
      continue;
    }
    gone.add(node.id);
    gone.add(twin.id);
    thick.push({ from: a.from, to: b.to, list: a.list, step: a.step, also: b.step });
  }
  const thin = lattice.edges.filter((edge) => !gone.has(edge.from) && !gone.has(edge.to)).map((edge) => ({ ...edge, also: '' }));
  return { edges: [...thin, ...thick], gone };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
