/** The ruler above the lanes, and the overview of the whole run: phases, dirty pages, outage, problems, the window in view. */
import { ticksOf } from '../../core/swimlane/ticks.ts';
import { kindAt } from '../../core/trace/trace.ts';
import type { Colours } from './colours.ts';
import { hatch, type Scene } from './scene-painter.ts';

export function paintRuler(context: CanvasRenderingContext2D, scene: Scene, heightPx: number, colours: Colours): void {
  context.fillStyle = colours.background;
  context.fillRect(0, 0, scene.widthPx, heightPx);
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const tick of ticksOf(scene.axis, scene.view, scene.widthPx)) {
    context.fillStyle = colours.line;
    context.fillRect(Math.round(tick.px), heightPx - 7, 1, 7);
    if (tick.px + context.measureText(tick.label).width + 4 > scene.widthPx) continue;
    context.fillStyle = colours.dim;
    context.fillText(tick.label, tick.px + 3, heightPx / 2);
  }
}

export function paintOverview(context: CanvasRenderingContext2D, scene: Scene, heightPx: number, colours: Colours): void {
  const { axis, view, widthPx, run } = scene;
  const scale = widthPx / axis.length;
  context.fillStyle = colours.band;
  context.fillRect(0, 0, widthPx, heightPx);
  paintStepsStrip(context, scene, scale, colours);
  paintDirty(context, scene, scale, heightPx, colours);
  for (const one of run.windows) {
    const from = axis.at(one.fromNanos, -1) * scale;
    const to = Math.max(from + 2, axis.at(one.toNanos, run.trace.length) * scale);
    hatch(context, from, heightPx - 10, to - from, 10, colours.bad);
  }
  paintOutage(context, scene, scale, colours);
  const from = view.from * scale;
  const to = view.to * scale;
  context.globalAlpha = 0.55;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, from, heightPx);
  context.fillRect(to, 0, widthPx - to, heightPx);
  context.globalAlpha = 1;
  context.strokeStyle = colours.accent;
  context.lineWidth = 1.5;
  context.strokeRect(from + 0.75, 0.75, Math.max(3, to - from - 1.5), heightPx - 1.5);
  context.fillStyle = colours.accent;
  for (const x of [from, to]) context.fillRect(Math.min(widthPx - 4, Math.max(0, x - 2)), heightPx / 2 - 8, 4, 16);
}

/** Steps of all lists as small bars: source above, target below. */
function paintStepsStrip(context: CanvasRenderingContext2D, scene: Scene, scale: number, colours: Colours): void {
  const { run, axis } = scene;
  const hosts = [...new Set(run.trace.lanes.map((lane) => lane.host))];
  for (const row of scene.rows) {
    if (row.kind !== 'migration') continue;
    for (const seq of run.index.lanes[row.lane] ?? []) {
      if (kindAt(run.trace, seq) !== 'step') continue;
      const at = run.trace.at[seq] as number;
      const from = axis.at(at, seq) * scale;
      const to = axis.at(at + Math.max(0, run.trace.duration[seq] as number), run.trace.length) * scale;
      context.fillStyle = hosts.indexOf(row.host) === 0 ? colours.hue.ram : colours.hue.region;
      context.globalAlpha = 0.55;
      context.fillRect(from, 3 + 7 * hosts.indexOf(row.host), Math.max(1, to - from - 1), 5);
      context.globalAlpha = 1;
    }
  }
}

/** Pages of each sync as a bar, by the log of their number. */
function paintDirty(context: CanvasRenderingContext2D, scene: Scene, scale: number, heightPx: number, colours: Colours): void {
  const { run, axis } = scene;
  for (const row of scene.rows) {
    if (row.kind !== 'bitmap' && row.kind !== 'ram') continue;
    for (const seq of run.index.lanes[row.lane] ?? []) {
      const count = Number(run.trace.args(seq)['count'] ?? 0);
      if (count <= 0) continue;
      const x = axis.at(run.trace.at[seq] as number, seq) * scale;
      const high = Math.min(heightPx - 22, 1.3 * Math.log2(1 + count));
      context.fillStyle = colours.hue[row.kind];
      context.fillRect(x, heightPx - 2 - high, 2.5, high);
    }
  }
}

function paintOutage(context: CanvasRenderingContext2D, scene: Scene, scale: number, colours: Colours): void {
  const { run, axis } = scene;
  const bands = scene.rows.filter((row) => row.kind === 'cpu').flatMap((row) => [...(run.index.lanes[row.lane] ?? [])]);
  const stops = bands.filter((seq) => kindAt(run.trace, seq) === 'run-state' && run.trace.at[seq] !== 0);
  const first = stops[0];
  const last = stops[stops.length - 1];
  if (first === undefined || last === undefined) return;
  const from = axis.at(run.trace.at[first] as number, first) * scale;
  const to = axis.at(run.trace.at[last] as number, last) * scale;
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(from, 22);
  context.lineTo(from, 18);
  context.lineTo(to, 18);
  context.lineTo(to, 22);
  context.stroke();
}
