/** What moves above the scene: cursor, hover, selection and its arrows, markers, the slots of a lifted step. */
import { effectsFrom } from '../../core/swimlane/lane-index.ts';
import { spanOf } from '../../core/swimlane/marks.ts';
import type { EventSeq } from '../../core/trace/time.ts';
import type { Playhead } from '../store/playhead.ts';
import type { KeptPair, Lifted, Selection } from '../store/state.ts';
import type { Colours } from './colours.ts';
import { paintDelay } from './delay-painter.ts';
import { doubtOf } from './doubt-painter.ts';
import { type FoundTicks, paintFound } from './found-painter.ts';
import { paintGhost } from './ghost-painter.ts';
import { paintRequired } from './required-painter.ts';
import type { Scene } from './scene.ts';
import { hatch } from './scene-painter.ts';
import { hostOf, inkOf, type SlotPlace, signOf, stepSpans } from './slots.ts';

/** Steps that are selected to move together, those that are lifted, and where these can go. */
interface InHand {
  readonly selection: Selection | undefined;
  readonly lifted: Lifted | undefined;
  readonly slots: readonly SlotPlace[];
  readonly kept: readonly KeptPair[];
}

export function placeOf(scene: Scene, seq: EventSeq): number {
  const { run, axis, view, widthPx } = scene;
  if (seq < 0) return (0 - view.from) * (widthPx / (view.to - view.from));
  return (axis.at(run.trace.at[seq] as number, seq) - view.from) * (widthPx / (view.to - view.from));
}

export function paintOverlay(
  context: CanvasRenderingContext2D,
  scene: Scene,
  playhead: Playhead,
  inHand: InHand,
  found: FoundTicks,
  colours: Colours,
): void {
  context.clearRect(0, 0, scene.widthPx, scene.shownPx);
  context.save();
  context.translate(0, -scene.topPx);
  if (playhead.selected !== undefined) paintSelection(context, scene, playhead.selected, colours);
  if (playhead.hover !== undefined) outline(context, scene, playhead.hover, colours.dim);
  if (playhead.found.length > 0) paintFound(context, scene, playhead.found, found, colours.accent);
  paintMarkers(context, scene, playhead, colours);
  if (inHand.selection !== undefined) paintSelected(context, scene, inHand.selection, colours);
  if (inHand.lifted !== undefined) {
    paintRequired(context, scene, inHand.lifted, inHand.kept, colours);
    paintSlots(context, scene, inHand.lifted, inHand.slots, colours);
  } else if (playhead.ghost !== undefined) paintGhost(context, scene, playhead.ghost, colours);
  if (playhead.delaying !== undefined) paintDelay(context, scene, playhead.delaying, colours);
  const x = Math.round(placeOf(scene, playhead.cursor)) + 0.5;
  context.fillStyle = colours.accent;
  paintDoubtAtCursor(context, scene, playhead.cursor);
  context.fillRect(x - 1, 0, 2, scene.heightPx);
  context.restore();
}

/** On the lanes of a host whose clock is not known exactly the cursor is a band. */
function paintDoubtAtCursor(context: CanvasRenderingContext2D, scene: Scene, cursor: EventSeq): void {
  if (cursor < 0) return;
  const now = scene.run.trace.at[cursor] as number;
  context.globalAlpha = 0.18;
  for (const row of scene.rows) {
    const doubt = doubtOf(scene, row.host, now);
    if (doubt !== undefined) context.fillRect(doubt[0], row.topPx, doubt[1] - doubt[0], row.heightPx - 1);
  }
  context.globalAlpha = 1;
}

function outline(context: CanvasRenderingContext2D, scene: Scene, seq: EventSeq, ink: string): void {
  const { run, axis, view, widthPx } = scene;
  const row = scene.rows.find((one) => one.lane === run.trace.lane[seq]);
  if (row === undefined) return;
  const scale = widthPx / (view.to - view.from);
  const [from, to] = spanOf(run.trace, run.index, axis, seq);
  const left = (from - view.from) * scale;
  const width = Math.max(4, (to - from) * scale);
  context.strokeStyle = ink;
  context.lineWidth = 2;
  const pad = (to - from) * scale < 4 ? 7 : 1;
  context.strokeRect(left - pad, row.topPx + 1, width + 2 * pad - 1, row.heightPx - 3);
}

/** What one event caused directly, as arrows. */
const MOST_ARROWS = 8;

/** The selected event with its direct neighbours: what caused it, what it caused. */
function paintSelection(context: CanvasRenderingContext2D, scene: Scene, seq: EventSeq, colours: Colours): void {
  outline(context, scene, seq, colours.accent);
  const { trace } = scene.run;
  const cause = trace.cause[seq] as number;
  if (cause >= 0) arrow(context, scene, cause, seq, colours.accent);
  for (const next of effectsFrom(trace, scene.index, seq, MOST_ARROWS)) arrow(context, scene, seq, next, colours.accent);
}

function arrow(context: CanvasRenderingContext2D, scene: Scene, from: EventSeq, to: EventSeq, ink: string): void {
  const { run, axis, view, widthPx } = scene;
  const scale = widthPx / (view.to - view.from);
  const a = scene.rows.find((row) => row.lane === run.trace.lane[from]);
  const b = scene.rows.find((row) => row.lane === run.trace.lane[to]);
  if (a === undefined || b === undefined) return;
  const x0 = (spanOf(run.trace, run.index, axis, from)[1] - view.from) * scale;
  const x1 = (spanOf(run.trace, run.index, axis, to)[0] - view.from) * scale;
  const y0 = a.topPx + a.heightPx / 2;
  const y1 = b.topPx + b.heightPx / 2;
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x0, y0);
  context.bezierCurveTo(x0 + 14, y0 + (y1 - y0) * 0.3, x1 - 14, y1 - (y1 - y0) * 0.3, x1, y1);
  context.stroke();
  const down = y1 >= y0 ? 1 : -1;
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x1 - 4, y1 - 7 * down);
  context.lineTo(x1 + 4, y1 - 7 * down);
  context.fill();
}

/** Lines and the span between them; their names and the time stand in the ruler, where they cover nothing. */
function paintMarkers(context: CanvasRenderingContext2D, scene: Scene, playhead: Playhead, colours: Colours): void {
  const { a, b } = playhead.markers;
  context.fillStyle = colours.ink;
  if (a !== undefined && b !== undefined) {
    const from = placeOf(scene, Math.min(a, b));
    context.globalAlpha = 0.07;
    context.fillRect(from, 0, placeOf(scene, Math.max(a, b)) - from, scene.heightPx);
    context.globalAlpha = 1;
  }
  if (a !== undefined) context.fillRect(Math.round(placeOf(scene, a)), 0, 1, scene.heightPx);
  if (b !== undefined) context.fillRect(Math.round(placeOf(scene, b)), 0, 1, scene.heightPx);
}

/** Steps that move together: one frame around each, on the lane of their list. */
function paintSelected(context: CanvasRenderingContext2D, scene: Scene, selection: Selection, colours: Colours): void {
  const row = scene.rows.find((one) => one.kind === 'migration' && one.host === hostOf(scene, selection.list));
  if (row === undefined) return;
  const scale = scene.widthPx / (scene.view.to - scene.view.from);
  const spans = stepSpans(scene, selection.list, scene.axis);
  context.strokeStyle = colours.accent;
  context.lineWidth = 2;
  for (const step of selection.steps) {
    const span = spans.get(step);
    if (span === undefined) continue;
    context.strokeRect(
      (span[0] - scene.view.from) * scale + 1,
      row.topPx + 1,
      Math.max(4, (span[1] - span[0]) * scale - 2),
      row.heightPx - 3,
    );
  }
}

/** Slots light up from runs: free, commutes (=), to be run (?), worse (!), forbidden (hatched). */
function paintSlots(context: CanvasRenderingContext2D, scene: Scene, lifted: Lifted, slots: readonly SlotPlace[], colours: Colours): void {
  const row = scene.rows.find((one) => one.kind === 'migration' && one.host === hostOf(scene, lifted.list));
  if (row === undefined) return;
  context.font = 'bold 12px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const { slot, px } of slots) {
    const outcome = lifted.outcomes.get(slot);
    const here = slot === lifted.slot && !lifted.outside;
    const width = here ? 22 : 14;
    const ink = outcome === undefined ? colours.dim : inkOf(outcome.outcome, outcome.class, colours);
    context.fillStyle = colours.background;
    context.fillRect(px - width / 2, row.topPx + 1, width, row.heightPx - 3);
    context.strokeStyle = ink;
    context.lineWidth = here ? 3 : 1.5;
    context.strokeRect(px - width / 2, row.topPx + 1.5, width, row.heightPx - 4);
    if (outcome?.outcome === 'forbidden') hatch(context, px - width / 2, row.topPx + 1.5, width, row.heightPx - 4, ink);
    context.fillStyle = ink;
    const sign = outcome === undefined ? '?' : signOf(outcome.outcome, outcome.class);
    context.fillText(sign, px - context.measureText(sign).width / 2, row.topPx + row.heightPx / 2);
    if (!here) continue;
    context.globalAlpha = 0.5;
    context.fillRect(px - 0.5, 0, 1, scene.heightPx);
    context.globalAlpha = 1;
  }
}
