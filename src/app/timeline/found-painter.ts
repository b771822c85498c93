/** Ticks above what the search found: where they lie is worked out when view or search change, and not for each frame. */
import type { Found } from '../store/playhead.ts';
import type { Scene } from './scene.ts';

export interface FoundTicks {
  view: unknown;
  axis: unknown;
  seqs: unknown;
  length: number;
  /** Pixel and top, one after the other. */
  readonly places: number[];
}

export function createFoundTicks(): FoundTicks {
  return { view: undefined, axis: undefined, seqs: undefined, length: -1, places: [] };
}

/** Of a pixel that holds more of them, the lanes of so many are marked. */
const MOST_IN_A_PIXEL = 64;

export function paintFound(context: CanvasRenderingContext2D, scene: Scene, found: Found, ticks: FoundTicks, ink: string): void {
  const known = ticks.view === scene.view && ticks.axis === scene.axis && ticks.seqs === found.seqs && ticks.length === found.length;
  if (!known) {
    Object.assign(ticks, { view: scene.view, axis: scene.axis, seqs: found.seqs, length: found.length });
    ticks.places.length = 0;
    collect(scene, found, ticks.places);
  }
  context.fillStyle = ink;
  for (let i = 0; i < ticks.places.length; i += 2) context.fillRect((ticks.places[i] as number) - 1, ticks.places[i + 1] as number, 3, 4);
}

function collect(scene: Scene, found: Found, places: number[]): void {
  const { trace, edges, ratio } = scene;
  const rows = new Map(scene.rows.map((row) => [row.lane, row]));
  let at = firstFrom(scene, found, 0, edges.nanos[0] as number);
  for (let column = 0; column < edges.columns && at < found.length; column += 1) {
    const next = firstFrom(scene, found, at, edges.nanos[column + 1] as number);
    const lanes = new Set<number>();
    for (let i = at; i < Math.min(next, at + MOST_IN_A_PIXEL); i += 1) lanes.add(trace.lane[found.seqs[i] as number] as number);
    for (const lane of lanes) {
      const row = rows.get(lane);
      if (row !== undefined) places.push(Math.round(column / ratio), row.topPx);
    }
    at = next;
  }
}

/** The first found event, from `from` on, that is not earlier than a moment. */
function firstFrom(scene: Scene, found: Found, from: number, nanos: number): number {
  let low = from;
  let high = found.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((scene.trace.at[found.seqs[middle] as number] as number) < nanos) low = middle + 1;
    else high = middle;
  }
  return low;
}
