/** The static picture: lanes, bars, glyphs, loss windows. Drawn when run, view, size or theme change, and not when the cursor moves. */
import type { Axis, View } from '../../core/swimlane/axis.ts';
import { labelOf } from '../../core/swimlane/labels.ts';
import { type Mark, marksOf } from '../../core/swimlane/marks.ts';
import type { Row } from '../../core/swimlane/rows.ts';
import type { RunView } from '../store/state.ts';
import type { Colours } from './colours.ts';
import { drawGlyph } from './glyphs.ts';

export interface Scene {
  readonly run: RunView;
  readonly axis: Axis;
  readonly view: View;
  readonly rows: readonly Row[];
  readonly wirePx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface PaintedRow {
  readonly row: Row;
  readonly marks: readonly Mark[];
}

const BAR_INSET_PX = 3;
const LABEL_PAD_PX = 5;

/** Paints the scene and answers its marks, for hit tests and the table. */
export function paintScene(context: CanvasRenderingContext2D, scene: Scene, colours: Colours): readonly PaintedRow[] {
  const { widthPx, heightPx } = scene;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, widthPx, heightPx);
  paintGrounds(context, scene, colours);
  paintGaps(context, scene, colours);
  paintWindows(context, scene, colours);
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  return scene.rows.map((row) => {
    const marks = marksOf(scene.run.trace, scene.run.index, scene.axis, scene.view, widthPx, row.lane);
    paintRow(context, scene, row, marks, colours);
    if (marks.length <= DENSE_MARKS) paintDoubt(context, scene, row, marks, colours);
    return { row, marks };
  });
}

function paintGrounds(context: CanvasRenderingContext2D, scene: Scene, colours: Colours): void {
  for (const row of scene.rows) {
    if (row.kind === 'migration') {
      context.fillStyle = colours.band;
      context.fillRect(0, row.topPx, scene.widthPx, row.heightPx);
    }
    context.fillStyle = colours.line;
    context.fillRect(0, row.topPx + row.heightPx - 1, scene.widthPx, 1);
  }
  context.fillStyle = colours.wire;
  context.fillRect(0, scene.wirePx - 1, scene.widthPx, 2);
  if (scene.axis.kind !== 'steps') return;
  const scale = scene.widthPx / (scene.view.to - scene.view.from);
  if (scale < 24) return;
  context.fillStyle = colours.line;
  for (const edge of scene.axis.edges) {
    const x = Math.round((edge - scene.view.from) * scale);
    if (x > 0 && x < scene.widthPx) context.fillRect(x, 0, 1, scene.heightPx);
  }
}

function paintGaps(context: CanvasRenderingContext2D, scene: Scene, colours: Colours): void {
  const scale = scene.widthPx / (scene.view.to - scene.view.from);
  for (const [from, to] of scene.axis.gaps) {
    const x = (from - scene.view.from) * scale;
    const width = (to - from) * scale;
    if (x + width < 0 || x > scene.widthPx) continue;
    context.fillStyle = colours.band;
    context.fillRect(x, 0, width, scene.heightPx);
  }
}

/** Loss windows: hatched in the lane of writes, a veil over the lanes of the host. */
function paintWindows(context: CanvasRenderingContext2D, scene: Scene, colours: Colours): void {
  const { run, axis, view, widthPx } = scene;
  const scale = widthPx / (view.to - view.from);
  for (const window of run.windows) {
    const from = (axis.at(window.fromNanos, -1) - view.from) * scale;
    const to = Math.max(from + 2, (axis.at(window.toNanos, run.trace.length) - view.from) * scale);
    if (to < 0 || from > widthPx) continue;
    const rows = scene.rows.filter((row) => row.host === window.host);
    for (const row of rows) {
      context.globalAlpha = row.kind === 'dma' ? 0.3 : 0.06;
      context.fillStyle = colours.bad;
      context.fillRect(from, row.topPx, to - from, row.heightPx - 1);
      context.globalAlpha = 1;
      if (row.kind === 'dma') hatch(context, from, row.topPx, to - from, row.heightPx - 1, colours.bad);
    }
  }
}

export function hatch(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, ink: string): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = ink;
  context.lineWidth = 1;
  context.beginPath();
  for (let at = x - height - (x % 6); at < x + width; at += 6) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
}

/** Half widths narrower than this are not seen beside a mark. */
const LEAST_DOUBT_PX = 2;

/**
 * How far a moment of a host may be off, in pixels to either side: half of what the evidence leaves open of its clock. Whiskers stand
 * on its marks, and its lanes have a band around the cursor.
 */
export function doubtOf(scene: Scene, host: string, nanos: number): readonly [left: number, right: number] | undefined {
  const { run, axis, view, widthPx } = scene;
  const plusMinus = run.trace.clocks.find((clock) => clock.host === host)?.plusMinusNanos ?? 0;
  if (plusMinus <= 0 || axis.kind === 'steps') return undefined;
  const place = (at: number) => (axis.at(at, -1) - view.from) * (widthPx / (view.to - view.from));
  const [left, right] = [place(Math.max(0, nanos - plusMinus)), place(Math.min(run.trace.endNanos, nanos + plusMinus))];
  return right - left < 2 * LEAST_DOUBT_PX ? undefined : [left, right];
}

function paintDoubt(context: CanvasRenderingContext2D, scene: Scene, row: Row, marks: readonly Mark[], colours: Colours): void {
  const { at } = scene.run.trace;
  context.strokeStyle = colours.ink;
  context.lineWidth = 1;
  context.globalAlpha = 0.55;
  for (const mark of marks) {
    if (mark.count > 1 || mark.fromPx < -50 || mark.fromPx > scene.widthPx + 50) continue;
    const doubt = doubtOf(scene, row.host, at[mark.seq] as number);
    if (doubt === undefined) continue;
    const [left, right] = doubt;
    const y = row.topPx + row.heightPx - 5.5;
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(right, y);
    for (const end of doubt) {
      context.moveTo(end, y - 3);
      context.lineTo(end, y + 3);
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** From so many marks in a row on there is no room for glyphs and words: a mark is a box, and its colour says the worst. */
const DENSE_MARKS = 250;
/** Boxes narrower than this have no room for a word either. */
const WORD_PX = 30;

function paintDense(
  context: CanvasRenderingContext2D,
  scene: Scene,
  row: Row,
  marks: readonly Mark[],
  hue: string,
  colours: Colours,
): void {
  const top = row.topPx + BAR_INSET_PX;
  const height = row.heightPx - 2 * BAR_INSET_PX - 1;
  const wide: Mark[] = [];
  // Boxes that touch are one: a column of its own for each would be thousands of calls a frame.
  let from = -1;
  let to = -1;
  context.globalAlpha = 0.9;
  context.fillStyle = hue;
  for (const mark of marks) {
    const width = mark.toPx - mark.fromPx;
    if (width >= WORD_PX) {
      wide.push(mark);
      continue;
    }
    const left = Math.round(mark.fromPx);
    const right = left + Math.max(1, Math.round(width) - 1);
    if (left > to) {
      if (to > from) context.fillRect(from, top, to - from, height);
      from = left;
    }
    to = Math.max(to, right);
  }
  if (to > from) context.fillRect(from, top, to - from, height);
  context.fillStyle = colours.bad;
  for (const mark of marks)
    if (mark.kind === 'error' || mark.kind === 'fault') context.fillRect(Math.round(mark.fromPx), row.topPx + 1, 2, row.heightPx - 3);
  context.globalAlpha = 1;
  for (const mark of wide) paintBar(context, scene, row, mark, hue, colours);
}

function paintRow(context: CanvasRenderingContext2D, scene: Scene, row: Row, marks: readonly Mark[], colours: Colours): void {
  const { trace } = scene.run;
  const hue = colours.hue[row.kind];
  if (marks.length > DENSE_MARKS) {
    paintDense(context, scene, row, marks, hue, colours);
    return;
  }
  // Instants after bars, so that a mark inside a bar is seen.
  for (const mark of marks) if (mark.toPx - mark.fromPx >= 1) paintBar(context, scene, row, mark, hue, colours);
  let labelFree = -1;
  const { widthPx } = scene;
  for (const [i, mark] of marks.entries()) {
    if (mark.toPx - mark.fromPx >= 1) continue;
    const args = trace.args(mark.seq);
    const next = marks[i + 1];
    const roomPx = next === undefined ? widthPx : next.fromPx - mark.fromPx;
    drawGlyph(context, mark, args, { ...row, roomPx }, args['errno'] === undefined ? hue : colours.bad, colours);
    labelFree = paintSideLabel(context, row, mark, labelOf(mark.kind, args), marks, labelFree, colours);
  }
}

/** A label to the right of a glyph, if there is room before the next mark. */
function paintSideLabel(
  context: CanvasRenderingContext2D,
  row: Row,
  mark: Mark,
  label: string,
  marks: readonly Mark[],
  free: number,
  colours: Colours,
): number {
  if (mark.kind === 'write' || mark.count > 1 || mark.fromPx < free || mark.fromPx < 0 || label === '') return free;
  const next = marks.find((one) => one.fromPx > mark.fromPx + 1)?.fromPx ?? Number.POSITIVE_INFINITY;
  const inBar = marks.some((one) => one.toPx - one.fromPx >= 1 && one.fromPx <= mark.fromPx + 8 && one.toPx >= mark.fromPx);
  const width = context.measureText(label).width;
  const from = mark.fromPx + 10;
  if (inBar || from + width + LABEL_PAD_PX > next - 6) return free;
  context.fillStyle = colours.ink;
  context.fillText(label, from, row.topPx + row.heightPx / 2);
  return from + width + LABEL_PAD_PX;
}

function paintBar(context: CanvasRenderingContext2D, scene: Scene, row: Row, mark: Mark, hue: string, colours: Colours): void {
  const from = Math.max(-2, Math.round(mark.fromPx));
  const to = Math.min(scene.widthPx + 2, Math.round(mark.toPx));
  const width = Math.max(2, to - from - 1);
  const args = scene.run.trace.args(mark.seq);
  const top = row.topPx + BAR_INSET_PX;
  const height = row.heightPx - 2 * BAR_INSET_PX - 1;
  const quiet = quietBar(mark, args);
  context.fillStyle = args['errno'] === undefined ? hue : colours.bad;
  context.globalAlpha = quiet ? 0.22 : 0.9;
  if (mark.kind === 'step') context.globalAlpha = 0.14;
  context.fillRect(from, top, width, height);
  context.globalAlpha = 1;
  if (mark.kind === 'step' || quiet) {
    context.strokeStyle = mark.kind === 'step' ? colours.dim : hue;
    context.lineWidth = 1;
    context.strokeRect(from + 0.5, top + 0.5, width - 1, height - 1);
  }
  const short = mark.kind === 'step' ? stepId(scene, mark) : '';
  paintBarLabel(
    context,
    { from, width, middle: row.topPx + row.heightPx / 2 },
    [labelOf(mark.kind, args), short],
    mark.kind === 'step' || quiet ? colours.ink : colours.onHue,
  );
}

/** The id of a step, where its label is too long. */
function stepId(scene: Scene, mark: Mark): string {
  const key = scene.run.trace.steps[scene.run.trace.step[mark.seq] as number] ?? '';
  return key.slice(key.lastIndexOf('/') + 1);
}

/** A state in which nothing runs is drawn hollow. */
function quietBar(mark: Mark, args: { readonly [name: string]: unknown }): boolean {
  if (mark.kind !== 'run-state' && mark.kind !== 'device-state') return false;
  return !/^(running|pre_?copy)/i.test(String(args['state'] ?? ''));
}

/** The first label that fits whole; else the last, shortened with an ellipsis; or none. */
function paintBarLabel(
  context: CanvasRenderingContext2D,
  bar: { readonly from: number; readonly width: number; readonly middle: number },
  labels: readonly string[],
  ink: string,
): void {
  const from = Math.max(bar.from, 0) + LABEL_PAD_PX;
  const room = bar.from + bar.width - from - LABEL_PAD_PX;
  if (room < 18) return;
  let text =
    labels.find((label) => label !== '' && context.measureText(label).width <= room) ?? labels.findLast((label) => label !== '') ?? '';
  if (text !== '' && context.measureText(text).width > room) {
    const share = Math.floor((room / context.measureText(text).width) * text.length) - 1;
    if (share < 3) return;
    text = `${text.slice(0, share).trimEnd()}…`;
  }
  context.fillStyle = ink;
  context.fillText(text, from, bar.middle);
}
