/**
 * Where the nodes of a lattice stand. Columns are steps done. On top runs the present order; below it the states that are
 * drawn each for itself, the nearest first; below these one band for each thing that can still come, the best on top, with
 * the merged states and the endings. Pixels of the drawing, not of the screen.
 */
import { HOPES, type Hope, type Lattice, type LatticeEdge, type LatticeNode } from '../../../core/explore/lattice.ts';
import type { Ordering } from '../../../core/scenario/ordering.ts';

export interface PlacedNode extends LatticeNode {
  readonly x: number;
  readonly y: number;
  readonly onPath: boolean;
  /** A state by itself; else several, or an ending. */
  readonly single: boolean;
}

/** An edge, or two orders of two steps that come to the same: one thick edge. */
export interface PlacedEdge extends LatticeEdge {
  readonly also: string;
}

export interface Band {
  readonly label: string;
  readonly y: number;
}

export interface Placed {
  readonly nodes: readonly PlacedNode[];
  readonly byId: ReadonlyMap<number, PlacedNode>;
  readonly edges: readonly PlacedEdge[];
  /** What the rows are, at the left. */
  readonly bands: readonly Band[];
  readonly path: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly column: number;
  readonly depths: number;
  /** Where the first column begins. */
  readonly gutter: number;
  /** Height of a row of states that are drawn each for itself. */
  readonly row: number;
  readonly folded: number;
}

/** Left of the first column there is room for what the rows are; in a narrow picture they take two lines. */
const GUTTER = { wide: 166, narrow: 96, from: 640 };
const TOP = 42;
/** Below the path there is room for what changes along it. */
const UNDER_PATH = 34;
const BAND = 36;
const BOTTOM = 20;
const LEAST_COLUMN = 92;
/** Endings have their names beside them. */
const ENDINGS = 172;
/** Rows are as high as a line of text where that fits, and never lower than a mark. */
const ROW = { most: 22, least: 9, room: 1_100 };

export const HOPE_WORDS: { readonly [hope in Hope]: string } = {
  'all-safe': 'Only safe ends left',
  'some-safe': 'Can still be safe',
  'fails-cleanly': 'At best fails cleanly',
  'fails-badly': 'At best fails badly',
  'silent-corruption': 'At best silent corruption',
  impossible: 'Impossible',
  undecided: 'Not decided',
};

/** The present order, led through a node: what is chosen on the way to it first, the rest as it was. */
export function orderingThrough(node: LatticeNode, isFree: (list: string, step: string) => boolean, ordering: Ordering): Ordering {
  const lists = Object.fromEntries(
    Object.entries(ordering.lists).map(([list, ids]) => {
      const done = node.way.filter((one) => one.list === list).map((one) => one.step);
      const free = ids.filter((id) => isFree(list, id));
      const next = [...done, ...free.filter((id) => !done.includes(id))][Symbol.iterator]();
      return [list, ids.map((id) => (isFree(list, id) ? ((next.next().value as string | undefined) ?? id) : id))] as const;
    }),
  );
  return { ...ordering, lists };
}

export function place(lattice: Lattice, room: number): Placed {
  const onPath = new Set(lattice.path);
  const { edges, gone } = folded(lattice, onPath);
  const depths = Math.max(...lattice.nodes.map((node) => node.depth)) + 1;
  const gutter = room < GUTTER.from ? GUTTER.narrow : GUTTER.wide;
  const column = Math.max(LEAST_COLUMN, (room - gutter - ENDINGS) / Math.max(1, depths - 1));
  const isSingle = (node: LatticeNode) => node.drawn;
  const singles = lattice.nodes.filter((node) => isSingle(node) && !onPath.has(node.id) && !gone.has(node.id));
  const tallest = Math.max(0, ...countsBy(singles, (node) => node.depth).values());
  const row = tallest === 0 ? ROW.most : Math.max(ROW.least, Math.min(ROW.most, ROW.room / tallest));
  const below = TOP + UNDER_PATH + (tallest === 0 ? 0 : tallest * row + 8);
  const hopes = HOPES.filter((hope) => lattice.nodes.some((node) => node.hope === hope && !isSingle(node)));
  const rows = new Map<number, number>();
  const y = (node: LatticeNode) => {
    if (!isSingle(node)) return below + hopes.indexOf(node.hope) * BAND + 10;
    if (onPath.has(node.id)) return TOP;
    const at = rows.get(node.depth) ?? 0;
    rows.set(node.depth, at + 1);
    return TOP + UNDER_PATH + at * row + row / 2;
  };
  const nodes = lattice.nodes
    .filter((node) => !gone.has(node.id))
    .toSorted((a, b) => a.away - b.away || HOPES.indexOf(a.hope) - HOPES.indexOf(b.hope) || a.id - b.id)
    .map((node): PlacedNode => {
      const x = gutter + node.depth * column;
      return { ...node, x, y: y(node), onPath: onPath.has(node.id), single: isSingle(node) };
    });
  return {
    nodes,
    byId: new Map(nodes.map((node) => [node.id, node])),
    edges,
    bands: [
      { label: 'This order', y: TOP },
      ...(tallest === 0 ? [] : [{ label: 'Single states', y: TOP + UNDER_PATH + row / 2 }]),
      ...hopes.map((hope, i) => ({ label: HOPE_WORDS[hope], y: below + i * BAND + 10 })),
    ],
    path: lattice.path,
    depths,
    gutter,
    width: gutter + (depths - 1) * column + ENDINGS,
    height: below + hopes.length * BAND + BOTTOM,
    column,
    row,
    folded: gone.size / 2,
  };
}

function countsBy<Item>(items: readonly Item[], keyOf: (item: Item) => number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

/** Diamonds whose two sides are states by themselves, lead nowhere else and are not on the path become one thick edge. */
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
    if (!node.drawn || a === undefined || b === undefined || moreIn.length > 0 || moreOut.length > 0 || onPath.has(node.id)) continue;
    const key = `${a.from} ${b.to} ${[a.step, b.step].sort().join(' ')}`;
    const twin = sides.get(key);
    if (twin === undefined) {
      sides.set(key, node);
      continue;
    }
    gone.add(node.id);
    gone.add(twin.id);
    thick.push({ from: a.from, to: b.to, list: a.list, step: a.step, also: b.step, through: node.through + twin.through });
  }
  const thin = lattice.edges.filter((edge) => !gone.has(edge.from) && !gone.has(edge.to)).map((edge) => ({ ...edge, also: '' }));
  return { edges: [...thin, ...thick], gone };
}
