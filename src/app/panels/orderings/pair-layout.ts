/** Where the required pairs are drawn: a layered graph, left to right in the order of time. */
import { Graph, layout } from '@dagrejs/dagre';
import type { Required } from '../../../core/explore/required.ts';

export interface PlacedStep {
  readonly key: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

export interface PlacedPair {
  readonly pair: Required;
  /** An SVG path, and its middle. */
  readonly path: string;
  readonly middle: { readonly x: number; readonly y: number };
}

export interface PlacedPairs {
  readonly steps: readonly PlacedStep[];
  readonly pairs: readonly PlacedPair[];
  readonly width: number;
  readonly height: number;
}

export const BOX = { width: 150, height: 30 };
const MARGIN = 8;

export function placePairs(required: readonly Required[], labelOf: (key: string) => string): PlacedPairs {
  const graph = new Graph({ directed: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 54, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  const keys = [...new Set(required.flatMap((pair) => [pair.before, pair.after]))];
  for (const key of keys) graph.setNode(key, { ...BOX });
  for (const pair of required) graph.setEdge(pair.before, pair.after);
  layout(graph);
  const size = graph.graph() as { readonly width?: number; readonly height?: number };
  return {
    steps: keys.map((key) => {
      const { x, y } = graph.node(key) as { readonly x: number; readonly y: number };
      return { key, label: labelOf(key), x, y };
    }),
    pairs: required.map((pair) => {
      const { points } = graph.edge(pair.before, pair.after) as { readonly points: readonly { readonly x: number; readonly y: number }[] };
      const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
      return { pair, path: smooth(points), middle };
    }),
    width: size.width ?? 0,
    height: size.height ?? 0,
  };
}

/** Through the points of the layout, its corners rounded by curves whose handles are they. */
function smooth(points: readonly { readonly x: number; readonly y: number }[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const last = rest.at(-1) ?? first;
  const curves = rest
    .slice(0, -1)
    .map((point, i) => {
      const next = rest[i + 1] ?? last;
      const end = i === rest.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
      return `Q${point.x} ${point.y} ${end.x} ${end.y}`;
    })
    .join('');
  return `M${first.x} ${first.y}${curves === '' ? `L${last.x} ${last.y}` : curves}`;
}
