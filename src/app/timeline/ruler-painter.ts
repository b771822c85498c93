/** The ruler above the lanes, and the overview of the whole run: phases, dirty pages, outage, problems, the window in view. */
import { eventsOf } from '../../core/swimlane/lane-index.ts';
import { ticksOf } from '../../core/swimlane/ticks.ts';
import { printNanos } from '../../core/trace/time.ts';
import { kindAt } from '../../core/trace/trace.ts';
import type { Playhead } from '../store/playhead.ts';
import type { Colours } from './colours.ts';
import { placeOf } from './overlay-painter.ts';
import { paintProblemTicks } from './problem-painter.ts';
import type { Scene } from './scene.ts';
import { hatch } from './scene-painter.ts';

export function paintRuler(
  context: CanvasRenderingContext2D,
  scene: Scene,
  markers: Playhead['markers'],
  heightPx: number,
  colours: Colours,
): void {
  context.fillStyle = colours.background;
  context.fillRect(0, 0, scene.widthPx, heightPx);
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  const taken = markerSpan(scene, markers);
  const gaps = paintSkipped(context, scene, heightPx, colours);
  for (const tick of ticksOf(scene.axis, scene.view, scene.widthPx)) {
    context.fillStyle = colours.line;
    context.fillRect(Math.round(tick.px), heightPx - 7, 1, 7);
    const to = tick.px + context.measureText(tick.label).width + 6;
    if (to > scene.widthPx || (to > taken.from && tick.px < taken.to)) continue;
    if (gaps.some(([from, until]) => to > from && tick.px < until)) continue;
    context.fillStyle = colours.dim;
    context.fillText(tick.label, tick.px + 3, heightPx / 2);
  }
  paintDelta(context, scene, markers, taken, heightPx, colours);
}

/** The time that a shortened silence really took. */
function paintSkipped(
  context: CanvasRenderingContext2D,
  scene: Scene,
  heightPx: number,
  colours: Colours,
): readonly (readonly [number, number])[] {
  const scale = scene.widthPx / (scene.view.to - scene.view.from);
  return scene.axis.gaps.flatMap(([from, to, nanos]): (readonly [number, number])[] => {
    const x = (from - scene.view.from) * scale;
    const until = (to - scene.view.from) * scale;
    const text = `${printNanos(nanos)} skipped`;
    const short = `⋯ ${printNanos(nanos)}`;
    const shown = [text, short, '⋯'].find((one) => context.measureText(one).width + 8 <= until - x);
    if (until < 0 || x > scene.widthPx) return [];
    context.fillStyle = colours.band;
    context.fillRect(x, 0, until - x, heightPx);
    if (shown === undefined) return [[x, until]];
    context.fillStyle = colours.ink;
    context.fillText(shown, (x + until - context.measureText(shown).width) / 2, heightPx / 2);
    return [[x, until]];
  });
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The name of a marker. */
const FLAG_PX = 14;

/** Room that the markers' names take, with the time between them where it fits. */
function markerSpan(scene: Scene, { a, b }: Playhead['markers']): Span {
  const places = [a, b].filter((seq) => seq !== undefined).map((seq) => placeOf(scene, seq));
  if (places.length === 0) return { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  return { from: Math.min(...places) - (places.length > 1 ? FLAG_PX : 0), to: Math.max(...places) + FLAG_PX };
}

function paintDelta(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { a, b }: Playhead['markers'],
  span: Span,
  heightPx: number,
  colours: Colours,
): void {
  for (const [name, seq, other] of [
    ['A', a, b],
    ['B', b, a],
  ] as const) {
    if (seq === undefined) continue;
    // Each name stands on the outer side of its line: two that are near do not cover one another.
    const outer = other !== undefined && (seq < other || (seq === other && name === 'A')) ? FLAG_PX : 0;
    const x = Math.round(placeOf(scene, seq)) - outer;
    context.fillStyle = colours.ink;
    context.fillRect(x, 0, FLAG_PX, heightPx);
    context.fillStyle = colours.background;
    context.fillText(name, x + 3, heightPx / 2);
  }
  if (a === undefined || b === undefined) return;
  const text = printNanos(Math.abs((scene.trace.at[b] as number) - (scene.trace.at[a] as number)));
  const from = Math.max(0, span.from + FLAG_PX);
  const room = Math.min(scene.widthPx, span.to - FLAG_PX) - from;
  const width = context.measureText(text).width;
  if (width + 8 > room) return;
  context.fillStyle = colours.ink;
  context.fillText(text, from + (room - width) / 2, heightPx / 2);
}

/** The whole of the run, or of the stretch that the overview was narrowed to: drawn once, and put under the window. */
export function paintOverview(context: CanvasRenderingContext2D, scene: Scene, heightPx: number, colours: Colours): void {
  const { axis, view, widthPx, run } = scene;
  const scale = widthPx / (view.to - view.from);
  context.fillStyle = colours.band;
  context.fillRect(0, 0, widthPx, heightPx);
  const place = (u: number) => (u - view.from) * scale;
  if (scene.rows.some((row) => row.kind === 'migration')) paintStepsStrip(context, scene, place, colours);
  else paintDensity(context, scene, heightPx, colours);
  paintDirty(context, scene, place, heightPx, colours);
  for (const one of run.windows) {
    const from = place(axis.at(one.fromNanos, -1));
    const to = Math.max(from + 2, place(axis.at(one.toNanos, run.trace.length)));
    hatch(context, from, heightPx - 10, to - from, 10, colours.bad, widthPx);
  }
  paintOutage(context, scene, place, colours);
  paintProblemTicks(context, scene, heightPx, colours);
}

/** The stretch in view, with a handle at each end. `overview`: what the whole width stands for. */
export function paintWindow(
  context: CanvasRenderingContext2D,
  view: Scene['view'],
  overview: Scene['view'],
  widthPx: number,
  heightPx: number,
  colours: Colours,
): void {
  const scale = widthPx / (overview.to - overview.from);
  const from = Math.max(0, (view.from - overview.from) * scale);
  const to = Math.min(widthPx, (view.to - overview.from) * scale);
  context.globalAlpha = 0.55;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, from, heightPx);
  context.fillRect(to, 0, widthPx - to, heightPx);
  context.globalAlpha = 1;
  context.strokeStyle = colours.accent;
  context.lineWidth = 1.5;
  context.strokeRect(from + 0.75, 0.75, Math.max(3, to - from - 1.5), heightPx - 1.5);
  context.fillStyle = colours.accent;
  context.fillRect(Math.max(0, from - 2), heightPx / 2 - 8, 4, 16);
  context.fillRect(Math.min(widthPx - 4, to - 2), heightPx / 2 - 8, 4, 16);
}

/** How many events begin in each column, by the logarithm, where no steps tell the course. */
function paintDensity(context: CanvasRenderingContext2D, scene: Scene, heightPx: number, colours: Colours): void {
  const { trace, edges, ratio } = scene;
  if (!trace.ordered) return;
  context.fillStyle = colours.dim;
  context.globalAlpha = 0.75;
  let from = 0;
  for (let column = 0; column < edges.columns; column += 1) {
    let low = from;
    let high = trace.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((trace.at[middle] as number) < (edges.nanos[column + 1] as number)) low = middle + 1;
      else high = middle;
    }
    if (low > from) {
      const high = Math.min(heightPx - 6, 2.2 * Math.log2(1 + low - from));
      context.fillRect(column / ratio, heightPx - 2 - high, 1 / ratio, high);
    }
    from = low;
  }
  context.globalAlpha = 1;
}

type Place = (u: number) => number;

/** Steps of all lists as small bars: source above, target below. */
function paintStepsStrip(context: CanvasRenderingContext2D, scene: Scene, place: Place, colours: Colours): void {
  const { run, axis } = scene;
  const hosts = [...new Set(run.trace.lanes.map((lane) => lane.host))];
  for (const row of scene.rows) {
    if (row.kind !== 'migration') continue;
    for (const seq of eventsOf(run.index, row.lane)) {
      if (kindAt(run.trace, seq) !== 'step') continue;
      const at = run.trace.at[seq] as number;
      const from = place(axis.at(at, seq));
      const to = place(axis.at(at + Math.max(0, run.trace.duration[seq] as number), run.trace.length));
      context.fillStyle = hosts.indexOf(row.host) === 0 ? colours.hue.ram : colours.hue.region;
      context.globalAlpha = 0.55;
      context.fillRect(from, 3 + 7 * hosts.indexOf(row.host), Math.max(1, to - from - 1), 5);
      context.globalAlpha = 1;
    }
  }
}

/** Pages of each sync as a bar, by the log of their number. */
function paintDirty(context: CanvasRenderingContext2D, scene: Scene, place: Place, heightPx: number, colours: Colours): void {
  const { run, axis } = scene;
  for (const row of scene.rows) {
    if (row.kind !== 'bitmap' && row.kind !== 'ram') continue;
    for (const seq of eventsOf(run.index, row.lane)) {
      const count = Number(run.trace.args(seq)['count'] ?? 0);
      if (count <= 0) continue;
      const x = place(axis.at(run.trace.at[seq] as number, seq));
      const high = Math.min(heightPx - 22, 1.3 * Math.log2(1 + count));
      context.fillStyle = colours.hue[row.kind];
      context.fillRect(x, heightPx - 2 - high, 2.5, high);
    }
  }
}

function paintOutage(context: CanvasRenderingContext2D, scene: Scene, place: Place, colours: Colours): void {
  const { run, axis } = scene;
  const bands = scene.rows.filter((row) => row.kind === 'cpu').flatMap((row) => [...eventsOf(run.index, row.lane)]);
  const stops = bands.filter((seq) => kindAt(run.trace, seq) === 'run-state' && run.trace.at[seq] !== 0);
  const first = stops[0];
  const last = stops[stops.length - 1];
  if (first === undefined || last === undefined) return;
  const from = place(axis.at(run.trace.at[first] as number, first));
  const to = place(axis.at(run.trace.at[last] as number, last));
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(from, 22);
  context.lineTo(from, 18);
  context.lineTo(to, 18);
  context.lineTo(to, 22);
  context.stroke();
}
