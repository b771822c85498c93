/** The static picture: lanes, bars, glyphs, loss windows. Drawn when run, view, size or theme change, and not when the cursor moves. */
import { firstReaching, nextLong } from '../../core/swimlane/lane-index.ts';
import { lookAtLane } from '../../core/swimlane/marks.ts';
import type { Row } from '../../core/swimlane/rows.ts';
import type { Colours } from './colours.ts';
import { paintDoubt } from './doubt-painter.ts';
import type { Looks } from './looks.ts';
import type { Pixels } from './pixels.ts';
import { paintRow, paintText, shortened } from './row-painter.ts';
import { isShown, type Scene } from './scene.ts';
import { paintValue } from './value-painter.ts';

export const FONT = '11px system-ui, sans-serif';

/** Paints the scene; its marks are left in it. */
export function paintScene(context: CanvasRenderingContext2D, scene: Scene, pixels: Pixels, looks: Looks, colours: Colours): void {
  const { rows } = scene;
  scene.axis.cut(scene.view, scene.edges);
  let begun = false;
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] as Row;
    scene.dense[i] = false;
    if (!isShown(scene, row) || row.lane < 0) continue;
    const dense = lookAtLane(scene, row.lane, scene.marks[i] as Scene['marks'][number], scene.columns) === 'dense';
    scene.dense[i] = dense;
    if (!dense) continue;
    if (!begun) pixels.begin(scene, colours);
    begun = true;
    pixels.lane(scene, row, scene.columns, colours);
  }
  if (begun) pixels.put(context);
  else paintGrounds(context, scene, colours);
  context.save();
  context.translate(0, -scene.topPx);
  paintGrid(context, scene, colours);
  paintGaps(context, scene, colours);
  paintWindows(context, scene, colours);
  context.font = FONT;
  context.textBaseline = 'middle';
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] as Row;
    if (!isShown(scene, row)) continue;
    if (row.value !== undefined) paintValue(context, scene, row, row.value, colours);
    else if (scene.dense[i] === true) paintWords(context, scene, row, looks, colours);
    else {
      paintRow({ context, scene, row, marks: scene.marks[i] as Scene['marks'][number], looks, colours });
      paintDoubt(context, scene, row, scene.marks[i] as Scene['marks'][number], colours);
    }
  }
  context.restore();
}

function paintGrounds(context: CanvasRenderingContext2D, scene: Scene, colours: Colours): void {
  context.fillStyle = colours.background;
  context.fillRect(0, 0, scene.widthPx, scene.shownPx);
  for (const row of scene.rows) {
    if (!isShown(scene, row)) continue;
    if (row.kind === 'migration') {
      context.fillStyle = colours.band;
      context.fillRect(0, row.topPx - scene.topPx, scene.widthPx, row.heightPx);
    }
    context.fillStyle = colours.line;
    context.fillRect(0, row.topPx - scene.topPx + row.heightPx - 1, scene.widthPx, 1);
  }
}

function paintGrid(context: CanvasRenderingContext2D, scene: Scene, colours: Colours): void {
  if (scene.wirePx > 0) {
    context.fillStyle = colours.wire;
    context.fillRect(0, scene.wirePx - 1, scene.widthPx, 2);
  }
  if (scene.axis.kind !== 'steps') return;
  const scale = scene.widthPx / (scene.view.to - scene.view.from);
  if (scale < 24) return;
  context.fillStyle = colours.line;
  for (const edge of scene.axis.edges) {
    const x = Math.round((edge - scene.view.from) * scale);
    if (x > 0 && x < scene.widthPx) context.fillRect(x, scene.topPx, 1, scene.shownPx);
  }
}

/** A silence that was left out: a ground of its own between broken edges; the ruler says how long it was. */
function paintGaps(context: CanvasRenderingContext2D, scene: Scene, colours: Colours): void {
  const scale = scene.widthPx / (scene.view.to - scene.view.from);
  for (const [from, to] of scene.axis.gaps) {
    const x = (from - scene.view.from) * scale;
    const width = (to - from) * scale;
    if (x + width < 0 || x > scene.widthPx) continue;
    context.globalAlpha = 0.5;
    context.fillStyle = colours.band;
    context.fillRect(x, scene.topPx, width, scene.shownPx);
    context.fillStyle = colours.lineStrong;
    for (const edge of [x, x + width - 1])
      for (let y = scene.topPx; y < scene.topPx + scene.shownPx; y += 6) context.fillRect(Math.round(edge), y, 1, 3);
    context.globalAlpha = 1;
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
    for (const row of scene.rows) {
      if (row.host !== window.host || !isShown(scene, row)) continue;
      context.globalAlpha = row.kind === 'dma' ? 0.3 : 0.06;
      context.fillStyle = colours.bad;
      context.fillRect(from, row.topPx, to - from, row.heightPx - 1);
      context.globalAlpha = 1;
      if (row.kind === 'dma') hatch(context, from, row.topPx, to - from, row.heightPx - 1, colours.bad, widthPx);
    }
  }
}

/** Strokes only where the picture is: a window may be a thousand screens wide. */
export function hatch(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  ink: string,
  widthPx = Number.POSITIVE_INFINITY,
): void {
  const from = Math.max(x, -height);
  const to = Math.min(x + width, widthPx + height);
  context.save();
  context.beginPath();
  context.rect(from, y, to - from, height);
  context.clip();
  context.strokeStyle = ink;
  context.lineWidth = 1;
  context.beginPath();
  for (let at = from - height - (from % 6); at < to; at += 6) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
}

/** Boxes narrower than this have no room for a word. */
const WORD_PX = 30;
/** Looks for long events in a dense lane, at most. */
const MOST_LOOKS = 2_000;

/** Words in a dense lane: the pyramid finds the few that are wide enough. */
function paintWords(context: CanvasRenderingContext2D, scene: Scene, row: Row, looks: Looks, colours: Colours): void {
  const { axis, view, index, trace, widthPx } = scene;
  const nanos = leastOf(scene, WORD_PX);
  if (nanos <= 0) return;
  const scale = widthPx / (view.to - view.from);
  const end = index.firsts[row.lane + 1] as number;
  const until = axis.nanosAt(view.to);
  let i = nextLong(trace, index, firstReaching(index, row.lane, axis.nanosAt(view.from)), end, nanos);
  for (let left = MOST_LOOKS; left > 0 && i < end && (index.at[i] as number) <= until; left -= 1) {
    const seq = index.order[i] as number;
    const from = (axis.at(index.at[i] as number, seq) - view.from) * scale;
    const to = (axis.at((index.at[i] as number) + (trace.duration[seq] as number), trace.length - 1) - view.from) * scale;
    if (to - from >= WORD_PX && to > 0) {
      const begin = Math.max(0, from) + 4;
      const look = looks.of(seq);
      paintText(context, shortened(look, Math.min(widthPx, to) - begin - 4), begin, row, colours.onHue[row.kind]);
    }
    i = nextLong(trace, index, i + 1, end, nanos);
  }
}

/** The least time that so many pixels stand for, anywhere in the view. */
function leastOf(scene: Scene, px: number): number {
  const { edges } = scene;
  const columns = Math.ceil(px * scene.ratio);
  let least = Number.POSITIVE_INFINITY;
  for (let i = columns; i < edges.columns; i += columns) {
    const nanos = (edges.nanos[i] as number) - (edges.nanos[i - columns] as number);
    if (nanos > 0 && nanos < least) least = nanos;
  }
  return Number.isFinite(least) ? least : 0;
}
