/** What one picture is drawn from. Filled again for each frame: nothing of it is made anew while somebody moves about. */
import { type Axis, type Edges, makeEdges, type View } from '../../core/swimlane/axis.ts';
import { type Columns, makeColumns } from '../../core/swimlane/columns.ts';
import type { LaneIndex } from '../../core/swimlane/lane-index.ts';
import { type Marks, makeMarks, type Picture } from '../../core/swimlane/marks.ts';
import type { Row } from '../../core/swimlane/rows.ts';
import type { Trace } from '../../core/trace/trace.ts';
import type { RunView } from '../store/state.ts';

export interface Scene extends Picture {
  run: RunView;
  trace: Trace;
  index: LaneIndex;
  axis: Axis;
  view: View;
  rows: readonly Row[];
  wirePx: number;
  widthPx: number;
  /** Of all rows. */
  heightPx: number;
  /** The part of the rows that the canvas covers: it is never taller than the window. */
  topPx: number;
  shownPx: number;
  /** Device pixels to a CSS pixel. */
  ratio: number;
  edges: Edges;
  columns: Columns;
  /** By row: what it shows, unless it is dense. */
  marks: Marks[];
  dense: boolean[];
}

export function makeScene(run: RunView, axis: Axis, view: View, rows: readonly Row[], wirePx: number, heightPx: number): Scene {
  return {
    run,
    trace: run.trace,
    index: run.index,
    axis,
    view,
    rows,
    wirePx,
    widthPx: 0,
    heightPx,
    topPx: 0,
    shownPx: heightPx,
    ratio: 1,
    edges: makeEdges(1),
    columns: makeColumns(1),
    marks: rows.map(makeMarks),
    dense: rows.map(() => false),
  };
}

/** Whether a row lies in the part that is drawn. */
export function isShown(scene: Scene, row: Row): boolean {
  return row.topPx + row.heightPx > scene.topPx && row.topPx < scene.topPx + scene.shownPx;
}

export function resize(scene: Scene, widthPx: number, topPx: number, shownPx: number, ratio: number): void {
  scene.topPx = topPx;
  scene.shownPx = shownPx;
  scene.widthPx = widthPx;
  scene.ratio = ratio;
  const columns = Math.round(widthPx * ratio);
  if (scene.edges.columns === columns) return;
  scene.edges = makeEdges(columns);
  scene.columns = makeColumns(columns);
}
